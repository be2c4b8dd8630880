/** What a model of sequences is and how it is trained: its config, its settings, their defaults. */
import * as v from 'valibot';
import { fraction, integerFrom, number } from '../base/schema.ts';
import type { InputShape } from '../model/input-reader.ts';
import { folderConfigSchema } from '../model/model-folder.ts';
import type { SequenceShape } from '../model/sequence-model.ts';
import { LEAST_SIDE } from '../nn/glimpse-window.ts';
import { optimizerDefaults } from '../nn/optimizer.ts';
import { POOLINGS, type Pooling } from '../nn/pooling.ts';
import { dataConfigSchema, enoughEpochs, trainingSettingsSchema } from '../training/settings.ts';

export const TASKS = ['classify', 'tag'] as const;

/** What is written: one label for a sequence, or one for each of its steps. */
export type Task = (typeof TASKS)[number];

export const PICTURE_READINGS = ['rows', 'pixels', 'permuted', 'whole', 'glimpses'] as const;

/**
 * How a picture is read as a sequence: row by row, pixel by pixel, pixel by pixel in one random order (Le, Jaitly and
 * Hinton 2015), all at once, or by glimpses, of which the network chooses where they are (`nn/glimpse-reader.ts`).
 */
export type PictureReading = (typeof PICTURE_READINGS)[number];

/** Of units that are told how long to remember. */
export const LEAST_MEMORY = 3;

const size = integerFrom(1);
const side = integerFrom(LEAST_SIDE);

/** How a model of sequences is trained. */
export const sequenceSettingsSchema = v.object({
  ...trainingSettingsSchema.entries,
  /** Sequences in one update. */
  batch: size,
  /** Words that come less often in the training data are unknown. */
  minCount: size,
  /** Share of the data that is kept for validation. Not used where there is other data for it. */
  valFraction: fraction,
  /** How many steps units should remember at most from the start, where that was said. */
  memory: v.optional(integerFrom(LEAST_MEMORY)),
});

export type SequenceSettings = v.InferOutput<typeof sequenceSettingsSchema>;

/** The config of such a model's folder. */
export const sequenceConfigSchema = v.object({
  // First, because the first thing that is wrong is what the user reads.
  kind: v.literal('sequence', 'the model is not one of `seq train`'),
  ...folderConfigSchema.entries,
  task: v.picklist(TASKS),
  shape: v.object({
    reads: v.union([
      v.object({ vocabulary: size, embedding: integerFrom(0) }),
      v.object({ vectors: size }),
      v.object({ glimpses: size, picture: v.object({ rows: side, columns: side }) }),
    ]),
    writes: v.picklist(['each', ...POOLINGS]),
    choices: integerFrom(2),
    cell: v.picklist(['rnn', 'lstm', 'gru']),
    layers: size,
    hidden: size,
    bidirectional: v.boolean(),
  }),
  /** What is written, in the order of the choices. */
  labels: v.array(v.string()),
  /** How pictures of IDX files were read. */
  reading: v.optional(v.picklist(PICTURE_READINGS)),
  /** The CNN that made vectors of pictures: as `--cnn` takes it if not the one that ships, name and hash of its weights. */
  cnn: v.optional(v.object({ name: v.optional(v.string()), key: v.string() })),
  settings: sequenceSettingsSchema,
  data: dataConfigSchema,
  /** Accuracy of simpler ways on the same validation data, by name. */
  baselines: v.record(v.string(), number),
});

export type SequenceConfig = v.InferOutput<typeof sequenceConfigSchema>;

/** What a new model is, beside what its data decides. */
export interface NewSequenceModel extends Pick<SequenceShape, 'cell' | 'layers' | 'hidden' | 'bidirectional'> {
  task: Task;
  /** What is kept of the steps for a label of the whole sequence. */
  pool: Pooling;
  /** Size of word vectors; 0 for one-hot vectors. */
  embedding: number;
  /** How often it looks at a picture that is read by glimpses. */
  glimpses: number;
}

/** D, the size of the vectors that are read; 0 for words. */
export function vectorSizeOf(reads: InputShape): number {
  if ('vocabulary' in reads) return 0;
  return 'vectors' in reads ? reads.vectors : reads.picture.rows * reads.picture.columns;
}

export const sequenceShapeDefaults = {
  cell: 'lstm',
  layers: 1,
  hidden: 128,
  bidirectional: false,
  pool: 'last',
  embedding: 128,
  glimpses: 6,
} as const;

/** What is learned when nothing is said. */
export const sequenceDefaults: SequenceSettings = {
  batch: 50,
  minCount: 2,
  valFraction: 0.1,
  epochs: 5,
  evaluateEvery: 0,
  patience: 0,
  optimizer: optimizerDefaults.adam,
  learningRate: 1e-3,
  schedule: { name: 'cosine', warmup: 100 },
  clipping: { by: 'norm', limit: 5 },
  dropout: 0.5,
  smoothing: 0,
  seed: 1,
};

/** Updates that even the smallest data is worth. */
const LEAST_UPDATES = 500;

/** Passes over the data when nothing is said: the default, or more where that would be too few updates to learn from. */
export function epochsForSequences(sequences: number, batch: number): number {
  return enoughEpochs(sequences, batch, { least: sequenceDefaults.epochs, updates: LEAST_UPDATES });
}
