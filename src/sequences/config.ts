/** The config of a model that labels sequences, the settings of its training, and the defaults of both. */
import * as v from 'valibot';
import { fraction, integerFrom, number } from '../base/schema.ts';
import type { InputShape } from '../model/input-reader.ts';
import { folderConfigSchema, layerCount } from '../model/model-folder.ts';
import type { SequenceShape } from '../model/sequence-model.ts';
import { CELL_NAMES } from '../nn/cell.ts';
import { LEAST_SIDE } from '../nn/glimpse-window.ts';
import { optimizerDefaults } from '../nn/optimizer.ts';
import { POOLINGS, type Pooling } from '../nn/pooling.ts';
import { dataConfigSchema, enoughEpochs, trainingSettingsSchema } from '../training/settings.ts';

export const TASKS = ['classify', 'tag'] as const;

/** What is predicted: one label for a sequence, or one for each of its steps. */
export type Task = (typeof TASKS)[number];

export const PICTURE_READINGS = ['rows', 'pixels', 'permuted', 'whole', 'glimpses'] as const;

/**
 * How a picture is read as a sequence: row by row, pixel by pixel, pixel by pixel in one random order (Le, Jaitly and
 * Hinton 2015), all at once, or by glimpses at places that the network chooses (`nn/glimpse-reader.ts`).
 */
export type PictureReading = (typeof PICTURE_READINGS)[number];

/** The least value of the setting `memory`, in steps. */
export const LEAST_MEMORY = 3;

const size = integerFrom(1);
const side = integerFrom(LEAST_SIDE);

/** The settings of a training. */
export const sequenceSettingsSchema = v.object({
  ...trainingSettingsSchema.entries,
  /** Sequences in one update. */
  batch: size,
  /** Words that come less often in the training data become the unknown word. */
  minCount: size,
  /** Share of the data held out for validation; not used where there is other data for it. */
  valFraction: fraction,
  /** T_max of chrono initialisation (Tallec and Ollivier 2018): gates begin with memories of up to so many steps. */
  memory: v.optional(integerFrom(LEAST_MEMORY)),
});

export type SequenceSettings = v.InferOutput<typeof sequenceSettingsSchema>;

/** The config of a model's folder. */
export const sequenceConfigSchema = v.object({
  // First, because the user reads the first error only.
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
    cell: v.picklist(CELL_NAMES),
    layers: layerCount,
    hidden: size,
    bidirectional: v.boolean(),
  }),
  /** The labels, in the order of the softmax. */
  labels: v.array(v.string()),
  /** How pictures of IDX files were read. */
  reading: v.optional(v.picklist(PICTURE_READINGS)),
  /**
   * The CNN that made vectors of pictures: its name as `loadCnn` takes it, unless it is the one that ships, and its key
   * (name and hash of its weights).
   */
  cnn: v.optional(v.object({ name: v.optional(v.string()), key: v.string() })),
  settings: sequenceSettingsSchema,
  data: dataConfigSchema,
  /** The accuracy of each baseline on the same validation data, by name. */
  baselines: v.record(v.string(), number),
});

export type SequenceConfig = v.InferOutput<typeof sequenceConfigSchema>;

/** The shape of a new model, without what its data decides. */
export interface NewSequenceModel extends Pick<SequenceShape, 'cell' | 'layers' | 'hidden' | 'bidirectional'> {
  task: Task;
  /** How the hidden states of all steps become one, for a label of the whole sequence. */
  pool: Pooling;
  /** Size of word vectors; 0 for one-hot vectors. */
  embedding: number;
  /** T, the number of glimpses at a picture that is read so. */
  glimpses: number;
}

/** D, the size of the vectors that a model reads; 0 for words. */
export function vectorSizeOf(reads: InputShape): number {
  if ('vocabulary' in reads) return 0;
  return 'vectors' in reads ? reads.vectors : reads.picture.rows * reads.picture.columns;
}

/** The shape of a new model by default. */
export const sequenceShapeDefaults = {
  cell: 'lstm',
  layers: 1,
  hidden: 128,
  bidirectional: false,
  pool: 'last',
  embedding: 128,
  glimpses: 6,
} as const;

/** The settings of a training by default. */
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

/** The updates of a training by default are no fewer, however small the data. */
const LEAST_UPDATES = 500;

/** The epochs by default: more than `sequenceDefaults` has where these would be fewer than 500 updates. */
export function epochsForSequences(sequences: number, batch: number): number {
  return enoughEpochs(sequences, batch, { least: sequenceDefaults.epochs, updates: LEAST_UPDATES });
}
