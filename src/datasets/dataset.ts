/**
 * A caption dataset, as every reader gives it: pictures with the captions that people wrote for them, in splits, and a
 * report of what was odd. Knows no file format.
 */

import type { Oddity } from './oddities.ts';

/** The splits, in the order in which they win a picture that several of them list: measuring before training. */
export const SPLITS = ['test', 'val', 'train'] as const;

export type Split = (typeof SPLITS)[number];

export type DatasetFormat = 'coco' | 'flickr' | 'karpathy' | 'table' | 'json' | 'sidecar';

export interface CaptionedPicture {
  /** The dataset's own name for the picture: COCO's numeric image id in decimal, elsewhere the file name. */
  id: string;
  /** Path of the picture, which existed when the dataset was read. */
  file: string;
  /** At least one; as they were written, none blank. */
  captions: string[];
  /** The language of each caption, by its tag (`de`, `pt-BR`); absent where the dataset does not say it. */
  languages?: string[];
}

export interface CaptionDataset {
  /** The name of the folder, or the name that the file gives itself. */
  name: string;
  format: DatasetFormat;
  /** The splits that have a picture; there is at least one. */
  splits: Map<Split, CaptionedPicture[]>;
  /** The share of the training pictures that was to be held out as `val`, where the dataset has no such split. */
  valShare?: number | undefined;
  /** What was skipped or guessed: each kind of oddity once, with its count. Empty for a clean dataset. */
  report: Oddity[];
}
