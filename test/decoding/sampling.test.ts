import { describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { type SamplingOptions, sampleToken } from '../../src/decoding/sampling.ts';

const P = [0.05, 0.4, 0.1, 0, 0.25, 0.2];
const logProbs = Float32Array.from(P, Math.log);
const DRAWS = 20_000;

describe('sampleToken draws', () => {
  it('from the distribution of the model at temperature 1', () => {
    expectShares(sharesOf({ temperature: 1 }), P);
  });

  it('from p^(1/T) at temperature T', () => {
    for (const temperature of [0.5, 2]) {
      expectShares(
        sharesOf({ temperature }),
        P.map((p) => p ** (1 / temperature)),
      );
    }
  });

  it('from the k likeliest only', () => {
    expectShares(sharesOf({ temperature: 1, topK: 1 }), [0, 1, 0, 0, 0, 0]);
    expectShares(sharesOf({ temperature: 1, topK: 3 }), [0, 0.4, 0, 0, 0.25, 0.2]);
    expectShares(sharesOf({ temperature: 1, topK: 100 }), P);
  });

  it('from the fewest likeliest that have the share p together', () => {
    expectShares(sharesOf({ temperature: 1, topP: 0.01 }), [0, 1, 0, 0, 0, 0]);
    expectShares(sharesOf({ temperature: 1, topP: 0.66 }), [0, 0.4, 0, 0, 0.25, 0.2]);
    expectShares(sharesOf({ temperature: 1, topP: 1 }), P);
  });

  it('from both: the share is that of the k likeliest', () => {
    expectShares(sharesOf({ temperature: 1, topK: 3, topP: 0.7 }), [0, 0.4, 0, 0, 0.25, 0]);
  });

  it('from those with a share of the likeliest one’s probability, at the temperature', () => {
    expectShares(sharesOf({ temperature: 1, minP: 0.45 }), [0, 0.4, 0, 0, 0.25, 0.2]);
    expectShares(sharesOf({ temperature: 1, minP: 1 }), [0, 1, 0, 0, 0, 0]);
    expectShares(sharesOf({ temperature: 1, minP: 0 }), P);
    // √(0.05 / 0.4) is 0.35, √(0.1 / 0.4) is 0.5.
    expectShares(sharesOf({ temperature: 2, minP: 0.45 }), [0, 0.4, 0.1, 0, 0.25, 0.2].map(Math.sqrt));
    expectShares(sharesOf({ temperature: 1, topK: 4, minP: 0.6 }), [0, 0.4, 0, 0, 0.25, 0]);
  });

  it('the likeliest at temperature 0, and in the limit', () => {
    for (const temperature of [0, 1e-9, 1e-300]) {
      expectShares(sharesOf({ temperature }), [0, 1, 0, 0, 0, 0]);
      expectShares(sharesOf({ temperature, topK: 4, topP: 0.9 }), [0, 1, 0, 0, 0, 0]);
    }
  });

  it('by the ratios, however small all probabilities are', () => {
    const tiny = Float32Array.of(-3000, Number.NEGATIVE_INFINITY, -3000 + Math.log(3));
    expectShares(sharesOf({ temperature: 1 }, tiny), [1, 0, 3]);
  });

  it('a token that can be when rounding leaves the draw above all weights', () => {
    const highest = { uniform: () => 1 - 2 ** -53 } as Random;
    for (let V = 1; V < 200; V++) {
      const uneven = Float32Array.from({ length: V + 1 }, (_, i) => (i < V ? Math.log((i + 1) / V ** 2) : -Infinity));
      expect(sampleToken(uneven, { temperature: 0.7 }, highest)).toBeLessThan(V);
      expect(sampleToken(uneven, { temperature: 0.7, topP: 1 }, highest)).toBeLessThan(V);
    }
  });
});

it('sampleToken leaves the log-probabilities as they are and draws the same for the same seed', () => {
  const given = logProbs.slice();
  const options = { temperature: 0.9, topK: 5, topP: 0.95 };
  const draws = [1, 2].map(() => {
    const random = new Random(3);
    return Array.from({ length: 50 }, () => sampleToken(given, options, random));
  });
  expect(draws[0]).toEqual(draws[1]);
  expect(given).toEqual(logProbs);
});

function sharesOf(options: SamplingOptions, distribution = logProbs): number[] {
  const random = new Random(7);
  const counts = new Array<number>(distribution.length).fill(0);
  for (let i = 0; i < DRAWS; i++) counts[sampleToken(distribution, options, random)]! += 1;
  return counts;
}

/** Pearson's χ² of the counts stays below what one in 10,000 fair samples would exceed; what can't be is never drawn. */
function expectShares(counts: readonly number[], weights: readonly number[]): void {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const expected = weights.map((weight) => (DRAWS * weight) / total);
  expect(counts.map((count) => count > 0)).toEqual(expected.map((count) => count > 0));
  const chiSquared = counts.reduce(
    (sum, count, i) => sum + (expected[i]! && (count - expected[i]!) ** 2 / expected[i]!),
    0,
  );
  expect(chiSquared).toBeLessThan(23.5); // 4 degrees of freedom
}
