import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/base/errors.ts';
import { captionVocabulary, encodeCaption, extendVocabulary, specialIds } from '../../src/captioning/vocabulary.ts';
import { END, START, UNKNOWN } from '../../src/text/special-tokens.ts';
import { Vocabulary } from '../../src/text/vocabulary.ts';

const captions = ['A dog runs.', 'a Dog sleeps', 'The dog, a big one!'];

describe('captionVocabulary', () => {
  it('holds the words that come often enough, most frequent first, after the special tokens', () => {
    expect(captionVocabulary(captions, 2).tokens).toEqual([START, END, UNKNOWN, 'a', 'dog']);
    expect(captionVocabulary(captions, 1).tokens.slice(5)).toEqual(['big', 'one', 'runs', 'sleeps', 'the']);
  });

  it('refuses captions of which no word comes often enough', () => {
    expect(() => captionVocabulary(captions, 4)).toThrow(InputError);
    expect(() => captionVocabulary(captions, 4)).toThrow(
      /no word comes 4 times in the 3 training captions: .* Use a smaller threshold, or more captions\./,
    );
    expect(() => captionVocabulary(['.', '?'], 1)).toThrow(InputError);
  });
});

describe('extendVocabulary', () => {
  const old = captionVocabulary(captions, 2);

  it('adds the new words that come often enough after the old ones, which keep their numbers', () => {
    const more = ['two cats and a dog', 'two cats <unk>', 'one cats'];
    expect(extendVocabulary(old, more, 2).tokens).toEqual([START, END, UNKNOWN, 'a', 'dog', 'cats', 'two']);
    expect(extendVocabulary(old, more, 3).tokens.slice(5)).toEqual(['cats']);
  });

  it('is the old one where there is nothing to add', () => {
    expect(extendVocabulary(old, ['a dog', 'a rare word'], 2)).toBe(old);
  });
});

describe('encodeCaption', () => {
  const vocabulary = captionVocabulary(captions, 2);
  const { unknown } = specialIds(vocabulary);

  it('takes the words as captions are scored: lower case, no punctuation, rare ones unknown', () => {
    expect(encodeCaption('A DOG, a cat.', vocabulary)).toEqual([3, 4, 3, unknown]);
  });

  it('leaves out special tokens that stand in a caption', () => {
    const written = '<start> A dog <unk> <end>';
    expect(captionVocabulary([written], 1).tokens).toEqual([START, END, UNKNOWN, 'a', 'dog']);
    expect(encodeCaption(written, vocabulary)).toEqual([3, 4]);
  });

  it('cuts off what is longer than anyone writes on purpose', () => {
    expect(encodeCaption('dog '.repeat(500), vocabulary)).toHaveLength(40);
  });
});

describe('specialIds', () => {
  it('refuses a vocabulary that has not all of them, and names the missing one', () => {
    expect(() => specialIds(new Vocabulary([START, END, 'a']))).toThrow(
      new InputError('the vocabulary is not that of a captioner', { found: 'no <unk>' }),
    );
  });
});
