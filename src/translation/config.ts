/** What a translator is and how it is trained: its config, its settings, their defaults. */
import * as v from 'valibot';
import { fraction, integerFrom } from '../base/schema.ts';
import { folderConfigSchema } from '../model/model-folder.ts';
import { optimizerDefaults } from '../nn/optimizer.ts';
import { dataConfigSchema, trainingSettingsSchema } from '../training/settings.ts';

const size = integerFrom(1);

/** How a translator is trained. */
export const translationSettingsSchema = v.object({
  ...trainingSettingsSchema.entries,
  /** Pairs in one update. */
  batch: size,
  /** Words that come less often in the training data are unknown. */
  minCount: size,
  /** Share of the data that is kept for validation. Not used where there is other data for it. */
  valFraction: fraction,
});

export type TranslationSettings = v.InferOutput<typeof translationSettingsSchema>;

/** The config of a translator's folder. */
export const translationConfigSchema = v.object({
  // First, because the first thing that is wrong is what the user reads.
  kind: v.literal('translation', 'the model is not one of `seq train --task translate`'),
  ...folderConfigSchema.entries,
  shape: v.object({
    source: size,
    target: size,
    embedding: integerFrom(0),
    cell: v.picklist(['rnn', 'lstm', 'gru']),
    layers: size,
    hidden: size,
    attention: v.boolean(),
  }),
  settings: translationSettingsSchema,
  data: dataConfigSchema,
});

export type TranslationConfig = v.InferOutput<typeof translationConfigSchema>;

/** What a new model is, beside what its data decides. */
export type NewTranslator = Omit<TranslationConfig['shape'], 'source' | 'target'>;

/** Best on Multi30k's validation split among what was tried, see docs/sequences.md. */
export const translationShapeDefaults: NewTranslator = {
  cell: 'lstm',
  layers: 1,
  hidden: 512,
  embedding: 256,
  attention: false,
};

/** What is learned when nothing is said. */
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
