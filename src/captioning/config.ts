/** The config of a captioner, the settings of its training, and the defaults of both. */
import * as v from 'valibot';
import { anyInteger, integerFrom, numberFrom, positiveNumber } from '../base/schema.ts';
import { modelConfigSchema } from '../model/model-folder.ts';
import { optimizerDefaults } from '../nn/optimizer.ts';
import { enoughEpochs, trainingSettingsSchema } from '../training/settings.ts';
import { CNN_FOLDER } from '../vision/cnn-files.ts';
import { confidenceSchema } from './confidence/calibration.ts';

/** The settings of a captioner's training. */
export const captionSettingsSchema = v.object({
  ...trainingSettingsSchema.entries,
  /** Captions in one update. */
  batch: integerFrom(1),
  /** Words that come less often in the training captions become the unknown word. */
  threshold: integerFrom(1),
  /** The most words of the vocabulary: the most frequent ones. Default: any number */
  words: v.optional(integerFrom(1)),
  /** Whether mirror images of the pictures are learned from too. */
  mirrored: v.boolean(),
  /** λ by which attention is spread over all of a picture (`nn/coverage.ts`). Default: 0 */
  coverage: v.optional(numberFrom(0)),
  /** `cider`: learns to write captions with a high CIDEr-D and BLEU-4 (`self-critical.ts`). Default: likelihood */
  finetune: v.optional(v.picklist(['cider'])),
  /** How the CNN learns too. Default: it does not */
  cnn: v.optional(
    v.object({
      /** Which part of it: so many of its last stages, or all. */
      learned: v.union([integerFrom(1), v.literal('all')]),
      /** Its highest learning rate, which the captioner's schedule multiplies. */
      learningRate: positiveNumber,
      /** Decoupled weight decay of its filters. */
      weightDecay: numberFrom(0),
      /** Views of each training picture: as it is, and random ones. */
      views: integerFrom(1),
    }),
  ),
});

/** How a CNN learns with its captioner. */
export type CnnSettings = NonNullable<CaptionSettings['cnn']>;

export type CaptionSettings = v.InferOutput<typeof captionSettingsSchema>;

const dataset = v.object({
  /** Of several datasets their names: "a, b and c". */
  name: v.string(),
  pictures: anyInteger,
  captions: anyInteger,
  /** Hash of all captions and picture names: a resumed training must find the same ones. */
  hash: v.string(),
});

/** One of the datasets that were learned from together, or its captions in one language. */
const partOfData = v.object({
  name: v.string(),
  /** The language of its captions, by its tag. A dataset of several languages is a part for each. */
  language: v.optional(v.string()),
  /** How often each of its training captions comes in an epoch, of a fraction by chance. */
  weight: positiveNumber,
  /** Its training pictures and their captions; 0 for a dataset that is only measured on. */
  pictures: anyInteger,
  captions: anyInteger,
});

export type PartOfData = v.InferOutput<typeof partOfData>;

/** The config of a captioner's folder. */
export const captionConfigSchema = v.object({
  // First, because the user reads the first error only.
  kind: v.literal('caption', 'the model is not a captioner of `caption train`'),
  ...modelConfigSchema.entries,
  shape: v.object({
    ...modelConfigSchema.entries.shape.entries,
    /** D of the map's cells that it attends to, and whether a gate scales what it reads there. Default: no attention */
    memory: v.optional(integerFrom(1)),
    gate: v.optional(v.boolean()),
  }),
  /** How a picture becomes a vector and a map, in training and in use alike. */
  pictures: v.object({
    /** Its name, or the folder of a MobileNet, as `loadCnn` takes it. */
    cnn: v.string(),
    /** Name and hash of its weights. */
    key: v.string(),
    /** Where it is in the model's folder, if it has learned; it is then one of the family of `cnn`. */
    folder: v.optional(v.literal(CNN_FOLDER)),
    /** Cells in a line of the map that it attends to. Default: none */
    grid: v.optional(integerFrom(1)),
    preprocessing: v.object({ size: anyInteger, fit: v.picklist(['squash', 'crop']) }),
  }),
  settings: captionSettingsSchema,
  /** All that it learned from. */
  dataset,
  /** The datasets of which that is made up, in their order. Default: one, of weight 1, that says no language */
  datasets: v.optional(v.array(partOfData)),
  /** Captions without pictures that were learned from too: their files, and how many there were. */
  captionsOnly: v.optional(v.object({ files: v.array(v.string()), captions: anyInteger })),
  /** The dataset of the captioner whose weights it started from. */
  init: v.optional(dataset),
  /** How sure it may be of its captions, where that was measured. */
  confidence: v.optional(confidenceSchema),
});

export type CaptionConfig = v.InferOutput<typeof captionConfigSchema>;

/** The name of a part, with its language: "photos (de)". */
export function partName({ name, language }: Pick<PartOfData, 'name' | 'language'>): string {
  return language === undefined ? name : `${name} (${language})`;
}

/** The datasets that a captioner learned from, by languages. */
export function partsOfData({ dataset: { hash: _, ...whole }, datasets }: CaptionConfig): PartOfData[] {
  return datasets ?? [{ ...whole, weight: 1 }];
}

/** The scores of a captioner's weights on each dataset that they were measured on, by its name; none before they were. */
export function scoresByDataset({ dataset, scores }: CaptionConfig): Record<string, Record<string, number>> {
  const { datasets } = scores;
  if (typeof datasets === 'object') return datasets;
  const ofAll = Object.entries(scores).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  return { [dataset.name]: Object.fromEntries(ofAll) };
}

/** The shape of a new captioner by default. */
export const captionShapeDefaults = { cell: 'lstm', layers: 1, hidden: 640, embedding: 512 } as const;

/** Attention by default: cells in a line of a map, which then takes 64 KB of a cache, and the weight λ of its coverage (Xu et al. 2015, section 4.2.1). */
export const attentionDefaults = { grid: 5, gate: false, coverage: 1 } as const;

/** The settings of a training by default, found on Flickr8k, see the model card. */
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

/** The settings of a training with `finetune` by default. */
export const finetuneDefaults: CaptionSettings = {
  ...captionDefaults,
  batch: 250,
  epochs: 2,
  evaluateEvery: 40,
  learningRate: 1e-4,
  schedule: { name: 'cosine', warmup: 20 },
  smoothing: 0,
  finetune: 'cider',
};

/**
 * The highest learning rate of a training with `finetune` by default where the captioner attends: by that of the others it
 * learns its pictures by heart, see docs/results/captioning.md.
 */
export const attentionFinetuneRate = 3e-5;

/** How a CNN learns by default, found on Flickr8k and COCO, see docs/results/captioning.md. */
export const cnnDefaults: CnnSettings = { learned: 1, learningRate: 1e-4, weightDecay: 0, views: 4 };

/** The updates of a training by default are no fewer, however small the dataset. */
const LEAST_UPDATES = 400;

/**
 * The epochs by default: more than `captionDefaults` has where these would be fewer than 400 updates.
 *
 * @param captions of an epoch
 */
export function epochsForCaptions(captions: number, batch: number): number {
  return enoughEpochs(captions, batch, { least: captionDefaults.epochs, updates: LEAST_UPDATES });
}
