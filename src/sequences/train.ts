import { createHash } from 'node:crypto';
import { InputError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import type { Engine } from '../compute/engine.ts';
import type { InputShape } from '../model/input-reader.ts';
import { type SequenceBatch, SequenceModel } from '../model/sequence-model.ts';
import { LEAST_SIDE, type PictureSize } from '../nn/glimpse-window.ts';
import { countTokens } from '../text/vocabulary.ts';
import { type Split, splitData } from '../training/split.ts';
import { type TrainingEvent, type TrainingResult, train } from '../training/trainer.ts';
import { baselinesOf } from './baselines.ts';
import { SequenceCoder } from './coder.ts';
import type { NewSequenceModel, SequenceConfig, SequenceSettings } from './config.ts';
import type { Example, SequenceData } from './data/example.ts';
import { startAtEvidence } from './evidence.ts';
import { SequenceLabeller } from './labeller.ts';
import { measureStandardisation } from './standardisation.ts';
import { sequenceTask, taskDataOf } from './task.ts';
import { baselineWithoutMemory } from './without-memory.ts';
import { countWords } from './words.ts';

export interface SequenceTraining {
  engine: Engine;
  /** Where the model goes. */
  folder: string;
  data: SequenceData;
  /** What chooses the best weights, if not a part of the data. */
  validation?: SequenceData | undefined;
  settings: SequenceSettings;
  start: NewSequenceModel & Pick<SequenceConfig, 'reading' | 'cnn'>;
  /** Called while a network without memory learns from the same vectors, to compare with. */
  onCompare?(done: number, of: number): void;
  onStart?(config: SequenceConfig, parameters: number): void;
  onEvent(event: TrainingEvent): void;
  /** Called when the training is over, with what it was measured on; the best weights are in the folder. */
  onDone?(validation: readonly Example[]): Promise<void>;
  signal?: AbortSignal | undefined;
}

/**
 * Trains a model on labelled sequences; a part of them, or other ones, choose the best weights.
 *
 * @throws InputError when all have the same label, or one for validation has a label that the others do not have
 */
export async function trainSequences(training: SequenceTraining): Promise<TrainingResult> {
  const { engine, folder, data, settings, start } = training;
  const split = splitData(training, settings);
  const labels = labelsOf(split.training, data.name);
  const { vocabulary } = countWords(split.training, settings.minCount);
  const { D } = data;
  const { task, pool, embedding: _, glimpses: __, reading, cnn, ...sizes } = start;
  const config: SequenceConfig = {
    format: 1,
    kind: 'sequence',
    task,
    shape: {
      reads: readsOf(training, vocabulary.size),
      writes: task === 'tag' ? 'each' : pool,
      choices: labels.length,
      ...sizes,
    },
    labels,
    ...(reading && split.training[0]?.inputs instanceof Uint8Array && { reading }),
    ...(cnn && { cnn }),
    settings,
    data: {
      name: data.name,
      training: split.training.length,
      validation: split.validation.length,
      split: split.name,
      hash: hashOf(split),
    },
    baselines: baselinesOf(task, split.training, split.validation),
    scores: {},
  };
  const oneStep = 'glimpses' in config.shape.reads;
  const standardisation = measureStandardisation(split.training, D);
  const coder = new SequenceCoder(labels, D > 0 ? { D, standardisation, oneStep } : { vocabulary });
  const model = new SequenceModel(engine, config.shape).initialise(new Random(settings.seed), settings.memory);
  startAtEvidence(model, coder, split.training);
  const labeller = new SequenceLabeller(config, coder, model);
  Object.assign(config.baselines, await baselineWithoutMemory(labeller, split, training));
  await labeller.save(folder, {});
  return run(training, labeller, split, false);
}

/**
 * Goes on with a training from its last checkpoint, with the settings it was started with.
 *
 * @throws InputError when the folder has no such training, or the data is not the same
 */
export async function resumeSequences(training: Omit<SequenceTraining, 'settings' | 'start'>): Promise<TrainingResult> {
  const { engine, folder } = training;
  const labeller = await SequenceLabeller.load(folder, engine);
  const { settings, data } = labeller.config;
  const split = splitData(training, settings);
  if (hashOf(split) !== data.hash) {
    throw new InputError(`${folder} was not trained on these sequences`, {
      found: `${split.training.length} sequences of ${training.data.name}`,
      expected: `the ${data.training} of ${data.name} and their labels`,
      advice: 'Resume with the data it was started with.',
    });
  }
  return run(training, labeller, split, true);
}

async function run(
  { folder, onStart, onEvent, onDone, signal }: Omit<SequenceTraining, 'settings' | 'start'>,
  labeller: SequenceLabeller,
  split: Split<Example>,
  resume: boolean,
): Promise<TrainingResult> {
  const { model, config } = labeller;
  const { settings } = config;
  const data = taskDataOf(labeller, split);
  onStart?.(config, model.size);
  const result = await train<SequenceBatch>({
    model,
    task: sequenceTask(model, data, settings),
    settings,
    folder,
    resume,
    onEvent,
    signal,
    saveBest: ({ scores }, { iteration }) =>
      labeller.save(folder, { ...scores, ...('loss' in scores && { split: split.name }), iteration }),
  });
  if (!result.interrupted) await onDone?.(split.validation);
  return result;
}

/** What is read at each step. @throws InputError as `pictureOf` does */
function readsOf(training: SequenceTraining, vocabulary: number): InputShape {
  const { data, start } = training;
  if (start.reading === 'glimpses') return { glimpses: start.glimpses, picture: pictureOf(training) };
  return data.D > 0 ? { vectors: data.D } : { vocabulary, embedding: start.embedding };
}

/** @throws InputError where there are no pictures to look at, or too small ones, or glimpses can't do what is asked */
function pictureOf({ data, start: { task, bidirectional } }: SequenceTraining): PictureSize {
  const { picture } = data;
  if (!picture) throw new InputError(`${data.name} has no pictures to look at`, { expected: 'IDX files for glimpses' });
  if (task !== 'classify' || bidirectional) {
    throw new InputError('glimpses are chosen in one direction, for one label', {
      found: bidirectional ? 'both directions' : `the task ${task}`,
    });
  }
  if (Math.min(picture.rows, picture.columns) >= LEAST_SIDE) return picture;
  throw new InputError(`the pictures of ${data.name} are too small for glimpses`, {
    found: `${picture.rows} × ${picture.columns} pixels`,
    expected: `at least ${LEAST_SIDE} × ${LEAST_SIDE}`,
  });
}

/** All labels, the most frequent first. @throws InputError when there is nothing to tell apart */
function labelsOf(examples: readonly Example[], name: string): string[] {
  const labels = countTokens(examples.flatMap((example) => example.labels)).map(([label]) => label);
  if (labels.length >= 2) return labels;
  throw new InputError(`there is nothing to tell apart in ${name}`, {
    found: labels.length === 0 ? 'no labels' : `only the label ${JSON.stringify(labels[0])}`,
    expected: 'sequences with at least two different labels',
  });
}

function hashOf({ training, validation }: Split<Example>): string {
  const hash = createHash('sha256');
  for (const { inputs, labels } of [...training, ...validation]) {
    hash.update(ArrayBuffer.isView(inputs) ? inputs : JSON.stringify(inputs)).update(JSON.stringify(labels));
  }
  return hash.digest('hex').slice(0, 16);
}
