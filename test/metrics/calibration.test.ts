import { describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { calibrationError, rankCorrelation, reliability, scoresByCoverage } from '../../src/metrics/calibration.ts';

describe('reliability', () => {
  it('puts answers into tenths of confidence, and leaves out those that are empty', () => {
    expect(reliability([0.05, 0.09, 0.55, 1], [false, true, true, true])).toEqual([
      { count: 2, confidence: expect.closeTo(0.07, 10), right: 0.5 },
      { count: 1, confidence: 0.55, right: 1 },
      { count: 1, confidence: 1, right: 1 },
    ]);
  });

  it('is off by the distance of confidence and truth, each bin by its answers', () => {
    const bins = reliability([0.05, 0.09, 0.55, 1], [false, true, true, true]);
    expect(calibrationError(bins)).toBeCloseTo(0.5 * 0.43 + 0.25 * 0.45, 10);
  });

  it('finds little wrong with a confidence that comes true, and much with one that boasts', () => {
    const random = new Random(1);
    const confidences = Array.from({ length: 5000 }, () => random.uniform());
    const right = confidences.map((confidence) => random.uniform() < confidence);
    expect(calibrationError(reliability(confidences, right))).toBeLessThan(0.03);
    const boasting = confidences.map((confidence) => Math.sqrt(confidence));
    expect(calibrationError(reliability(boasting, right))).toBeGreaterThan(0.1);
  });
});

describe('rankCorrelation', () => {
  it('is that of ranks, whatever the values', () => {
    expect(rankCorrelation([1, 2, 3, 4], [0.1, 0.2, 3, 400])).toBeCloseTo(1, 10);
    expect(rankCorrelation([1, 2, 3, 4], [4, 3, 2, 1])).toBeCloseTo(-1, 10);
    // scipy.stats.spearmanr
    expect(rankCorrelation([3, 1, 4, 1, 5, 9, 2, 6], [2, 7, 1, 8, 2, 8, 1, 8])).toBeCloseTo(0.19885, 4);
  });

  it('is 0 where nothing is ordered', () => {
    expect(rankCorrelation([1, 1, 1], [1, 2, 3])).toBe(0);
  });
});

it('scoresByCoverage keeps the surest, at least one', () => {
  const confidences = [0.2, 0.9, 0.5, 0.7];
  expect(scoresByCoverage(confidences, [1, 10, 4, 5], [0.01, 0.5, 1])).toEqual([10, 7.5, 5]);
});
