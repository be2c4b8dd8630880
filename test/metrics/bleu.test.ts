import { describe, expect, it } from 'vitest';
import { sentenceBleu } from '../../src/metrics/bleu.ts';
import { countNgrams } from '../../src/metrics/ngrams.ts';

const words = (caption: string) => caption.split(' ').filter(Boolean);
const score = (candidate: string, ...references: string[]) =>
  sentenceBleu(
    countNgrams(words(candidate)),
    references.map((reference) => countNgrams(words(reference))),
  );

describe('sentenceBleu', () => {
  it('is 1 for a caption that is a reference, even one of fewer than four words', () => {
    expect(score('a red boat at sea', 'two dogs', 'a red boat at sea')).toBeCloseTo(1, 12);
    expect(score('red boat', 'red boat')).toBeCloseTo(1, 12);
  });

  it('is the geometric mean of the precisions, one added beyond single words', () => {
    // 4 of 5 words, 2 of 4 pairs, 1 of 3 triples, none of 2 fours.
    const expected = ((4 / 5) * (3 / 5) * (2 / 4) * (1 / 3)) ** (1 / 4);
    expect(score('a red boat on sea', 'a red boat at sea')).toBeCloseTo(expected, 12);
  });

  it('counts a word as often as one reference has it', () => {
    const expected = ((1 / 2) * (1 / 2) * 1 * 1) ** (1 / 4);
    expect(score('boat boat', 'a boat', 'the boat')).toBeCloseTo(expected, 12);
  });

  it('punishes a caption that is shorter than the closest reference, the shorter of two as close', () => {
    expect(score('a red boat', 'a red boat at sea')).toBeCloseTo(Math.exp(1 - 5 / 3), 12);
    expect(score('a red boat', 'a red boat at sea', 'a red boat there')).toBeCloseTo(Math.exp(1 - 4 / 3), 12);
    expect(score('a red boat', 'a red boat here', 'a boat')).toBeCloseTo(1, 12);
  });

  it('is 0 without words, or where none is right', () => {
    expect(score('', 'a boat')).toBe(0);
    expect(score('two dogs', 'a boat')).toBe(0);
  });
});
