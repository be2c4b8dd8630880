import { describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { runAtOnce } from '../../src/base/steps.ts';
import { fitWordRegressionSteps, predictFeatures, wordBag } from '../../src/captioning/word-regression.ts';

const [P, V, D] = [23, 7, 5];
const RIDGE = 10;
const random = new Random(3);
const bags = Array.from({ length: P }, () =>
  wordBag(Array.from({ length: 3 }, () => Array.from({ length: 2 }, () => Math.floor(random.uniform() * V)))),
);
const features = Float32Array.from({ length: P * D }, () => random.uniform() * 2 - 1);

/** Coefficients [V][D] by Gauss-Jordan elimination of the normal equations (XᵀX + λ)B = XᵀY, in double precision. */
function naive(pictures: readonly number[]): number[][] {
  const X = pictures.map((p) => {
    const row = new Array<number>(V).fill(0);
    for (const [k, id] of bags[p]!.ids.entries()) row[id] = bags[p]!.values[k]!;
    return row;
  });
  const sum = (of: (i: number) => number) => pictures.reduce((total, _, i) => total + of(i), 0);
  const rows = Array.from({ length: V }, (_, a) => [
    ...Array.from({ length: V }, (_, b) => sum((i) => X[i]![a]! * X[i]![b]!) + (a === b ? RIDGE : 0)),
    ...Array.from({ length: D }, (_, d) => sum((i) => X[i]![a]! * features[pictures[i]! * D + d]!)),
  ]);
  for (let a = 0; a < V; a++) {
    rows[a] = rows[a]!.map((value) => value / rows[a]![a]!);
    for (let b = 0; b < V; b++) if (b !== a) rows[b] = rows[b]!.map((value, c) => value - rows[b]![a]! * rows[a]![c]!);
  }
  return rows.map((row) => row.slice(V));
}

describe('wordBag', () => {
  it('has the root of the share of captions that use a word, however often', () => {
    const { ids, values } = wordBag([[4, 2, 4], [2], [9, 2], [2]]);
    expect([...ids]).toEqual([4, 2, 9]);
    expect([...values]).toEqual([0.5, 1, 0.5]);
  });
});

describe('fitWordRegressionSteps', () => {
  it.each([
    ['all pictures', [...bags.keys()]],
    ['some of them', [1, 2, 3, 5, 8, 13, 21]],
  ])('solves the normal equations of %s', (_, pictures) => {
    const found = runAtOnce(fitWordRegressionSteps(bags, features, pictures, { V, D }));
    const expected = naive(pictures).flat();
    expect(found).toHaveLength(expected.length);
    for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 5);
  });

  it('leaves the coefficients of words that never come, and of features that are all zero, at zero', () => {
    const zeroed = features.map((value, i) => (i % D === 2 ? 0 : value));
    const found = runAtOnce(fitWordRegressionSteps(bags, zeroed, [...bags.keys()], { V: V + 1, D }));
    expect([...found.subarray(V * D)]).toEqual(new Array(D).fill(0));
    for (let word = 0; word < V; word++) expect(found[word * D + 2]).toBe(0);
    expect(found[0]).not.toBe(0);
  });
});

describe('predictFeatures', () => {
  it('is xB', () => {
    const coefficients = Float32Array.from([1, 2, 10, 20, 100, 200]); // [3, 2]
    expect([...predictFeatures(coefficients, wordBag([[2, 0]]), 2)]).toEqual([101, 202]);
    expect([...predictFeatures(coefficients, wordBag([[1], [1], [0], []]), 2)]).toEqual([
      Math.fround(10 * Math.fround(Math.SQRT1_2)) + 0.5,
      Math.fround(20 * Math.fround(Math.SQRT1_2)) + 1,
    ]);
  });
});
