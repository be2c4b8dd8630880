import { afterAll, expect, it } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { runAtOnce } from '../../../src/base/steps.ts';
import { lowRankRegressionSteps } from '../../../src/captioning/confidence/low-rank.ts';
import { openEngine } from '../../../src/compute/engine.ts';

const engine = await openEngine('wasm');
afterAll(() => engine.close());

const [N, D, W] = [700, 5, 4];
const random = new Random(1);
const inputs = Float32Array.from({ length: N * D }, () => random.normal());
/** Targets 0 and 1 follow one direction of the inputs above all, the others weakly another one each. */
const targets = Float64Array.from({ length: N * W }, (_, i) => {
  const [x, w] = [inputs.subarray(Math.floor(i / W) * D), i % W];
  const signal = [3 * (x[0]! + x[1]!), -2 * (x[0]! + x[1]!) + 0.2 * x[4]!, 0.2 * x[2]!, 0.2 * x[3]!][w]!;
  return signal + 0.1 * random.normal();
});
const products = new Float32Array(W * D);
for (let n = 0; n < N; n++) {
  for (let w = 0; w < W; w++) {
    for (let d = 0; d < D; d++) products[w * D + d]! += targets[n * W + w]! * inputs[n * D + d]!;
  }
}

/** The coefficients [D, W] of a regression of this rank. */
function coefficients(rank: number, penalty: number): number[][] {
  const options = { D, W, rank, penalty, random: new Random(2) };
  const { encode, decode, R } = runAtOnce(lowRankRegressionSteps(engine, inputs, products, options));
  return Array.from({ length: D }, (_, d) =>
    Array.from({ length: W }, (_, w) =>
      Array.from({ length: R }, (_, r) => encode[d * R + r]! * decode[w * R + r]!).reduce((a, b) => a + b),
    ),
  );
}

it('is ridge regression where its rank is not limited: the gradient of errors and penalty vanishes', () => {
  const penalty = 50;
  const B = coefficients(10, penalty);
  for (let w = 0; w < W; w++) {
    for (let d = 0; d < D; d++) {
      let gradient = penalty * B[d]![w]! - products[w * D + d]!;
      for (let n = 0; n < N; n++) {
        const predicted = B.reduce((sum, row, k) => sum + row[w]! * inputs[n * D + k]!, 0);
        gradient += predicted * inputs[n * D + d]!;
      }
      expect(Math.abs(gradient)).toBeLessThan(0.02);
    }
  }
});

it('keeps the direction that explains most where its rank is 1', () => {
  const B = coefficients(1, 1);
  expect([B[0]![0], B[1]![0], B[0]![1], B[1]![1]]).toEqual([3, 3, -2, -2].map((x) => expect.closeTo(x, 1)));
  expect(Math.abs(B[2]![2]!)).toBeLessThan(0.05);
  expect(coefficients(4, 1)[2]![2]).toBeCloseTo(0.2, 1);
});
