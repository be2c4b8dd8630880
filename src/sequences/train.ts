/** Training a model that labels sequences, from its first weights or from where it stopped. */
import { createHash } from 'node:crypto';
import { InputError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { runInTurns } from '../base/steps.ts';
import type { Engine } from '../compute/engine.ts';
import type { InputShape } from '../model/input-reader.ts';
import { SequenceModel } from '../model/sequence-model.ts';
import { measureStandardisation } from '../model/standardisation.ts';
import { LEAST_SIDE, type PictureSize } from '../nn/glimpse-window.ts';
import { countTokens } from '../text/vocabulary.ts';
import { refuseOtherData, runSession, type TrainingHooks } from '../training/session.ts';
import { type DataSplit, splitData } from '../training/split.ts';
import type { TrainingResult } from '../training/trainer.ts';
import { baselinesSteps } from './baselines.ts';
import { SequenceCoder } from './coder.ts';
import type { NewSequenceModel, SequenceConfig, SequenceSettings } from './config.ts';
import type { SequenceData, SequenceExample } from './data/example.ts';
import { startAtEvidence } from './evidence.ts';
import { SequenceLabeller } from './labeller.ts';
import { sequenceTask, taskDataOf } from './task.ts';
import { baselineWithoutMemory } from './without-memory.ts';
import { countWords } from './words.ts';

export interface SequenceTraining extends TrainingHooks<SequenceConfig, DataSplit<SequenceExample>> {
  engine: Engine;
  /** Where the model goes. */
  folder: string;
  data: SequenceData;
  /** What chooses the best weights, if not a part of the data. */
  validation?: SequenceData | undefined;
  settings: SequenceSettings;
  start: NewSequenceModel & Pick<SequenceConfig, 'reading'>;
  /** Called while a network without memory learns from the same vectors, to compare with. */
  onCompare?(done: number, of: number): void;
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
  const { task, pool, embedding: _, glimpses: __, reading, ...sizes } = start;
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
    ...(data.cnn && { cnn: data.cnn }),
    settings,
    data: {
      name: data.name,
      training: split.training.length,
      validation: split.validation.length,
      split: split.name,
      hash: hashOf(split),
    },
    baselines: await runInTurns(baselinesSteps(task, split.training, split.validation), { signal: training.signal }),
    scores: {},
  };
  const oneStep = 'glimpses' in config.shape.reads;
  const vectors = split.training.flatMap(({ inputs }) => (inputs instanceof Float32Array ? [inputs] : []));
  const standardisation = vectors.length > 0 ? measureStandardisation(vectors, D) : undefined;
  const coder = new SequenceCoder(labels, D > 0 ? { D, standardisation, oneStep } : { vocabulary });
  const model = new SequenceModel(engine, config.shape).initialise(new Random(settings.seed), settings.memory);
  startAtEvidence(model, coder, split.training);
  const labeller = new SequenceLabeller(config, coder, model);
  Object.assign(config.baselines, await baselineWithoutMemory(labeller, split, training));
  return learn(training, labeller, split, { folder, resume: false });
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
  refuseOtherData(
    folder,
    { found: hashOf(split), expected: data.hash },
    {
      what: 'these sequences',
      found: `${split.training.length} sequences of ${training.data.name}`,
      expected: `the ${data.training} of ${data.name} and their labels`,
    },
  );
  return learn(training, labeller, split, { folder, resume: true });
}

function learn(
  hooks: TrainingHooks<SequenceConfig, DataSplit<SequenceExample>>,
  labeller: SequenceLabeller,
  split: DataSplit<SequenceExample>,
  where: { folder: string; resume: boolean },
): Promise<TrainingResult> {
  const task = sequenceTask(labeller.model, taskDataOf(labeller, split), labeller.config.settings);
  const { folder, resume } = where;
  return runSession({ product: labeller, folder, task, data: split, resume, measured: { split: split.name } }, hooks);
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
function labelsOf(examples: readonly SequenceExample[], name: string): string[] {
  const labels = countTokens(examples.flatMap((example) => example.labels)).map(([label]) => label);
  if (labels.length >= 2) return labels;
  throw new InputError(`there is nothing to tell apart in ${name}`, {
    found: labels.length === 0 ? 'no labels' : `only the label ${JSON.stringify(labels[0])}`,
    expected: 'sequences with at least two different labels',
  });
}

function hashOf({ training, validation }: DataSplit<SequenceExample>): string {
  const hash = createHash('sha256');
  for (const { inputs, labels } of [...training, ...validation]) {
    hash.update(ArrayBuffer.isView(inputs) ? inputs : JSON.stringify(inputs)).update(JSON.stringify(labels));
  }
  return hash.digest('hex').slice(0, 16);
}
