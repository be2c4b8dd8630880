import { describe, expect, test } from 'vitest';
import { packedSequences, uniformPacking } from '../../src/nn/packing.ts';

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
