/**
 * What every reader of caption datasets gives: pictures with the captions people wrote for them, in splits, and a
 * report of what was odd. Knows no file format.
 */

import type { Oddity } from './oddities.ts';

/** In the order in which they are kept when a picture is listed in several: what measures wins over what trains. */
export const SPLITS = ['test', 'val', 'train'] as const;

export type Split = (typeof SPLITS)[number];

export type DatasetFormat = 'coco' | 'flickr' | 'karpathy' | 'table';

export interface CaptionedPicture {
  /** The dataset's own name for the picture: COCO's numeric image id in decimal, elsewhere the file name. */
  id: string;
  /** Path of the picture, which was there when the dataset was read. */
  file: string;
  /** At least one; as written, none of them blank. */
  captions: string[];
}

export interface CaptionDataset {
  /** The name of the folder, or the name that the file gives itself. */
  name: string;
  format: DatasetFormat;
  /** Only splits that hold a picture; there is at least one. */
  splits: Map<Split, CaptionedPicture[]>;
  /** What was skipped or done for want of better, each kind once, with its count; empty for a clean dataset. */
  report: Oddity[];
}
