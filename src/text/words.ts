/**
 * Words and punctuation marks, each with the one space before it, if there is one (as GPT-2's tokens have it); all
 * other white space character by character. So ` the` and `the` are two tokens, no space is lost or made up, and joined
 * the tokens are the text:
 *
 *     "Well, don't!" she said.⏎
 *     "|Well|,| don't|!|"| she| said|.|⏎
 *
 * A text is read from left to right, in time and memory that grow with its length, whatever it holds: an expression over a
 * run of a million marks would not come back.
 */
import { UNSPACED_LETTER } from '../base/languages.ts';
import { segmentsIn, WORD_WINDOW } from '../base/segments.ts';
import { splitCharacters } from './characters.ts';

/** What a code point is; a letter that is written without spaces is UNSPACED too, some of those are no LETTER. */
const [KNOWN, LETTER, UNSPACED, MARK, SPACE] = [1, 2, 4, 8, 16];

const CLASSES: readonly (readonly [flag: number, pattern: RegExp])[] = [
  [LETTER, /[\p{L}\p{M}\p{N}_]/u],
  [UNSPACED, new RegExp(UNSPACED_LETTER, 'u')],
  [MARK, /\p{M}/u],
  [SPACE, /\s/],
];

/** The flags of the code points that came so far, by their numbers; 0 for those that did not. */
const flags = new Uint8Array(0x110000);

function flagsOf(codePoint: number): number {
  return flags[codePoint] || classify(codePoint);
}

function classify(codePoint: number): number {
  const character = String.fromCodePoint(codePoint);
  const found = CLASSES.reduce((sum, [flag, pattern]) => (pattern.test(character) ? sum | flag : sum), KNOWN);
  flags[codePoint] = found;
  return found;
}

/** The words of a text without the spaces before and between them. */
export function wordsWithoutSpaces(text: string): string[] {
  return splitWords(text)
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

/** The words of a text, in order. Joined, they are the text. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  /** The flags of what stands at a place; 0 behind the end. */
  const at = (i: number) => (i < text.length ? flagsOf(text.codePointAt(i)!) : 0);
  const behind = (i: number) => i + (text.codePointAt(i)! > 0xffff ? 2 : 1);
  /** The end of the run of code points from `i` that `belongs` to it. */
  const runFrom = (i: number, belongs: (flags: number) => boolean) => {
    while (i < text.length && belongs(at(i))) i = behind(i);
    return i;
  };

  for (let start = 0; start < text.length; ) {
    const from = text[start] === ' ' && at(start + 1) && !(at(start + 1) & SPACE) ? start + 1 : start;
    const first = at(from);
    let end: number;
    if (first & SPACE) {
      end = text.startsWith('\r\n', from) ? from + 2 : from + 1;
      words.push(text.slice(start, end));
    } else if (isSpacedLetter(first)) {
      end = runFrom(from, isSpacedLetter);
      // An apostrophe inside a word is part of it.
      while ((text[end] === "'" || text[end] === '’') && isSpacedLetter(at(end + 1))) {
        end = runFrom(end + 1, isSpacedLetter);
      }
      words.push(text.slice(start, end));
    } else {
      const unspaced = (first & UNSPACED) !== 0;
      end = unspaced ? runFrom(from, isUnspaced) : endOfMarks(from);
      const content = text.slice(from, end);
      const parts = unspaced ? segmentsOf(content) : splitCharacters(content);
      for (const [i, part] of parts.entries()) words.push(i === 0 && from > start ? ` ${part}` : part);
    }
    start = end;
  }
  return words;

  /** Where signs end that are neither letters nor spaces, each with the marks (accents) on it. */
  function endOfMarks(i: number): number {
    while (i < text.length && !(at(i) & (LETTER | SPACE))) i = runFrom(behind(i), isMark);
    return i;
  }
}

const isSpacedLetter = (found: number): boolean => (found & LETTER) !== 0 && (found & UNSPACED) === 0;
const isUnspaced = (found: number): boolean => (found & UNSPACED) !== 0;
const isMark = (found: number): boolean => (found & MARK) !== 0;

/** Made when it is first needed. */
let segmenter: Intl.Segmenter | undefined;

/** Words that are written without spaces between them, by the dictionaries of the JavaScript engine. */
function segmentsOf(text: string): string[] {
  segmenter ??= new Intl.Segmenter('ja', { granularity: 'word' });
  return Array.from(segmentsIn(text, segmenter, WORD_WINDOW), ({ segment }) => segment);
}
