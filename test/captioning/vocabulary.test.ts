import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/base/errors.ts';
import { runAtOnce } from '../../src/base/steps.ts';
import {
  encodeCaption,
  extendVocabularySteps,
  specialIds,
  type VocabularyLimits,
} from '../../src/captioning/vocabulary.ts';
import { END, START, UNKNOWN } from '../../src/text/special-tokens.ts';
import { Vocabulary } from '../../src/text/vocabulary.ts';
import { vocabularyOf } from './small-captioning.ts';

const captions = ['A dog runs.', 'a Dog sleeps', 'The dog, a big one!'];

describe('captionVocabularySteps', () => {
  it('holds the words that come often enough, most frequent first, after the special tokens', () => {
    expect(vocabularyOf(captions, 2).tokens).toEqual([START, END, UNKNOWN, 'a', 'dog']);
    expect(vocabularyOf(captions).tokens.slice(5)).toEqual(['big', 'one', 'runs', 'sleeps', 'the']);
  });

  it('refuses captions of which no word comes often enough', () => {
    expect(() => vocabularyOf(captions, 4)).toThrow(InputError);
    expect(() => vocabularyOf(captions, 4)).toThrow(
      /no word comes 4 times in the 3 training captions: .* Use a smaller threshold, or more captions\./,
    );
    expect(() => vocabularyOf(['.', '?'])).toThrow(InputError);
  });
});

describe('extendVocabularySteps', () => {
  const extend = (from: Vocabulary, written: string[], limits: VocabularyLimits) =>
    runAtOnce(extendVocabularySteps(from, { captions: [written] }, limits));
  const old = vocabularyOf(captions, 2);

  it('adds the new words that come often enough after the old ones, which keep their numbers', () => {
    const more = ['two cats and a dog', 'two cats <unk>', 'one cats'];
    expect(extend(old, more, { threshold: 2 }).tokens).toEqual([START, END, UNKNOWN, 'a', 'dog', 'cats', 'two']);
    expect(extend(old, more, { threshold: 3 }).tokens.slice(5)).toEqual(['cats']);
  });

  it('adds the most frequent ones where it may not become too large', () => {
    const more = ['two cats and a dog', 'two cats <unk>', 'one cats'];
    expect(extend(old, more, { threshold: 1, words: 3 }).tokens.slice(5)).toEqual(['cats']);
    expect(extend(old, more, { threshold: 1, words: 2 })).toBe(old);
    expect(extend(old, more, { threshold: 1, words: 1 })).toBe(old);
  });

  it('is the old one where there is nothing to add', () => {
    expect(extend(old, ['a dog', 'a rare word'], { threshold: 2 })).toBe(old);
  });
});

describe('encodeCaption', () => {
  const vocabulary = vocabularyOf(captions, 2);
  const { unknown } = specialIds(vocabulary);

  it('takes the words as captions are scored: lower case, no punctuation, rare ones unknown', () => {
    expect(encodeCaption('A DOG, a cat.', vocabulary)).toEqual([3, 4, 3, unknown]);
  });

  it('leaves out special tokens that stand in a caption', () => {
    const written = '<start> A dog <unk> <end>';
    expect(vocabularyOf([written]).tokens).toEqual([START, END, UNKNOWN, 'a', 'dog']);
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
