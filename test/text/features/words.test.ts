import { describe, expect, it } from 'vitest';
import {
  afterCapital,
  insideCapitalisedWord,
  insideNumber,
  insideQuotes,
  lengthOfWord,
  wordsOfSentence,
} from '../../../src/text/features/words.ts';
import { digits, expectMarked } from './marks.ts';

describe('words', () => {
  it('are counted letter by letter, in every script', () => {
    expect(digits(lengthOfWord("it's Ærlig да, 12"))).toBe('12010123450120000');
  });

  it('are capitalised by their first letter alone', () => {
    expectMarked(insideCapitalisedWord, 'The iPhone of Émile, USA', '^^^           ^^^^^  ^^^');
    expectMarked(afterCapital, 'The iPhone of Émile, USA', '^    ^        ^      ^^^');
  });

  it('are no numbers', () => {
    expectMarked(insideNumber, 'in 1805, x2', '   ^^^^   ^');
  });

  it('are counted from the end of the sentence or of the paragraph', () => {
    expect(digits(wordsOfSentence('Is it? Yes,\n it is\n\nno'))).toBe('1112200111111222333011');
  });
});

describe('inside quotes', () => {
  it('is from the opening mark to before the closing one', () => {
    expectMarked(insideQuotes, 'a "b" «c “d» e', '  ^^  ^^^^^', "“f” 'g' „h“", '^^      ^^');
  });

  it('goes over line ends and stops at an empty line', () => {
    expectMarked(insideQuotes, 'a "b', '  ^^^', 'c', '^^', ' ', '^', '"d" e', '^^');
  });
});
