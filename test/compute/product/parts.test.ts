import { describe, expect, test } from 'vitest';
import type { Product } from '../../../src/compute/product/driver.ts';
import { partsOf } from '../../../src/compute/product/parts.ts';

const product = (m: number, n: number, k: number, aTransposed = false, bTransposed = false): Product => ({
  ...{ m, n, k, alpha: 1, beta: 0, aTransposed, bTransposed },
  ...{ a: 1000, aStride: aTransposed ? m : k, b: 2000, bStride: bTransposed ? k : n, c: 0, cStride: n },
});

describe('the parts of a product', () => {
  test('a product of few multiplications, or for one thread, is one part', () => {
    const [small, large] = [product(50, 128, 128), product(50, 2048, 512)];
    expect(partsOf(small, 2)).toEqual([small]);
    expect(partsOf(large, 1)).toEqual([large]);
  });

  test.each([
    [50, 2048, 512, 2],
    [2500, 65, 512, 2],
    [1, 20_001, 300, 3],
    [2001, 2001, 7, 5],
    [130_000, 1, 17, 16],
  ])('[%d, %d] of %d terms on %d threads: every element once, in parts of nearly one size', (m, n, k, threads) => {
    const parts = partsOf(product(m, n, k), threads);
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.length).toBeLessThanOrEqual(threads);
    const written = new Uint8Array(m * n);
    for (const { m: rows, n: cols, c } of parts) {
      for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) written[c / 4 + i * n + j]!++;
    }
    expect(written.every((times) => times === 1)).toBe(true);
    const largest = Math.max(...parts.map((part) => part.m * part.n));
    expect(largest).toBeLessThanOrEqual(((Math.max(m, n) / threads + 16) * m * n) / Math.max(m, n));
  });

  test('rows begin where A has them, columns where B has them, in bytes of the element', () => {
    const second = (whole: Product, bytes?: number) => partsOf(whole, 2, bytes)[1];
    expect(second(product(4000, 32, 64))).toMatchObject({ a: 1000 + 4 * 2000 * 64, b: 2000, c: 4 * 2000 * 32 });
    expect(second(product(4000, 32, 64, true))).toMatchObject({ a: 1000 + 4 * 2000, b: 2000 });
    expect(second(product(32, 4000, 64))).toMatchObject({ a: 1000, b: 2000 + 4 * 2000, c: 4 * 2000 });
    expect(second(product(32, 4000, 64, false, true), 2)).toMatchObject({ a: 1000, b: 2000 + 2 * 2000 * 64 });
  });
});
