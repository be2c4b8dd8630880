/** Training a model that labels sequences, from new weights or from its last checkpoint. Knows sequences, not their files. */
import { counted } from '../base/counted.ts';
import { InputError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { partOf, runInTurns, type Steps } from '../base/steps.ts';
import type { InputShape } from '../model/input-reader.ts';
import { SequenceModel } from '../model/sequence-model.ts';
import { measureStandardisationSteps } from '../model/standardisation.ts';
import { LEAST_SIDE, type PictureSize } from '../nn/glimpse-window.ts';
import { countTokensSteps } from '../text/vocabulary.ts';
import { type FolderTraining, refuseOtherData, runSession } from '../training/session.ts';
import { checkSettings } from '../training/settings.ts';
import { type DataSplit, describeSplitSteps, splitData } from '../training/split.ts';
import type { TrainingResult } from '../training/trainer.ts';
import { baselinesSteps } from './baselines.ts';
import { SequenceCoder } from './coder.ts';
import { type NewSequenceModel, type SequenceConfig, type SequenceSettings, sequenceSettingsSchema } from './config.ts';
import { checkExamples, type SequenceData, type SequenceExample } from './data/example.ts';
import { startAtEvidenceSteps } from './evidence.ts';
import { SequenceLabeller } from './labeller.ts';
import { sequenceTask, taskDataSteps } from './task.ts';
import { baselineWithoutMemory } from './without-memory.ts';
import { countWordsSteps } from './words.ts';

export interface SequenceTraining extends FolderTraining<SequenceConfig, DataSplit<SequenceExample>> {
  data: SequenceData;
  /** Labels that may come beside those of the data, which a model is measured on later. Default: none */
  labels?: readonly string[] | undefined;
  /** Sequences that choose the best weights. Default: a part of the data, see `valFraction` in the settings */
  validation?: SequenceData | undefined;
  settings: SequenceSettings;
  start: NewSequenceModel & Pick<SequenceConfig, 'reading'>;
  /** Called after each update of the baseline without memory, with how many are done and how many there are. */
  onCompare?(done: number, of: number): void;
}

/**
 * Trains a new model and keeps the weights with the highest accuracy on the validation sequences.
 *
 * @throws InputError when a setting is out of range, sequences have not as many labels as the task asks for, all have the same label, or one for
 *   validation has a label that does not come in training
 */
export async function trainSequences(training: SequenceTraining): Promise<TrainingResult> {
  const { engine, data, validation, settings, start, signal } = training;
  checkSettings(settings, sequenceSettingsSchema);
  const inTurns = <Result>(steps: Steps<Result>) => runInTurns(steps, { signal });
  for (const checked of validation ? [data, validation] : [data]) checkExamples(checked, start.task);
  const split = splitData(training, settings);
  const labels = await inTurns(labelsOfSteps(training, split.training));
  const { vocabulary } = await inTurns(countWordsSteps(split.training, settings.minCount));
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
    ...(reading && split.training[0]!.inputs instanceof Uint8Array && { reading }),
    ...(data.cnn && { cnn: data.cnn }),
    settings,
    data: await inTurns(describeSplitSteps(data.name, split, contentOf)),
    baselines: await inTurns(baselinesSteps(task, split.training, split.validation)),
    scores: {},
  };
  const oneStep = 'glimpses' in config.shape.reads;
  const vectors = split.training.flatMap(({ inputs }) => (inputs instanceof Float32Array ? [inputs] : []));
  const standardisation = vectors.length > 0 ? await inTurns(measureStandardisationSteps(vectors, D)) : undefined;
  const coder = new SequenceCoder(labels, D > 0 ? { D, standardisation, oneStep } : { vocabulary });
  const model = new SequenceModel(engine, config.shape).initialise(new Random(settings.seed), settings.memory);
  await inTurns(startAtEvidenceSteps(model, coder, split.training));
  const labeller = new SequenceLabeller(config, coder, model);
  Object.assign(config.baselines, await baselineWithoutMemory(labeller, split, training));
  return learn(training, labeller, split, false);
}

/**
 * Resumes a training from its last checkpoint, with the settings it was started with.
 *
 * @throws InputError when the folder has no such training, or the data is not the same
 */
export async function resumeSequences(training: Omit<SequenceTraining, 'settings' | 'start'>): Promise<TrainingResult> {
  const { engine, folder, signal } = training;
  const labeller = await SequenceLabeller.load(folder, engine);
  const { settings, data } = labeller.config;
  const split = splitData(training, settings);
  const { hash } = await runInTurns(describeSplitSteps(training.data.name, split, contentOf), { signal });
  refuseOtherData(
    folder,
    { found: hash, expected: data.hash },
    {
      what: 'these sequences',
      found: `${counted(split.training.length, 'sequence')} of ${training.data.name}`,
      expected: `the ${data.training} of ${data.name} and their labels`,
    },
  );
  return learn(training, labeller, split, true);
}

async function learn(
  training: FolderTraining<SequenceConfig, DataSplit<SequenceExample>>,
  labeller: SequenceLabeller,
  split: DataSplit<SequenceExample>,
  resume: boolean,
): Promise<TrainingResult> {
  const { folder, signal } = training;
  const examples = await runInTurns(taskDataSteps(labeller, split), { signal });
  const task = sequenceTask(labeller.model, examples, labeller.config.settings);
  const measured = { split: split.name };
  return runSession({ product: labeller, folder, task, data: split, resume, measured }, training);
}

/** What the model reads at each step. @throws InputError as `pictureOf` does */
function readsOf(training: SequenceTraining, vocabulary: number): InputShape {
  const { data, start } = training;
  if (start.reading === 'glimpses') return { glimpses: start.glimpses, picture: pictureOf(training) };
  return data.D > 0 ? { vectors: data.D } : { vocabulary, embedding: start.embedding };
}

/** The size of pictures to glimpse at. @throws InputError when there are none, or too small ones, or for other tasks */
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

/**
 * All labels, most frequent first: those that are learned, then those that come only in what is held out of the data, as a
 * rare one may.
 *
 * @param learned the part of the data that is learned from
 * @throws InputError unless there are at least two
 */
function* labelsOfSteps(
  { data, labels: others = [] }: SequenceTraining,
  learned: readonly SequenceExample[],
): Steps<string[]> {
  const labelsOf = (example: SequenceExample) => example.labels;
  const counted = yield* partOf(countTokensSteps(learned, labelsOf), 0, 0.5);
  const ofAll = yield* partOf(countTokensSteps(data.examples, labelsOf), 0.5, 1);
  const labels = [...new Set([...[...counted, ...ofAll].map(([label]) => label), ...others])];
  if (learned.length > 0 && labels.length >= 2) return labels;
  throw new InputError(`there is nothing to tell apart in ${data.name}`, {
    found: learned.length === 0 ? 'nothing but what is held out' : `only the label ${JSON.stringify(labels[0])}`,
    expected: 'sequences with at least two different labels',
  });
}

function contentOf({ inputs, labels }: SequenceExample) {
  return [ArrayBuffer.isView(inputs) ? inputs : JSON.stringify(inputs), JSON.stringify(labels)];
}
