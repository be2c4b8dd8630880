import { describe, expect, it } from 'vitest';
import { beamSearch } from '../../src/decoding/beam-search.ts';
import { meanOfSteps } from '../../src/decoding/ensemble.ts';
import { constantDistribution, type Distribution, randomDistribution, stepsOf } from './fake-steps.ts';

const V = 6;

describe('meanOfSteps', () => {
  it('gives the mean of the probabilities', () => {
    const distributions = [1, 2, 3].map((seed) => randomDistribution(V, seed));
    const step = meanOfSteps(distributions.map(stepsOf));
    const mean = Array.from(step([0, 4], [0, 1]), Math.exp);
    expect(mean).toHaveLength(2 * V);
    for (const [row, token] of [0, 4].entries()) {
      for (let next = 0; next < V; next++) {
        const given = distributions.map((distribution) => Math.exp(distribution(row, [token])[next]!));
        expect(mean[row * V + next]).toBeCloseTo(
          given.reduce((sum, p) => sum + p / 3, 0),
          6,
        );
      }
    }
  });

  it('gives each model the tokens and parents of every step', () => {
    const models = [1, 2].map((seed) => randomDistribution(V, seed));
    const together: Distribution = (source, tokens) => {
      const [a, b] = models.map((model) => model(source, tokens));
      return Array.from(a!, (logProb, token) => Math.log((Math.exp(logProb) + Math.exp(b![token]!)) / 2));
    };
    const search = { start: 0, end: 1, beam: 4, maxLength: 5, lengthPenalty: 0.7, forbidden: [0] };
    const found = beamSearch(meanOfSteps(models.map(stepsOf)), 3, search);
    const expected = beamSearch(stepsOf(together), 3, search);
    const tokens = (answers: typeof found) => answers.map((hypotheses) => hypotheses.map((best) => best.tokens));
    expect(tokens(found)).toEqual(tokens(expected));
    expect(found[0]?.[0]?.logProb).toBeCloseTo(expected[0]![0]!.logProb, 5);
  });

  it('knows the impossible and the hardly possible', () => {
    const step = (...logProbs: number[]) => stepsOf(() => logProbs);
    const nothing = Number.NEGATIVE_INFINITY;
    const mean = meanOfSteps([step(0, nothing, -700, -3), step(nothing, nothing, -701, -3)])([0], [0]);
    expect(Array.from(mean)).toEqual([
      expect.closeTo(-Math.LN2, 6),
      nothing,
      expect.closeTo(-700 + Math.log((1 + Math.exp(-1)) / 2), 3),
      -3,
    ]);
    expect(meanOfSteps([step(Number.NaN, -1), step(-1, -1)])([0], [0])[0]).toBeNaN();
  });

  it('follows sequences as they become more and fewer', () => {
    const step = meanOfSteps([stepsOf(constantDistribution([0.2, 0.8])), stepsOf(constantDistribution([0.6, 0.4]))]);
    const parents = [[0], [0, 0, 0], [1]];
    for (const rows of parents) {
      const mean = Array.from(
        step(
          rows.map(() => 0),
          rows,
        ),
        Math.exp,
      );
      expect(mean).toEqual(rows.flatMap(() => [expect.closeTo(0.4, 6), expect.closeTo(0.6, 6)]));
    }
  });

  it('of one model is that model, of none is refused', () => {
    const only = stepsOf(constantDistribution([1]));
    expect(meanOfSteps([only])).toBe(only);
    expect(() => meanOfSteps([])).toThrow(RangeError);
  });
});
