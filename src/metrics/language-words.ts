/**
 * The words of captions in any language: how a text is split into them, and written of them. Knows languages by their
 * tags; what a word is in English `tokenizeCaption` knows, in the others Unicode.
 */
import { isUnspaced, UNSPACED_LETTER } from '../base/languages.ts';
import { segmentsIn, WORD_WINDOW } from '../base/segments.ts';
import { tokenizeCaption } from './tokenize.ts';

/** Splits a caption into words in lower case, without punctuation. */
export type CaptionTokenizer = (caption: string) => string[];

const tokenizers = new Map<string, CaptionTokenizer>();

/**
 * The tokenizer of a language: `tokenizeCaption` for English and where none is named, but for captions in a script without
 * spaces (Chinese, Japanese, Thai), which are parted by dictionaries too; for the others words by the
 * boundaries of Unicode (UAX 29), in languages without spaces those of the dictionaries that the JavaScript engine has,
 * in lower case as the language has it, composed (NFC).
 *
 * @param language a canonical tag, as `de` or `pt-BR`
 */
export function tokenizerOf(language?: string): CaptionTokenizer {
  if (language === undefined || /^en(-|$)/.test(language)) return tokenizeAny;
  const tokenizer = tokenizers.get(language) ?? unicodeTokenizer(language);
  tokenizers.set(language, tokenizer);
  return tokenizer;
}

function unicodeTokenizer(language: string): CaptionTokenizer {
  const segmenter = new Intl.Segmenter([language, 'en'], { granularity: 'word' });
  return (caption) =>
    Array.from(segmentsIn(caption.normalize('NFC'), segmenter, WORD_WINDOW))
      .filter(({ isWordLike }) => isWordLike)
      .map(({ segment }) => segment.toLocaleLowerCase(language));
}

const UNSPACED = new RegExp(UNSPACED_LETTER, 'u');

/** A caption of which nobody says the language. */
function tokenizeAny(caption: string): string[] {
  return UNSPACED.test(caption) ? tokenizerOf('ja')(caption) : tokenizeCaption(caption);
}

const UNSPACED_END = new RegExp(`${UNSPACED_LETTER}$`, 'u');
const UNSPACED_BEGIN = new RegExp(`^${UNSPACED_LETTER}`, 'u');
const SPACED_END = new RegExp(`(?!${UNSPACED_LETTER})[\\p{L}\\p{M}\\p{N}]$`, 'u');
const SPACED_BEGIN = new RegExp(`^(?!${UNSPACED_LETTER})[\\p{L}\\p{M}\\p{N}]`, 'u');

/**
 * Words as a text: with spaces between them, or without where the language is written so. There too two words of a
 * script that has spaces keep theirs, as in a Japanese caption with an English name. Where the language has spaces, or is
 * not said, two words of a script without spaces have none between them.
 *
 * @param language a canonical tag. Default: one with spaces
 */
export function joinWords(words: readonly string[], language?: string): string {
  const unspaced = language !== undefined && isUnspaced(language);
  const isParted = (before: string, word: string) =>
    unspaced
      ? SPACED_END.test(before) && SPACED_BEGIN.test(word)
      : !(UNSPACED_END.test(before) && UNSPACED_BEGIN.test(word));
  return words.map((word, i) => (i > 0 && isParted(words[i - 1]!, word) ? ` ${word}` : word)).join('');
}

/** The words of a text that `joinWords` has made. */
export function partWords(text: string, language?: string): string[] {
  if (language !== undefined && isUnspaced(language)) return tokenizerOf(language)(text);
  return text.split(' ').flatMap((part) => (UNSPACED.test(part) ? tokenizerOf(language)(part) : part));
}
