/** The config of a translator, the settings of its training, and the defaults of both. */
import * as v from 'valibot';
import { fraction, integerFrom } from '../base/schema.ts';
import { folderConfigSchema, layerCount } from '../model/model-folder.ts';
import { CELL_NAMES } from '../nn/cell.ts';
import { optimizerDefaults } from '../nn/optimizer.ts';
import { dataConfigSchema, trainingSettingsSchema } from '../training/settings.ts';

const size = integerFrom(1);

/** The settings of a translator's training. */
export const translationSettingsSchema = v.object({
  ...trainingSettingsSchema.entries,
  /** Pairs in one update. */
  batch: size,
  /** Words that come less often in the training data become the unknown word. */
  minCount: size,
  /** Share of the data held out for validation; not used where there is other data for it. */
  valFraction: fraction,
});

export type TranslationSettings = v.InferOutput<typeof translationSettingsSchema>;

/** The folder of the source vocabulary in a translator's folder, whose own vocabulary is that of the targets. */
export const SOURCE_VOCABULARY = 'source';

/** The config of a translator's folder. */
export const translationConfigSchema = v.object({
  // First, because the user reads the first error only.
  kind: v.literal('translation', 'the model is not a translator of `seq train`'),
  ...folderConfigSchema.entries,
  shape: v.object({
    /** Sizes of the vocabularies. */
    source: size,
    target: size,
    /** Size of word vectors; 0 for one-hot vectors. */
    embedding: integerFrom(0),
    cell: v.picklist(CELL_NAMES),
    layers: layerCount,
    hidden: size,
    /** Whether sources are read in both directions and each word attends to them (Bahdanau et al. 2015). */
    attention: v.boolean(),
  }),
  settings: translationSettingsSchema,
  data: dataConfigSchema,
});

export type TranslationConfig = v.InferOutput<typeof translationConfigSchema>;

/** The shape of a new translator, without the vocabularies, whose sizes its data decides. */
export type NewTranslator = Omit<TranslationConfig['shape'], 'source' | 'target'>;

/** Best on Multi30k's validation split among what was tried, see docs/results/sequences.md. */
export const translationShapeDefaults: NewTranslator = {
  cell: 'lstm',
  layers: 1,
  hidden: 512,
  embedding: 256,
  attention: false,
};

/** The settings of a training by default. */
export const translationDefaults: TranslationSettings = {
  batch: 100,
  minCount: 2,
  valFraction: 0.05,
  epochs: 12,
  evaluateEvery: 0,
  patience: 0,
  optimizer: optimizerDefaults.adam,
  learningRate: 1e-3,
  schedule: { name: 'cosine', warmup: 200 },
  clipping: { by: 'norm', limit: 1 },
  dropout: 0.3,
  smoothing: 0.1,
  seed: 1,
};
