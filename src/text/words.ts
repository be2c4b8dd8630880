/**
 * Words and punctuation marks, each with the one space before it, if there is one (as GPT-2's tokens have it); all
 * other white space character by character. So ` the` and `the` are two tokens, no space is lost or made up, and joined
 * the tokens are the text:
 *
 *     "Well, don't!" she said.⏎
 *     "|Well|,| don't|!|"| she| said|.|⏎
 */
import { UNSPACED_LETTER } from '../base/languages.ts';
import { splitCharacters } from './characters.ts';

/** What a word is made of; inside it may stand an apostrophe. */
const LETTER = '[\\p{L}\\p{M}\\p{N}_]';
const SPACED = `(?!${UNSPACED_LETTER})${LETTER}`;

const WORD = `(?:${SPACED})+(?:['’](?:${SPACED})+)*`;
const MARKS = `(?:(?!${LETTER})\\S\\p{M}*)+`;
const SPACE = '\\r\\n| (?!\\S)|[^\\S ]';
const PIECE = new RegExp(` ?(?:${WORD}|(?<unspaced>${UNSPACED_LETTER}+)|(?<marks>${MARKS}))|${SPACE}`, 'gu');

/** Made when it is first needed. */
let segmenter: Intl.Segmenter | undefined;

/** The words of a text, in order. Joined, they are the text. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  for (const { 0: piece, groups } of text.matchAll(PIECE)) {
    if (groups?.['unspaced']) pushParts(piece, groups['unspaced'], segmentsOf, words);
    else if (groups?.['marks']) pushParts(piece, groups['marks'], splitCharacters, words);
    else words.push(piece);
  }
  return words;
}

/** The parts of a piece, the first with the space that the piece may begin with. */
function pushParts(piece: string, content: string, split: (text: string) => string[], words: string[]): void {
  const [first = '', ...others] = split(content);
  words.push(piece.slice(0, piece.length - content.length) + first, ...others);
}

function segmentsOf(text: string): string[] {
  segmenter ??= new Intl.Segmenter('ja', { granularity: 'word' });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}
