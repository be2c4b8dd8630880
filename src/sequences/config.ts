import { z } from 'zod';
import type { InputShape } from '../model/input-reader.ts';
import { folderConfigSchema } from '../model/model-folder.ts';
import type { SequenceShape } from '../model/sequence-model.ts';
import { LEAST_SIDE } from '../nn/glimpse-window.ts';
import { optimizerDefaults } from '../nn/optimizer.ts';
import { POOLINGS, type Pooling } from '../nn/pooling.ts';
import { trainingSettingsSchema } from '../training/settings.ts';
import { PICTURE_READINGS } from './data/idx.ts';
import { TASKS, type Task } from './data/read.ts';

/** Of units that are told how long to remember. */
export const LEAST_MEMORY = 3;

const size = z.int().min(1);
const side = z.int().min(LEAST_SIDE);

/** How a model of sequences is trained. */
export const sequenceSettingsSchema = trainingSettingsSchema.extend({
  /** Sequences in one update. */
  batch: size,
  /** Words that come less often in the training data are unknown. */
  minCount: size,
  /** Share of the data that is kept for validation. Not used where there is other data for it. */
  valFraction: z.number().min(0).lt(1),
  /** How many steps units should remember at most from the start, where that was said. */
  memory: z.int().min(LEAST_MEMORY).optional(),
});

export type SequenceSettings = z.infer<typeof sequenceSettingsSchema>;

/** The config of such a model's folder. */
export const sequenceConfigSchema = z.object({
  // First, because the first thing that is wrong is what the user reads.
  kind: z.literal('sequence', 'the model is not one of `seq train`'),
  ...folderConfigSchema.shape,
  task: z.enum(TASKS),
  shape: z.object({
    reads: z.union([
      z.object({ vocabulary: size, embedding: z.int().min(0) }),
      z.object({ vectors: size }),
      z.object({ glimpses: size, picture: z.object({ rows: side, columns: side }) }),
    ]),
    writes: z.enum(['each', ...POOLINGS]),
    choices: z.int().min(2),
    cell: z.enum(['rnn', 'lstm', 'gru']),
    layers: size,
    hidden: size,
    bidirectional: z.boolean(),
  }),
  /** What is written, in the order of the choices. */
  labels: z.array(z.string()),
  /** How pictures of IDX files were read. */
  reading: z.enum(PICTURE_READINGS).optional(),
  /** The CNN that made vectors of pictures: as `--cnn` takes it if not the one that ships, name and hash of its weights. */
  cnn: z.object({ name: z.string().optional(), key: z.string() }).optional(),
  settings: sequenceSettingsSchema,
  data: z.object({
    name: z.string(),
    /** Sequences that it learned from, and was measured on. */
    training: z.int(),
    validation: z.int(),
    /** What the latter are: a file's name, or which part of the data. */
    split: z.string(),
    /** Of all sequences and labels: a resumed training must find the same. */
    hash: z.string(),
  }),
  /** Accuracy of simpler ways on the same validation data, by name. */
  baselines: z.record(z.string(), z.number()),
});

export type SequenceConfig = z.infer<typeof sequenceConfigSchema>;

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
export function enoughEpochs(sequences: number, batch: number): number {
  return Math.max(sequenceDefaults.epochs, Math.ceil(LEAST_UPDATES / Math.ceil(sequences / batch)));
}
