/** What products are compared with: three plain loops in float64. */

import type { Random } from '../../../src/base/random.ts';
import type { Arena, Matrix } from '../../../src/compute/arena.ts';

export interface Scale {
  transposeA?: boolean;
  transposeB?: boolean;
  alpha?: number;
  beta?: number;
}

/** alpha * op(A) * op(B) + beta * C, as a new array. */
export function naiveProduct(
  c: Matrix,
  a: Matrix,
  b: Matrix,
  { transposeA = false, transposeB = false, alpha = 1, beta = 0 }: Scale = {},
): Float64Array {
  const { rows: m, cols: n } = c;
  const k = transposeA ? a.rows : a.cols;
  const result = new Float64Array(m * n);
  const [x, y, old] = [a.data, b.data, c.data];
  for (let i = 0; i < m; i++) {
    for (let q = 0; q < k; q++) {
      const factor = alpha * x[transposeA ? q * m + i : i * k + q]!;
      for (let j = 0; j < n; j++) result[i * n + j]! += factor * y[transposeB ? j * k + q : q * n + j]!;
    }
    if (beta !== 0) for (let j = 0; j < n; j++) result[i * n + j]! += beta * old[i * n + j]!;
  }
  return result;
}

/** A matrix of numbers from -1 to 1 that are exact in bfloat16, and whose sums with 1 or 2 are. */
export function randomBf16Matrix(arena: Arena, random: Random, rows: number, cols: number): Matrix {
  const matrix = randomMatrix(arena, random, rows, cols);
  for (let i = 0; i < matrix.size; i++) matrix.data[i] = Math.round(matrix.data[i]! * 64) / 64;
  return matrix;
}

/** A matrix of numbers from -1 to 1. */
export function randomMatrix(arena: Arena, random: Random, rows: number, cols: number): Matrix {
  const matrix = arena.matrix(rows, cols);
  for (let i = 0; i < matrix.size; i++) matrix.data[i] = random.uniform() * 2 - 1;
  return matrix;
}

/** The largest difference; NaN where either holds one. */
export function distance(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(found[i]! - expected[i]!);
    if (!(difference <= worst)) worst = difference;
    if (Number.isNaN(difference)) return Number.NaN;
  }
  return worst;
}
