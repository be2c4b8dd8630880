import { describe, expect, test } from 'vitest';
import { packedSequences, runningIn, sequenceOrder, sharesOf, stepRows, uniformPacking } from '../../src/nn/packing.ts';
import { wasm } from './engines.ts';

describe('packedSequences', () => {
  test('lays the steps one after the other, as the drawing shows', () => {
    expect(packedSequences([4, 3, 1])).toEqual({
      counts: [3, 2, 2, 1],
      starts: [0, 3, 5, 7],
      rows: 8,
      batch: 3,
      uniform: false,
    });
  });

  test('of equal lengths is the uniform packing', () => {
    expect(packedSequences([5, 5])).toEqual(uniformPacking(2, 5));
    expect(uniformPacking(2, 5)).toMatchObject({ rows: 10, batch: 2, uniform: true });
  });

  test('of no sequences has no rows', () => {
    expect(packedSequences([])).toMatchObject({ counts: [], rows: 0, batch: 0 });
  });

  test.each([
    [[3, 4], 'sequence 1 of length 4'],
    [[3, 0], 'sequence 1 of length 0'],
    [[-1], 'sequence 0 of length -1'],
    [[2.5], 'sequence 0 of length 2.5'],
    [[Number.NaN], 'sequence 0 of length NaN'],
  ])('refuses lengths %j', (lengths, message) => {
    expect(() => packedSequences(lengths)).toThrow(RangeError);
    expect(() => packedSequences(lengths)).toThrow(message);
  });
});

test('stepRows are those of one step, on the same memory', () => {
  const packing = packedSequences([4, 3, 1]);
  const matrix = wasm.arena.matrix(packing.rows, 2);
  matrix.data.set(Array.from({ length: 16 }, (_, i) => Math.floor(i / 2)));
  const rows = [0, 1, 2, 3].map((t) => Array.from(stepRows(matrix, packing, t).data));
  expect(rows).toEqual([
    [0, 0, 1, 1, 2, 2],
    [3, 3, 4, 4],
    [5, 5, 6, 6],
    [7, 7],
  ]);
  stepRows(matrix, packing, 3).data.fill(-1);
  expect(Array.from(matrix.data.subarray(12))).toEqual([6, 6, -1, -1]);
});

test('sequenceOrder puts a0 b0 c0 a1 b1 a2 b2 a3 into the order a0 a1 a2 a3 b0 b1 b2 c0', () => {
  const { begins, rowsOfPlaces, placesOfRows } = sequenceOrder(packedSequences([4, 3, 1]));
  expect(begins).toEqual([0, 4, 7, 8]);
  expect([...rowsOfPlaces]).toEqual([0, 3, 5, 7, 1, 4, 6, 2]);
  expect([...rowsOfPlaces].map((row) => placesOfRows[row])).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

describe('sharesOf', () => {
  test('parts equal sequences evenly, and the rest as evenly as they can be', () => {
    expect(sharesOf(uniformPacking(50, 7), 2)).toEqual([
      { from: 0, to: 25 },
      { from: 25, to: 50 },
    ]);
    const shares = sharesOf(uniformPacking(100, 3), 3);
    expect(shares.map(({ from, to }) => to - from)).toEqual([34, 33, 33]);
  });

  test('gives long sequences fewer companions', () => {
    const packing = packedSequences([...Array<number>(20).fill(30), ...Array<number>(60).fill(10)]);
    const shares = sharesOf(packing, 2);
    expect(shares).toEqual([
      { from: 0, to: 20 },
      { from: 20, to: 80 },
    ]);
    expect(runningIn(shares[0]!, packing, 9)).toBe(20);
    expect(runningIn(shares[1]!, packing, 9)).toBe(60);
    expect(runningIn(shares[1]!, packing, 10)).toBe(0);
  });

  test.each([1, 11, 23])('leaves %i sequences together', (batch) => {
    expect(sharesOf(uniformPacking(batch, 5), 4)).toEqual([{ from: 0, to: batch }]);
  });

  test('has every sequence in one share, however the lengths are', () => {
    for (let batch = 24; batch < 90; batch++) {
      const lengths = Array.from({ length: batch }, (_, n) => 1 + ((n * 37) % 50)).sort((a, b) => b - a);
      for (const most of [2, 3, 16]) {
        const shares = sharesOf(packedSequences(lengths), most);
        expect(shares.length).toBeLessThanOrEqual(most);
        expect(shares.map(({ from }) => from)).toEqual([0, ...shares.slice(0, -1).map(({ to }) => to)]);
        expect(shares.at(-1)?.to).toBe(batch);
        for (const { from, to } of shares) expect(to).toBeGreaterThan(from);
      }
    }
  });
});
