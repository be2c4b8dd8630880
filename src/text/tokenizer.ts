/** What a text is cut into before a model reads it, and how the pieces become a text again. */
import { splitCharacters } from './characters.ts';
import { splitWords } from './words.ts';

/** What a language model may read and write. */
export const LEVELS = ['char', 'byte', 'word'] as const;

/**
 * Characters as people count them (grapheme clusters), bytes of UTF-8, or words and punctuation marks. Bytes make the
 * smallest vocabulary and read files of any kind; words the largest, with rare ones unknown.
 */
export type Level = (typeof LEVELS)[number];

/** What cuts a text into tokens. */
export interface Tokenizer {
  /** What a token is called. */
  readonly unit: 'character' | 'byte' | 'word';
  /** How a file's bytes are read as text that `splitPiece` takes. */
  readonly encoding: 'utf8' | 'latin1';
  /** The tokens of a piece of a file, read by `encoding`. A text may be cut behind any line end: its tokens are the same. */
  splitPiece(piece: string): string[];
  /** The tokens of a text. */
  split(text: string): string[];
  /**
   * A function that takes the tokens of a text one after another and gives what text each completes; without a token,
   * what was left incomplete at the end. Only bytes are ever incomplete.
   */
  joiner(): (token?: string) => string;
}

const whole = {
  encoding: 'utf8',
  joiner:
    () =>
    (token = '') =>
      token,
} as const;

/** The tokenizers of the levels. */
export const tokenizers: Readonly<Record<Level, Tokenizer>> = {
  char: { ...whole, unit: 'character', splitPiece: splitCharacters, split: splitCharacters },
  word: { ...whole, unit: 'word', splitPiece: splitWords, split: splitWords },
  /** A byte is written as the character of that number: é is the two tokens Ã and ©. */
  byte: {
    unit: 'byte',
    encoding: 'latin1',
    splitPiece: (piece) => piece.split(''),
    split: (text) => Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)),
    joiner() {
      const decoder = new TextDecoder();
      return (token) =>
        token === undefined ? decoder.decode() : decoder.decode(Uint8Array.of(token.charCodeAt(0)), { stream: true });
    },
  },
};

/** The text that tokens make. */
export function joinTokens(tokens: Iterable<string>, { joiner }: Tokenizer): string {
  const join = joiner();
  let text = '';
  for (const token of tokens) text += join(token);
  return text + join();
}
