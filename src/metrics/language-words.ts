/**
 * The words of captions in any language: how a text is split into them, and written of them. Knows languages by their
 * tags; what a word is in English `tokenizeCaption` knows, in the others Unicode.
 */
import { isUnspaced, UNSPACED_LETTER } from '../base/languages.ts';
import { tokenizeCaption } from './tokenize.ts';

/** Splits a caption into words in lower case, without punctuation. */
export type CaptionTokenizer = (caption: string) => string[];

const tokenizers = new Map<string, CaptionTokenizer>();

/**
 * The tokenizer of a language: `tokenizeCaption` for English and where none is named; for the others words by the
 * boundaries of Unicode (UAX 29), in languages without spaces those of the dictionaries that the JavaScript engine has,
 * in lower case as the language has it, composed (NFC).
 *
 * @param language a canonical tag, as `de` or `pt-BR`
 */
export function tokenizerOf(language?: string): CaptionTokenizer {
  if (language === undefined || /^en(-|$)/.test(language)) return tokenizeCaption;
  const tokenizer = tokenizers.get(language) ?? unicodeTokenizer(language);
  tokenizers.set(language, tokenizer);
  return tokenizer;
}

function unicodeTokenizer(language: string): CaptionTokenizer {
  const segmenter = new Intl.Segmenter([language, 'en'], { granularity: 'word' });
  return (caption) =>
    Array.from(segmenter.segment(caption.normalize('NFC')))
      .filter(({ isWordLike }) => isWordLike)
      .map(({ segment }) => segment.toLocaleLowerCase(language));
}

const SPACED_END = new RegExp(`(?!${UNSPACED_LETTER})[\\p{L}\\p{M}\\p{N}]$`, 'u');
const SPACED_BEGIN = new RegExp(`^(?!${UNSPACED_LETTER})[\\p{L}\\p{M}\\p{N}]`, 'u');

/**
 * Words as a text: with spaces between them, or without where the language is written so. There too two words of a
 * script that has spaces keep theirs, as in a Japanese caption with an English name.
 *
 * @param language a canonical tag. Default: one with spaces
 */
export function joinWords(words: readonly string[], language?: string): string {
  if (language === undefined || !isUnspaced(language)) return words.join(' ');
  return words.reduce(
    (text, word) => `${text}${SPACED_END.test(text) && SPACED_BEGIN.test(word) ? ' ' : ''}${word}`,
    '',
  );
}

/** The words of a text that `joinWords` has made. */
export function partWords(text: string, language?: string): string[] {
  return language !== undefined && isUnspaced(language) ? tokenizerOf(language)(text) : text.split(' ');
}
