import { describe, expect, it } from 'vitest';
import { type TextLimits, writeText } from '../../src/language/write.ts';
import { type Level, tokenizers } from '../../src/text/tokenizer.ts';

/** What is written of a text that a model writes without end, and the pieces it comes in. */
function write(text: string, options: Partial<TextLimits> = {}, level: Level = 'char') {
  const tokens = tokenizers[level].split(text).map((token) => ({ token, logProb: -1 }));
  let taken = 0;
  const sample = (function* () {
    for (const token of tokens) {
      taken++;
      yield token;
    }
  })();
  const pieces = [...writeText(sample, tokenizers[level], { length: Number.POSITIVE_INFINITY, ...options })];
  expect(pieces.flatMap(({ token }) => token ?? [])).toEqual(tokens.slice(0, taken));
  return { text: pieces.map((piece) => piece.text).join(''), pieces: pieces.map((piece) => piece.text), taken };
}

describe('writeText', () => {
  it('ends after so many tokens, and takes no more', () => {
    expect(write('abcdef', { length: 4 })).toMatchObject({ text: 'abcd', taken: 4 });
    expect(write('abcdef', { length: 0 })).toMatchObject({ text: '', taken: 0 });
    expect(write('one two three', { length: 2 }, 'word')).toMatchObject({ text: 'one two', taken: 2 });
  });

  it('ends before the first of the stop texts', () => {
    expect(write('to be or not', { stops: ['not', ' or'] })).toMatchObject({ text: 'to be', taken: 8 });
    expect(write('to be or not', { stops: ['x'] }).text).toBe('to be or not');
    expect(write('a stop within a word', { stops: ['or'] }, 'word').text).toBe('a stop within a w');
    expect(write('to be', { stops: ['t'] }).text).toBe('');
  });

  it('holds back what may begin a stop text, and writes it when it does not', () => {
    expect(write('aabaac', { stops: ['aaa', 'abab'] }).text).toBe('aabaac');
    expect(write('abcabd', { stops: ['abd'] }).pieces.slice(0, 3)).toEqual(['', '', 'abc']);
    expect(write('abcab', { length: 5, stops: ['abd'] }).text).toBe('abcab');
  });

  it('writes characters when all their bytes are there', () => {
    expect(write('é€', {}, 'byte').pieces).toEqual(['', 'é', '', '', '€', '']);
    expect(write('é€', { length: 3 }, 'byte').text).toBe('é\ufffd');
  });
});
