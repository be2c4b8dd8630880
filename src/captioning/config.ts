/** What a captioner is and how it is trained: its config, its settings, their defaults. */
import * as v from 'valibot';
import { anyInteger, integerFrom } from '../base/schema.ts';
import { modelConfigSchema } from '../model/model-folder.ts';
import { optimizerDefaults } from '../nn/optimizer.ts';
import { enoughEpochs, trainingSettingsSchema } from '../training/settings.ts';

/** How a captioner is trained. */
export const captionSettingsSchema = v.object({
  ...trainingSettingsSchema.entries,
  /** Captions in one update. */
  batch: integerFrom(1),
  /** Words that come less often in the training captions are unknown words. */
  threshold: integerFrom(1),
  /** Whether each picture is also shown as its mirror image. */
  mirrored: v.boolean(),
  /** What is learned beyond the likelihood of the captions people wrote: to write captions with a high CIDEr-D and BLEU-4. */
  finetune: v.optional(v.picklist(['cider'])),
});

export type CaptionSettings = v.InferOutput<typeof captionSettingsSchema>;

const dataset = v.object({
  name: v.string(),
  pictures: anyInteger,
  captions: anyInteger,
  /** Of all captions and picture names: a resumed training must find the same ones. */
  hash: v.string(),
});

/** The config of a captioner's folder. */
export const captionConfigSchema = v.object({
  // First, because the first thing that is wrong is what the user reads.
  kind: v.literal('caption', 'the model is not a captioner of `caption train`'),
  ...modelConfigSchema.entries,
  /** How a picture becomes the vector v; the same in training and in use. */
  pictures: v.object({
    /** As `--cnn` takes it. */
    cnn: v.string(),
    /** Name and hash of its weights. */
    key: v.string(),
    preprocessing: v.object({ size: anyInteger, fit: v.picklist(['squash', 'crop']) }),
  }),
  settings: captionSettingsSchema,
  dataset,
  /** What the captioner was trained on whose weights it started from. */
  init: v.optional(dataset),
});

export type CaptionConfig = v.InferOutput<typeof captionConfigSchema>;

export const captionShapeDefaults = { cell: 'lstm', layers: 1, hidden: 640, embedding: 512 } as const;

/** What is learned when nothing is said; found on Flickr8k, see the model card. */
export const captionDefaults: CaptionSettings = {
  batch: 128,
  threshold: 5,
  mirrored: true,
  epochs: 16,
  evaluateEvery: 0,
  patience: 0,
  optimizer: optimizerDefaults.adam,
  learningRate: 1e-3,
  schedule: { name: 'cosine', warmup: 200 },
  clipping: { by: 'norm', limit: 5 },
  dropout: 0.5,
  smoothing: 0.1,
  seed: 1,
};

/** What is learned by `--finetune cider` when nothing is said. */
export const finetuneDefaults: CaptionSettings = {
  ...captionDefaults,
  batch: 250,
  epochs: 2,
  evaluateEvery: 40,
  learningRate: 1e-4,
  schedule: { name: 'cosine', warmup: 20 },
  dropout: 0.5,
  smoothing: 0,
  finetune: 'cider',
};

/** Updates that even the smallest dataset is worth. */
const LEAST_UPDATES = 400;

/** Passes over a dataset when nothing is said: the default, or more where that would be too few updates to learn from. */
export function epochsForCaptions(captions: number, batch: number): number {
  return enoughEpochs(captions, batch, { least: captionDefaults.epochs, updates: LEAST_UPDATES });
}
