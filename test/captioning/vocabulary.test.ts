import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/base/errors.ts';
import { runAtOnce } from '../../src/base/steps.ts';
import {
  captionVocabularySteps,
  encodeCaption,
  extendVocabularySteps,
  rarityOf,
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
    expect(extend(old, more, { threshold: 1, words: 1 }).tokens).toEqual([START, END, UNKNOWN, 'a']);
  });

  it('is the old one where there is nothing to add', () => {
    expect(extend(old, ['a dog', 'a rare word'], { threshold: 2 })).toBe(old);
  });
});

describe('a vocabulary of several languages', () => {
  const written = {
    captions: [
      ['Ein Hund, ein Ball', 'hund'],
      ['a dog', 'a hund'],
    ],
    languages: ['de', 'en'],
  };
  const vocabulary = runAtOnce(captionVocabularySteps(written, { threshold: 1 }));

  it('has a START of each, in the order in which they come, and the words of all by how often they come', () => {
    const tokens = ['<start:de>', '<start:en>', END, UNKNOWN, 'hund', 'a', 'ein', 'ball', 'dog'];
    expect(vocabulary.tokens).toEqual(tokens);
    expect(rarityOf('hund', vocabulary)).toBe(0);
    expect(rarityOf('a', vocabulary)).toBeCloseTo(Math.log(2));
    const most = runAtOnce(captionVocabularySteps(written, { threshold: 1, words: 2 }));
    expect(most.tokens.slice(4)).toEqual(['hund', 'a']);
  });

  it('gives the ids of each language, by default the first one’s', () => {
    expect(specialIds(vocabulary)).toEqual({ start: 0, end: 2, unknown: 3, forbidden: [0, 1, 3] });
    expect(specialIds(vocabulary, { language: 'EN' }).start).toBe(1);
    expect(() => specialIds(vocabulary, { language: 'fr' })).toThrow('does not write in fr: expected de or en');
  });

  it('reads captions by the words of their language, without special tokens', () => {
    expect(encodeCaption('<start> Ein DOG-Ball <end>', vocabulary, 'de')).toEqual([6, 8, 7]);
    expect(encodeCaption('Ein DOG-Ball', vocabulary, 'en')).toEqual([6, 3]);
  });

  it('is extended by languages and words; one without languages gives its START to the first', () => {
    const extend = (from: Vocabulary, languages?: string[], words?: number) =>
      runAtOnce(extendVocabularySteps(from, { ...written, languages }, { threshold: 1, words })).tokens;
    const old = vocabularyOf(['a dog']);
    expect(extend(old)).toEqual([START, END, UNKNOWN, 'a', 'dog', 'hund', 'ein', 'ball']);
    const added = ['<start:en>', 'hund', 'ein', 'ball'];
    expect(extend(old, ['de', 'en'])).toEqual(['<start:de>', END, UNKNOWN, 'a', 'dog', ...added]);
    expect(extend(old, ['de', 'en'], 3)).toEqual(['<start:de>', END, UNKNOWN, 'a', 'dog', '<start:en>', 'hund']);
    expect(extend(vocabulary, ['en', 'fr'])).toEqual([...vocabulary.tokens, '<start:fr>']);
    expect(() => extend(vocabulary)).toThrow(
      'the captions do not say in which language they are: found a captioner to start from that writes in de, en',
    );
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
