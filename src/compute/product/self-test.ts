/** A few products that every driver must get right before it is trusted: a wrong or mismatched library is found here. */
import type { Arena, Matrix } from '../arena.ts';
import type { MatrixProduct } from './product.ts';

/** Odd sizes for the edges of every block, and one product that is large enough for all threads. */
const SHAPES = [
  { m: 5, n: 7, k: 3 },
  { m: 1, n: 33, k: 18 },
  { m: 67, n: 257, k: 96 },
] as const;

/** @throws Error that says which product is wrong */
export function selfTest(arena: Arena, product: MatrixProduct): void {
  for (const { m, n, k } of SHAPES) {
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        arena.scratch(() => testProduct(arena, product, m, n, k, transposeA, transposeB));
      }
    }
  }
}

function testProduct(
  arena: Arena,
  product: MatrixProduct,
  m: number,
  n: number,
  k: number,
  transposeA: boolean,
  transposeB: boolean,
): void {
  const a = transposeA ? filled(arena, k, m) : filled(arena, m, k);
  const b = transposeB ? filled(arena, n, k) : filled(arena, k, n);
  const c = arena.matrix(m, n);
  const name = `A[${m}, ${k}]${transposeA ? 'ᵀ' : ''} times B[${k}, ${n}]${transposeB ? 'ᵀ' : ''}`;

  const expected = (i: number, j: number) => {
    let sum = 0;
    for (let q = 0; q < k; q++) {
      sum +=
        (transposeA ? a.data[q * m + i] : a.data[i * k + q])! * (transposeB ? b.data[j * k + q] : b.data[q * n + j])!;
    }
    return sum;
  };
  c.data.fill(Number.NaN);
  product.multiply(c, a, b, { transposeA, transposeB });
  compare(c, expected, name);
  product.multiply(c, a, b, { transposeA, transposeB, alpha: 0.5, beta: -1 });
  compare(c, (i, j) => -0.5 * expected(i, j), `${name}, scaled`);
  if (transposeA) return;
  const factor = product.fixedFactor(k, n);
  factor.update(b, { transposed: transposeB });
  product.multiplyFixed(c, a, factor);
  compare(c, expected, `${name}, packed`);
}

/** Values from -1 to 1 in no simple order. */
function filled(arena: Arena, rows: number, cols: number): Matrix {
  const matrix = arena.matrix(rows, cols);
  for (let i = 0; i < matrix.data.length; i++) matrix.data[i] = ((i * 7919) % 1009) / 504.5 - 1;
  return matrix;
}

function compare(c: Matrix, expected: (i: number, j: number) => number, name: string): void {
  for (let i = 0; i < c.rows; i++) {
    for (let j = 0; j < c.cols; j++) {
      const found = c.data[i * c.cols + j]!;
      const wanted = expected(i, j);
      if (!(Math.abs(found - wanted) <= 1e-4)) {
        throw new Error(`self-test: ${name}: found ${found} at row ${i}, column ${j}, expected ${wanted}`);
      }
    }
  }
}
