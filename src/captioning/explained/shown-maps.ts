/**
 * How the maps of words are told and shown: as numbers for programs, as bytes and in which place over the picture for pages
 * and figures. Knows no captioner, no CNN and no element; pages in browsers use it too.
 */
import type { Caption } from '../caption.ts';
import type { WordMaps } from './word-maps.ts';

/** Where the words of a caption come from, in JSON. */
export interface Where {
  by: WordMaps['by'];
  /** G: a word has G · G numbers, line after line. */
  grid: number;
  /** What of the picture the grid covers: all of it, or the square in its middle. */
  fit: WordMaps['fit'];
  /** Each with weights of the sum 1 (attention), or how much its log p falls, in nats. */
  words: { word: string; weights?: number[]; falls?: number[] }[];
}

/** Where the words of a caption come from, for programs: to four digits. */
export function whereOf({ words }: Caption, { by, grid, fit, words: maps }: WordMaps): Where {
  const key = by === 'attention' ? 'weights' : 'falls';
  const told = maps.map((map, i) => ({
    word: words[i]!.word,
    [key]: map.map((value) => Number(value.toPrecision(4))),
  }));
  return { by, grid, fit, words: told };
}

/** The maps that `whereOf` tells. */
export function mapsOf({ by, grid, fit, words }: Where): WordMaps {
  return { by, grid, fit, words: words.map(({ weights, falls }) => (weights ?? falls)!) };
}

/**
 * The maps of words for the eye: from 0 to 1, of each word by its greatest value. Where the picture hardly matters to a
 * word its map stays faint: what counts as 1 is at least a tenth of the greatest of all words.
 */
export function shownMaps({ words }: Pick<WordMaps, 'words'>): number[][] {
  const greatest = words.map((map) => Math.max(0, ...map));
  const least = Math.max(...greatest) / 10 || 1;
  return words.map((map, i) => map.map((value) => Math.max(0, value) / Math.max(greatest[i]!, least)));
}

/** `shownMaps` as bytes from 0 to 255, word after word. */
export function mapBytes(maps: Pick<WordMaps, 'words'>): Uint8Array {
  return Uint8Array.from(shownMaps(maps).flat(), (value) => Math.round(255 * value));
}

/** What of a picture the grid covers, in shares of its width and height. */
export function coveredPart(
  { fit }: Pick<WordMaps, 'fit'>,
  { width, height }: { width: number; height: number },
): { left: number; top: number; width: number; height: number } {
  const side = Math.min(width, height);
  const [w, h] = fit === 'squash' ? [1, 1] : [side / width, side / height];
  return { left: (1 - w) / 2, top: (1 - h) / 2, width: w, height: h };
}

/** Width by height of the frame that holds a picture. */
const FRAME = 4 / 3;

/** In CSS: the width of a picture in its frame, and the place of its map over it. */
export function frameLayout(
  maps: Pick<WordMaps, 'fit'>,
  { width, height }: { width: number; height: number },
): { width: string; map: { left: string; top: string; width: string; height: string } } {
  const part = coveredPart(maps, { width, height });
  return {
    width: percent(Math.min(1, width / height / FRAME)),
    map: { left: percent(part.left), top: percent(part.top), width: percent(part.width), height: percent(part.height) },
  };
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(2))}%`;
}

/** How the maps were found and are looked at, for a page. */
export function explainedLead(by: WordMaps['by']): string {
  const how = {
    attention: 'where the captioner looked before it wrote the word',
    cells: 'what the captioner reads there for the word: how much less probable it is where a place is like the whole',
    occlusion: 'where the picture must be seen for the word: how much less probable it is where a square is grey',
  };
  return `Point at a word, or step with the arrow keys, to see ${how[by]}.`;
}
