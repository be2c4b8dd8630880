import { describe, expect, test } from 'vitest';
import { lengthsOf, packedSequences, reversedRows } from '../../src/nn/packing.ts';
import { type Pooling, StepPooling } from '../../src/nn/pooling.ts';
import { wasm } from './engines.ts';

/** Sequences a (3 steps) and b (1 step); rows a₀ b₀ a₁ a₂. */
const packing = packedSequences([3, 1]);
const steps = () =>
  matrix([
    [1, 8],
    [5, 6],
    [9, 2],
    [4, 7],
  ]);

function matrix(rows: number[][]) {
  const made = wasm.arena.matrix(rows.length, rows[0]!.length);
  made.data.set(rows.flat());
  return made;
}

describe('StepPooling keeps', () => {
  test.each<[Pooling, 1 | 2, number[], number[]]>([
    ['last', 1, [4, 7, 5, 6], [0, 0, 3, 4, 0, 0, 1, 2]],
    ['last', 2, [4, 8, 5, 6], [0, 2, 3, 4, 0, 0, 1, 0]],
    ['mean', 1, [14 / 3, 17 / 3, 5, 6], [1 / 3, 2 / 3, 3, 4, 1 / 3, 2 / 3, 1 / 3, 2 / 3]],
    ['max', 1, [9, 8, 5, 6], [0, 2, 3, 4, 1, 0, 0, 0]],
  ])('the %s of %d directions, and leads the gradient back to it', (how, directions, pooled, gradient) => {
    const pooling = new StepPooling(wasm, how, directions);
    expectClose(pooling.forward(steps(), packing).data, pooled);
    const dPooled = matrix([
      [1, 2],
      [3, 4],
    ]);
    expectClose(pooling.backward(dPooled, packing).data, gradient);
  });
});

test('lengthsOf gives back what was packed', () => {
  expect(lengthsOf(packedSequences([4, 3, 3, 1]))).toEqual([4, 3, 3, 1]);
});

test('reversedRows turns each sequence around, and twice back', () => {
  const packing = packedSequences([3, 2, 1]); // a₀ b₀ c₀ a₁ b₁ a₂
  const rows = reversedRows(packing);
  expect([...rows]).toEqual([5, 4, 2, 3, 1, 0]);
  expect([...rows].map((row) => rows[row])).toEqual([0, 1, 2, 3, 4, 5]);
});

function expectClose(found: Float32Array, expected: number[]): void {
  expect([...found]).toEqual(expected.map((x) => expect.closeTo(x, 5)));
}
