/** The files that a model learned from, in a few words: they may be hundreds. Knows nothing of what is in them. */
import { type Html, html } from './html.ts';

/** Names that are all written out; of more files the first one stands for all. */
const MOST_NAMES = 3;

/** "a.txt, b.txt", or of many files "a.txt and 134 more files". */
export function filesInWords(names: readonly string[]): string {
  if (names.length <= MOST_NAMES) return names.join(', ');
  return `${names[0]} and ${names.length - 1} more files`;
}

/** The names that `filesInWords` leaves out, with the first, to be unfolded; undefined where it leaves none out. */
export function foldedFiles(names: readonly string[]): Html | undefined {
  if (names.length <= MOST_NAMES) return undefined;
  return html`<details><summary>all ${names.length} files</summary>${names.join(', ')}</details>`;
}
