import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { countTokens, Vocabulary, vocabularySchema } from '../../src/text/vocabulary.ts';

describe('Vocabulary', () => {
  const vocabulary = new Vocabulary(['b', 'a', '\r\n', '__proto__']);

  it('numbers tokens in their order, and back', () => {
    expect(vocabulary.size).toBe(4);
    for (const [id, token] of vocabulary.tokens.entries()) {
      expect(vocabulary.idOf(token)).toBe(id);
      expect(vocabulary.tokenOf(id)).toBe(token);
    }
  });

  it('has no number for a token it does not have', () => {
    expect(vocabulary.idOf('c')).toBeUndefined();
    expect(vocabulary.idOf('toString')).toBeUndefined();
  });

  it('refuses numbers it does not have, and a token twice', () => {
    expect(() => vocabulary.tokenOf(4)).toThrow('token 4 of a vocabulary of 4');
    expect(() => vocabulary.tokenOf(-1)).toThrow(RangeError);
    expect(() => new Vocabulary(['a', 'b', 'a'])).toThrow(RangeError);
  });

  it('is stored as its tokens, at least one and each once', () => {
    expect(v.parse(vocabularySchema, JSON.parse(JSON.stringify(vocabulary.tokens)))).toEqual(vocabulary.tokens);
    for (const wrong of [[], ['a', 'a'], ['a', 1], {}]) expect(v.is(vocabularySchema, wrong)).toBe(false);
  });
});

describe('countTokens', () => {
  it('puts the most frequent first, and those equally frequent in the order of their characters', () => {
    expect(countTokens([...'banana split'])).toEqual([
      ['a', 3],
      ['n', 2],
      [' ', 1],
      ['b', 1],
      ['i', 1],
      ['l', 1],
      ['p', 1],
      ['s', 1],
      ['t', 1],
    ]);
    expect(countTokens([])).toEqual([]);
  });

  it('does not depend on the order of the tokens', () => {
    expect(countTokens([...'dcbaabcd'])).toEqual(countTokens([...'abcddcba']));
  });
});
