/**
 * A model as a folder: `config.json` (what it is, how it was made, its scores), `vocabulary.json` where it reads ids,
 * `weights.safetensors`. All that is needed to use it, each file written atomically. What kind of model it is and what
 * else its config says, captioning and language models define on top.
 */

import * as v from 'valibot';
import { InputError } from '../base/errors.ts';
import { fileIn, kindAt, writeFileAtomically } from '../base/files.ts';
import { fromHalf } from '../base/half.ts';
import { readJson } from '../base/json.ts';
import { type NamedTensor, readSafetensors, type StoredTensor, writeSafetensors } from '../base/safetensors.ts';
import { integerFrom, number } from '../base/schema.ts';
import type { Engine } from '../compute/engine.ts';
import { CELL_NAMES } from '../nn/cell.ts';
import type { Parameter } from '../nn/parameter.ts';
import { Vocabulary, vocabularySchema } from '../text/vocabulary.ts';
import { LanguageModel } from './language-model.ts';

const size = integerFrom(1);
const sizeOrNone = integerFrom(0);

/** Far more than anything learns with. A forged number of layers would fill the memory one by one before it is noticed. */
export const MOST_LAYERS = 1000;
/** How many layers a config says. */
export const layerCount = v.pipe(size, v.maxValue(MOST_LAYERS));

/** What every config says; `kind`s extend it. */
export const folderConfigSchema = v.object({
  /** Version of the folder's format. */
  format: v.literal(1, 'the model is of another version of caption-lm, in a format that this one can not read'),
  /**
   * Scores of the saved weights on the validation split, by name; the split is named too. Where there are several
   * datasets these are their means, and `datasets` has the scores on each of them by its name.
   */
  scores: v.record(v.string(), v.union([number, v.string(), v.record(v.string(), v.record(v.string(), number))])),
});

/** The config of a language model, with or without a condition. */
export const modelConfigSchema = v.object({
  ...folderConfigSchema.entries,
  shape: v.object({
    vocabulary: size,
    embedding: sizeOrNone,
    cell: v.picklist(CELL_NAMES),
    layers: layerCount,
    hidden: size,
    condition: sizeOrNone,
  }),
});

export type ModelConfig = v.InferOutput<typeof modelConfigSchema>;

export interface StoredModel<Config extends ModelConfig> {
  config: Config;
  vocabulary: Vocabulary;
  model: LanguageModel;
  /** Tensors beside the model's parameters. */
  extra: Map<string, StoredTensor>;
}

const CONFIG = 'config.json';
const VOCABULARY = 'vocabulary.json';
const WEIGHTS = 'weights.safetensors';

export interface SaveModelOptions {
  /** Tensors beside the model's parameters, such as the scale of its condition. */
  extra?: readonly NamedTensor[] | undefined;
  /** Stores the parameters in half precision: half the size, for models that ship. */
  half?: boolean;
}

/** What a folder holds. */
export interface SavedModel {
  config: v.InferOutput<typeof folderConfigSchema>;
  /** What its ids stand for; none for a model that reads no ids. */
  vocabulary?: Vocabulary | undefined;
  model: { readonly parameters: readonly Parameter[] };
}

/** Writes a model's folder; files of the same names are replaced, one by one and each at once. */
export async function saveModel(
  folder: string,
  { config, vocabulary, model }: SavedModel,
  { extra = [], half = false }: SaveModelOptions = {},
): Promise<void> {
  const tensors = model.parameters.map((parameter) => ({ ...tensorOf(parameter), half }));
  await writeSafetensors(fileIn(folder, WEIGHTS), [...tensors, ...extra]);
  if (vocabulary) await saveVocabulary(folder, vocabulary);
  await saveConfig(folder, config);
}

/** Writes a folder's config alone. @throws InputError when it can't be written */
export async function saveConfig(folder: string, config: SavedModel['config']): Promise<void> {
  await writeFileAtomically(fileIn(folder, CONFIG), `${JSON.stringify(config, null, 2)}\n`);
}

/** Writes a vocabulary where `readVocabulary` finds it. */
export async function saveVocabulary(folder: string, { tokens }: Vocabulary): Promise<void> {
  await writeFileAtomically(fileIn(folder, VOCABULARY), `${JSON.stringify(tokens)}\n`);
}

/**
 * Reads a model's folder.
 *
 * @param schema of its config
 * @throws InputError that names the file and what is wrong with it: missing, truncated, of another kind, not fitting
 *   the others
 */
export async function loadModel<Config extends ModelConfig>(
  folder: string,
  engine: Engine,
  schema: v.GenericSchema<unknown, Config>,
): Promise<StoredModel<Config>> {
  const config = await readConfig(folder, schema);
  const vocabulary = await readVocabulary(folder, config.shape.vocabulary);
  const model = new LanguageModel(engine, config.shape);
  return { config, vocabulary, model, extra: await readWeights(folder, model.parameters) };
}

/** Reads a folder's vocabulary. @param size that its config says @throws InputError as `loadModel` does */
export async function readVocabulary(folder: string, size: number): Promise<Vocabulary> {
  const vocabulary = new Vocabulary(await readJson(fileIn(folder, VOCABULARY), vocabularySchema, 'vocabulary'));
  if (vocabulary.size === size) return vocabulary;
  throw new InputError(`${fileIn(folder, VOCABULARY)} does not belong to ${CONFIG} beside it`, {
    found: `${vocabulary.size} tokens`,
    expected: `${size}`,
    advice: 'Copy all files of the model from the same place, or train it again.',
  });
}

/** Gives parameters a folder's weights. @returns the tensors beside them @throws InputError as `loadModel` does */
export async function readWeights(
  folder: string,
  parameters: readonly Parameter[],
): Promise<Map<string, StoredTensor>> {
  const file = fileIn(folder, WEIGHTS);
  const { tensors, release } = await readSafetensors(file);
  fillParameters(parameters, tensors, file);
  // Copies: the file's own values are views of it.
  const others = Array.from(tensors, ([name, { shape, data }]) => [name, { shape, data: data.slice() }] as const);
  release();
  return new Map(others);
}

/** Reads what a model's folder says about it, without the model. @throws InputError as `loadModel` does */
export async function readConfig<Config>(folder: string, schema: v.GenericSchema<unknown, Config>): Promise<Config> {
  await checkFolder(folder);
  return readJson(fileIn(folder, CONFIG), schema, 'model config');
}

/** A parameter as it is stored. */
export function tensorOf({ name, value }: Parameter): NamedTensor {
  return { name, shape: [value.rows, value.cols], data: value.data };
}

/**
 * Gives parameters the values stored under their names, and takes these out of `tensors`.
 *
 * @param file for the error
 * @throws InputError when one is missing or has another shape
 */
export function fillParameters(parameters: readonly Parameter[], tensors: Map<string, StoredTensor>, file: string) {
  for (const parameter of parameters) {
    parameter.edit(() => fillTensor(parameter.name, parameter.value, tensors, file));
  }
}

/** Gives one matrix the values stored under `name`, as `fillParameters` does. */
export function fillTensor(
  name: string,
  target: { rows: number; cols: number; data: Float32Array },
  tensors: Map<string, StoredTensor>,
  file: string,
): void {
  const stored = tensors.get(name);
  const expected = `${name} of ${target.rows} × ${target.cols} floats`;
  if (!stored) throw mismatch(file, `no tensor ${name}`, expected);
  const fits = stored.shape.join(' × ') === `${target.rows} × ${target.cols}`;
  if (fits && stored.halves) fromHalf(stored.halves, target.data);
  else if (fits && stored.data instanceof Float32Array) target.data.set(stored.data);
  else throw mismatch(file, `${name} of ${stored.shape.join(' × ')}`, expected);
  if (!areNumbers(target.data)) {
    throw new InputError(`${file} holds weights that are not numbers`, {
      found: `NaN or infinity in ${name}`,
      advice: 'The training has gone astray: train again, with a smaller learningRate.',
      settings: ['learningRate'],
    });
  }
  tensors.delete(name);
}

/** Whether all values are numbers. */
function areNumbers(values: Float32Array): boolean {
  let sum = 0; // 0 times a number is 0, times NaN or infinity NaN
  for (let i = 0; i < values.length; i++) sum += values[i]! * 0;
  return sum === 0;
}

function mismatch(file: string, found: string, expected: string): InputError {
  const advice = 'Copy all files of the model from the same place, or train it again.';
  return new InputError(`${file} does not fit ${CONFIG} beside it`, { found, expected, advice });
}

/** Whether a folder holds a model: hours of work may be in it. */
export async function holdsModel(folder: string): Promise<boolean> {
  return (await kindAt(fileIn(folder, CONFIG))) !== undefined;
}

async function checkFolder(folder: string): Promise<void> {
  const found = await kindAt(folder);
  if (found === 'folder') return;
  throw new InputError(`no model at ${folder}`, {
    found: found ? 'a file' : 'nothing there',
    expected: `a folder with ${CONFIG}, ${VOCABULARY} and ${WEIGHTS}`,
  });
}
