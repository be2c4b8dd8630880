/**
 * The names that tables, lists, files and folders give to the splits. `restval` (the rest of COCO's val2014) joins `train`,
 * as in all published results on Karpathy's splits. Knows no format.
 */
import type { Split } from './dataset.ts';

export const SPLIT_NAMES: ReadonlyMap<string, Split> = new Map([
  ['train', 'train'],
  ['training', 'train'],
  ['restval', 'train'],
  ['val', 'val'],
  ['valid', 'val'],
  ['validation', 'val'],
  ['dev', 'val'],
  ['test', 'test'],
  ['testing', 'test'],
]);

/** The split whose name comes first in the folders of a path: `val/p3.jpg`, `./images/val/p3.jpg`. */
export function splitOfPath(path: string): Split | undefined {
  return firstSplit(path.split(/[\\/]/).slice(0, -1));
}

/** The split that the name of a file or of its folder says: `captions_val2017.json`, `valid/_annotations.coco.json`. */
export function splitInName(name: string): Split | undefined {
  return firstSplit(name.split(/[^a-z]+/i));
}

function firstSplit(words: readonly string[]): Split | undefined {
  return words.map((word) => SPLIT_NAMES.get(word.toLowerCase())).find((split) => split !== undefined);
}
