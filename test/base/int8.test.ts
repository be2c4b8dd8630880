import { describe, expect, it } from 'vitest';
import { timesVector, toInt8 } from '../../src/base/int8.ts';
import { Random } from '../../src/base/random.ts';

describe('toInt8', () => {
  it('rounds each value to a 127th of the greatest of its row', () => {
    const { codes, scales } = toInt8(Float32Array.of(127, -63.6, 0.4, 0.02, 0.0101, -0.02), 2);
    expect([...codes]).toEqual([127, -64, 0, 127, 64, -127]);
    expect([...scales]).toEqual([1, Math.fround(Math.fround(0.02) / 127)]);
  });

  it('keeps rows of zeros', () => {
    expect([...toInt8(new Float32Array(4), 2).codes]).toEqual([0, 0, 0, 0]);
  });

  it('has products with a vector as near as its rounding allows', () => {
    const [rows, cols, random] = [5, 13, new Random(1)];
    const matrix = Float32Array.from({ length: rows * cols }, () => random.normal());
    const vector = Float64Array.from({ length: cols }, () => random.normal());
    const rounded = toInt8(matrix, rows);
    const length = vector.reduce((sum, x) => sum + Math.abs(x), 0);
    timesVector(rounded, vector).forEach((product, r) => {
      const exact = vector.reduce((sum, x, c) => sum + x * matrix[r * cols + c]!, 0);
      expect(Math.abs(product - exact)).toBeLessThanOrEqual((rounded.scales[r]! / 2) * length * 1.0001);
      expect(product).not.toBe(0);
    });
  });
});
