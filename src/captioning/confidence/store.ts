/** The file of a captioner's folder that holds what its confidence stands on: word detectors and centroids. */
import { InputError } from '../../base/errors.ts';
import { fileIn } from '../../base/files.ts';
import { type Int8Rows, toInt8 } from '../../base/int8.ts';
import { type NamedTensor, readSafetensors, type StoredTensor, writeSafetensors } from '../../base/safetensors.ts';
import type { LanguageModelShape } from '../../model/language-model.ts';
import type { ConfidenceConfig, ConfidenceFile } from './calibration.ts';
import { Confidence } from './confidence.ts';
import { Familiarity } from './familiarity.ts';
import { type DetectorTensors, WordDetectors } from './word-detectors.ts';

const CENTROIDS = 'familiarity.centroids';

/** @param file that has the tensors */
export function confidenceConfig({ familiarity, languages }: Confidence, file: ConfidenceFile): ConfidenceConfig {
  return {
    file,
    pictures: familiarity.pictures,
    languages: [...languages].map(([language, { detectors, calibration }]) => ({
      ...(language !== undefined && { language }),
      pictures: detectors.pictures,
      power: detectors.power,
      ...(calibration && { calibration }),
    })),
  };
}

/** @throws InputError when the file can't be written */
export async function writeConfidence(
  folder: string,
  { familiarity, languages }: Confidence,
  file: ConfidenceFile,
): Promise<void> {
  const tensors = int8Tensors(CENTROIDS, familiarity.centroids);
  for (const [language, { detectors }] of languages) {
    const { words, mean, encode, decode, shares, rarities } = detectors.tensors;
    const [D, W] = [mean.length, words.length];
    const nameOf = (what: keyof DetectorTensors) => tensorName(what, language);
    tensors.push(
      { name: nameOf('words'), shape: [W], data: words },
      { name: nameOf('mean'), shape: [D], data: mean },
      ...int8Tensors(nameOf('encode'), encode),
      ...int8Tensors(nameOf('decode'), decode),
      { name: nameOf('shares'), shape: [W], data: shares },
      { name: nameOf('rarities'), shape: [W], data: rarities },
    );
  }
  await writeSafetensors(fileIn(folder, file), tensors);
}

/**
 * @param shape of the captioner's model
 * @throws InputError when the file can't be read, or is not that of the captioner
 */
export async function readConfidence(
  folder: string,
  { file: name, pictures, languages }: ConfidenceConfig,
  { vocabulary: V, condition: D }: Pick<LanguageModelShape, 'vocabulary' | 'condition'>,
): Promise<Confidence> {
  const file = fileIn(folder, name);
  const { tensors } = await readSafetensors(file);
  const floats = (name: string, ...shape: number[]) => valuesOf(file, tensors, name, shape, Float32Array);
  const [K = 0] = tensors.get(CENTROIDS)?.shape ?? [];
  const centroids = tensors.get(CENTROIDS)?.halves
    ? toInt8(floats(CENTROIDS, K, D), K)
    : readInt8(file, tensors, CENTROIDS, [K, D]);
  const familiarity = new Familiarity(centroids, pictures);
  const known = languages.map(({ language, pictures: learnedFrom, power, calibration }) => {
    const nameOf = (what: keyof DetectorTensors) => tensorName(what, language);
    const [W = 0] = tensors.get(nameOf('words'))?.shape ?? [];
    const words = valuesOf(file, tensors, nameOf('words'), [W], Int32Array);
    refuseOtherWords(file, words, V);
    const arrays: DetectorTensors = {
      words,
      mean: floats(nameOf('mean'), D),
      ...readDirections(file, tensors, { encode: nameOf('encode'), decode: nameOf('decode') }, { D, W }),
      shares: floats(nameOf('shares'), W),
      rarities: floats(nameOf('rarities'), W),
    };
    return [language, { detectors: new WordDetectors(arrays, { pictures: learnedFrom, power }), calibration }] as const;
  });
  return new Confidence(familiarity, new Map(known));
}

/** The name of an array of a language's word detectors. */
function tensorName(what: keyof DetectorTensors, language: string | undefined): string {
  return `detectors.${language === undefined ? '' : `${language}.`}${what}`;
}

/** A matrix by the names of its integers and of their scales. */
function int8Tensors(name: string, { codes, scales }: Int8Rows): NamedTensor[] {
  const rows = scales.length;
  return [
    { name, shape: [rows, codes.length / rows], data: codes },
    { name: scalesOf(name), shape: [rows], data: scales },
  ];
}

function readInt8(
  file: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  name: string,
  [rows, cols]: readonly [rows: number, cols: number],
): Int8Rows {
  return {
    codes: valuesOf(file, tensors, name, [rows, cols], Int8Array),
    scales: valuesOf(file, tensors, scalesOf(name), [rows], Float32Array),
  };
}

function scalesOf(name: string): string {
  return `${name}.scales`;
}

/** The matrices [R, D] and [W, R], or those of files written before they were integers, [D, R] and [W, R] in half precision. */
function readDirections(
  file: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  { encode, decode }: Record<'encode' | 'decode', string>,
  { D, W }: { D: number; W: number },
): Pick<DetectorTensors, 'encode' | 'decode'> {
  const [R = 0, former = 0] = tensors.get(encode)?.shape ?? [];
  if (tensors.get(encode)?.halves) {
    const columns = valuesOf(file, tensors, encode, [D, former], Float32Array);
    const directions = columns.map((_, i) => columns[(i % D) * former + Math.floor(i / D)]!);
    const words = valuesOf(file, tensors, decode, [W, former], Float32Array);
    return { encode: toInt8(directions, former), decode: toInt8(words, W) };
  }
  return { encode: readInt8(file, tensors, encode, [R, D]), decode: readInt8(file, tensors, decode, [W, R]) };
}

function refuseOtherWords(file: string, words: Int32Array, V: number): void {
  const wrong = words.find((id) => id < 0 || id >= V);
  if (wrong === undefined) return;
  throw new InputError(`${file} does not fit the vocabulary beside it`, {
    found: `a word of number ${wrong}`,
    expected: `numbers below ${V}`,
  });
}

type Values = Float32Array | Int32Array | Int8Array;

function valuesOf<Kind extends Values>(
  file: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  name: string,
  shape: readonly number[],
  kind: new (length: number) => Kind,
): Kind {
  const tensor = tensors.get(name);
  const data: unknown = tensor?.data;
  if (data instanceof kind && tensor!.shape.join() === shape.join()) return data;
  throw new InputError(`${file} is not what the config beside it describes`, {
    found: tensor ? `${name} of ${tensor.shape.join(' × ')}` : `no tensor ${name}`,
    expected: `${name} of ${shape.join(' × ')}`,
  });
}
