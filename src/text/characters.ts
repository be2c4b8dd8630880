/**
 * Characters as people count them: grapheme clusters (Unicode Standard Annex #29), so that an emoji of several code
 * points or a letter with its accent is one token and is never torn apart.
 */

import { segmentsIn } from '../base/segments.ts';

/** What a code unit does. */
const [JOINS, STANDS_ALONE, ENDS_LINE] = [0, 1, 2];

/**
 * Code units that join neither what is before nor what is after them, from and to: Latin, Greek, Cyrillic, punctuation,
 * Chinese, Japanese. An accent may follow them, but that is not one of them. Nearly all text is made of these, and the
 * segmenter takes a microsecond for each.
 */
const ALONE = [
  [0, 0x2ff],
  [0x370, 0x482],
  [0x48a, 0x52f],
  [0x2010, 0x2027],
  [0x2030, 0x205e],
  [0x3001, 0x3029],
  [0x3041, 0x3096],
  [0x30a1, 0x30fa],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xff01, 0xff60],
] as const;

const kinds = new Uint8Array(0x10000).fill(JOINS);
for (const [from, to] of ALONE) kinds.fill(STANDS_ALONE, from, to + 1);
for (const end of '\r\n') kinds[end.charCodeAt(0)] = ENDS_LINE;

/** Made when it is first needed, which takes longer than to read a short English text. */
let segmenter: Intl.Segmenter | undefined;

/** The characters of a text, in order. Joined, they are the text. */
export function splitCharacters(text: string): string[] {
  const characters: string[] = [];
  // Behind the end is a code unit that joins nothing: NaN finds no kind.
  const kindAt = (i: number) => kinds[text.charCodeAt(i)];
  for (let i = 0; i < text.length; ) {
    const kind = kindAt(i);
    if (kind === ENDS_LINE || (kind === STANDS_ALONE && kindAt(i + 1) !== JOINS)) {
      const length = text[i] === '\r' && text[i + 1] === '\n' ? 2 : 1;
      characters.push(length === 1 ? text.charAt(i) : '\r\n');
      i += length;
    } else {
      // A stretch for the segmenter, with the characters beside it.
      const start = i++;
      while (kindAt(i) === JOINS || (kindAt(i) === STANDS_ALONE && kindAt(i - 1) === JOINS)) i++;
      pushClusters(text.slice(start, i), characters);
    }
  }
  return characters;
}

/** Code units that the segmenter gets at once, and clusters at their end that may go on behind them. */
const WINDOW = { window: 256, uncertain: 1 };

function pushClusters(text: string, characters: string[]): void {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  for (const { segment } of segmentsIn(text, segmenter, WINDOW)) characters.push(segment);
}
