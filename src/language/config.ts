import { z } from 'zod';
import { modelConfigSchema } from '../model/model-folder.ts';
import { optimizerDefaults } from '../nn/optimizer.ts';
import { trainingSettingsSchema } from '../training/settings.ts';

/** How a language model is trained: how its text is cut and how its weights are learned. */
export const languageSettingsSchema = trainingSettingsSchema.extend({
  /** Streams that are read in parallel. */
  batch: z.int().min(1),
  /** Tokens between two updates: the reach of backpropagation through time. */
  steps: z.int().min(1),
  /** Share of the text, at its end, that is kept for validation. */
  valFraction: z.number().min(0).lt(1),
});

export type LanguageSettings = z.infer<typeof languageSettingsSchema>;

/** The config of a language model's folder. */
export const languageConfigSchema = modelConfigSchema.extend({
  kind: z.literal('language', 'the model is not a language model of `lm train`'),
  level: z.literal('char'),
  settings: languageSettingsSchema,
  text: z.object({
    /** Names of the files it was trained on. */
    files: z.array(z.string()),
    /** Tokens in all, and a hash of them: a resumed training must find the same text. */
    tokens: z.int(),
    hash: z.string(),
  }),
});

export type LanguageConfig = z.infer<typeof languageConfigSchema>;

export const languageShapeDefaults = { cell: 'lstm', layers: 2, hidden: 128 } as const;

/** What is learned when nothing is said: five minutes for a text of a megabyte on two cores. */
export const languageDefaults: LanguageSettings = {
  batch: 50,
  steps: 50,
  epochs: 50,
  evaluateEvery: 0,
  patience: 0,
  optimizer: optimizerDefaults.adam,
  learningRate: 4e-3,
  schedule: { name: 'cosine', warmup: 100 },
  clipping: { by: 'norm', limit: 5 },
  dropout: 0.1,
  smoothing: 0,
  seed: 1,
  valFraction: 0.1,
};
