import { afterAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../src/compute/engine.ts';
import { createStepper } from '../../src/model/stepper.ts';
import { randomModel, small } from './batches.ts';

const engine = await openEngine('wasm');
afterAll(() => engine.close());

const model = randomModel(engine);
const V = small.vocabulary;
const conditions = Float32Array.from({ length: 3 * small.condition }, (_, i) => Math.sin(i));
const conditionOf = (n: number) => conditions.subarray(n * small.condition, (n + 1) * small.condition);

/** The log-probabilities after a sequence of its own, by steps on a fresh state. */
function alone(tokens: readonly number[], condition?: Float32Array): number[] {
  const state = model.newState(1);
  let logProbs: number[] = [];
  for (const [t, token] of tokens.entries()) {
    logProbs = Array.from(model.step([token], state, t === 0 ? condition : undefined));
  }
  return logProbs;
}

describe('createStepper', () => {
  const begin = createStepper(model, 4);

  it('moves several sequences on, each continuing the one that it names', () => {
    const step = begin({ condition: conditions });
    const rows = (logProbs: Float32Array, row: number) => Array.from(logProbs.subarray(row * V, (row + 1) * V));
    const first = step([1, 1, 1], [0, 1, 2]);
    for (const n of [0, 1, 2]) expectClose(rows(first, n), alone([1], conditionOf(n)));

    const second = step([2, 3, 4, 5], [2, 2, 0, 2]);
    for (const [row, [n, token]] of [
      [2, 2],
      [2, 3],
      [0, 4],
      [2, 5],
    ].entries()) {
      expectClose(rows(second, row), alone([1, token!], conditionOf(n!)));
    }

    const third = step([6, 2], [3, 1]);
    expectClose(rows(third, 0), alone([1, 5, 6], conditionOf(2)));
    expectClose(rows(third, 1), alone([1, 3, 2], conditionOf(2)));
  });

  it('begins again from nothing', () => {
    expectClose(Array.from(begin()([3], [0])), alone([3]));
    expectClose(Array.from(begin({ condition: conditionOf(1) })([3], [0])), alone([3], conditionOf(1)));
    expectClose(Array.from(begin()([3], [0])), alone([3]));
  });

  it('gives probabilities that sum to 1', () => {
    const logProbs = begin({ condition: conditions })([1, 2, 3], [0, 1, 2]);
    for (const n of [0, 1, 2]) {
      const sum = logProbs.subarray(n * V, (n + 1) * V).reduce((sum, logProb) => sum + Math.exp(logProb), 0);
      expect(sum).toBeCloseTo(1, 5);
    }
  });

  it('refuses more sequences than it was made for', () => {
    expect(() => begin()([1, 1, 1, 1, 1], [0, 1, 2, 3, 4])).toThrow('5 sequences for a decoder that was made for 4');
  });
});

function expectClose(found: number[], expected: number[]): void {
  expect(found).toHaveLength(expected.length);
  for (const [i, logProb] of found.entries()) expect(logProb).toBeCloseTo(expected[i]!, 5);
}
