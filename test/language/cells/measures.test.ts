import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import {
  areaUnderCurve,
  balancedAccuracy,
  bestDivision,
  explainedVariance,
  fitLine,
  meanAndDeviation,
  type Sums,
} from '../../../src/language/cells/measures.ts';

const random = new Random(3);
const VALUES = 9;
const draw = (count: number, from: number) => Array.from({ length: count }, () => from + random.integer(VALUES - from));
const ones = draw(40, 2);
const zeros = draw(70, 0);
const countsOf = (values: number[]) =>
  Array.from({ length: VALUES }, (_, value) => values.filter((x) => x === value).length);

describe('meanAndDeviation', () => {
  it('is that of the numbers that are counted', () => {
    const { mean, deviation } = meanAndDeviation(countsOf(ones));
    const naive = ones.reduce((sum, x) => sum + x, 0) / ones.length;
    expect(mean).toBeCloseTo(naive, 12);
    expect(deviation ** 2).toBeCloseTo(ones.reduce((sum, x) => sum + (x - naive) ** 2, 0) / ones.length, 12);
    expect(meanAndDeviation([0, 7]).deviation).toBe(0);
  });
});

describe('areaUnderCurve', () => {
  it('is the share of pairs in which the first is larger, ties half', () => {
    const pairs = ones.flatMap((one) => zeros.map((zero) => (one > zero ? 1 : one === zero ? 0.5 : 0)));
    const naive = pairs.reduce((sum: number, x) => sum + x, 0) / pairs.length;
    expect(areaUnderCurve(countsOf(ones), countsOf(zeros))).toBeCloseTo(naive, 12);
    expect(areaUnderCurve(countsOf(zeros), countsOf(ones))).toBeCloseTo(1 - naive, 12);
  });

  it('is 1 where the two lie apart, 0.5 where they are alike, and nothing where there are none', () => {
    expect(areaUnderCurve([0, 0, 3], [5, 2, 0])).toBe(1);
    expect(areaUnderCurve([1, 2, 3], [10, 20, 30])).toBe(0.5);
    expect(areaUnderCurve([0, 0], [1, 2])).toBeNaN();
  });
});

describe('bestDivision', () => {
  const naive = ({ threshold, above }: { threshold: number; above: boolean }) => {
    const right = (values: number[], first: boolean) =>
      values.filter((x) => (x >= threshold === above) === first).length / values.length;
    return (right(ones, true) + right(zeros, false)) / 2;
  };

  it('has the highest balanced accuracy of all thresholds and both sides', () => {
    const all = Array.from({ length: VALUES + 1 }, (_, threshold) => [
      naive({ threshold, above: true }),
      naive({ threshold, above: false }),
    ]).flat();
    const division = bestDivision(countsOf(ones), countsOf(zeros));
    expect(naive(division)).toBe(Math.max(...all));
    expect(balancedAccuracy(countsOf(ones), countsOf(zeros), division)).toBeCloseTo(naive(division), 12);
    expect(division.above).toBe(true);
    expect(bestDivision(countsOf(zeros), countsOf(ones)).above).toBe(false);
  });
});

describe('a line', () => {
  const pairs = Array.from({ length: 50 }, (_, i) => [i % 7, 3 - 2 * (i % 7) + random.uniform()] as const);
  const sum = (of: (pair: readonly [number, number]) => number) => pairs.reduce((total, pair) => total + of(pair), 0);
  const sums: Sums = {
    n: pairs.length,
    x: sum(([x]) => x),
    y: sum(([, y]) => y),
    xx: sum(([x]) => x * x),
    xy: sum(([x, y]) => x * y),
    yy: sum(([, y]) => y * y),
  };
  const errorOf = (slope: number, intercept: number) => sum(([x, y]) => (y - intercept - slope * x) ** 2);

  it('has a squared error that any other line exceeds', () => {
    const { slope, intercept } = fitLine(sums);
    const least = errorOf(slope, intercept);
    for (const [a, b] of [
      [1e-3, 0],
      [-1e-3, 0],
      [0, 1e-3],
      [0, -1e-3],
    ] as const) {
      expect(errorOf(slope + a, intercept + b)).toBeGreaterThan(least);
    }
  });

  it('explains the variance that its error leaves, also where it was fitted to other pairs', () => {
    const mean = sums.y / sums.n;
    const variance = sum(([, y]) => (y - mean) ** 2);
    for (const line of [fitLine(sums), { slope: -1.5, intercept: 2 }, { slope: 1, intercept: 0 }]) {
      expect(explainedVariance(line, sums)).toBeCloseTo(1 - errorOf(line.slope, line.intercept) / variance, 9);
    }
    expect(explainedVariance({ slope: 0, intercept: mean }, sums)).toBeCloseTo(0, 9);
  });

  it('is level where x does not vary', () => {
    expect(fitLine({ n: 4, x: 8, xx: 16, y: 10, xy: 20, yy: 30 })).toEqual({ slope: 0, intercept: 2.5 });
  });
});
