/** A few products that every driver must get right before it is trusted: a library that does not fit is found here. */
import type { Arena, Matrix } from '../arena.ts';
import type { MatrixProduct } from './product.ts';

/** Odd sizes for the edges of every block, and one product that is large enough for all threads. */
const SHAPES = [
  { m: 5, n: 7, k: 3 },
  { m: 1, n: 33, k: 18 },
  { m: 41, n: 129, k: 64 },
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

  const expected = naiveProduct(a, b, m, n, k, transposeA, transposeB);
  c.data.fill(Number.NaN);
  product.multiply(c, a, b, { transposeA, transposeB });
  compare(c, expected, 1, name);
  product.multiply(c, a, b, { transposeA, transposeB, alpha: 0.5, beta: -1 });
  compare(c, expected, -0.5, `${name}, scaled`);
  if (transposeA) return;
  const factor = product.fixedFactor(k, n);
  factor.update(b, { transposed: transposeB });
  product.multiplyFixed(c, a, factor);
  compare(c, expected, 1, `${name}, packed`);
}

function naiveProduct(
  a: Matrix,
  b: Matrix,
  m: number,
  n: number,
  k: number,
  transposeA: boolean,
  transposeB: boolean,
): Float64Array {
  const result = new Float64Array(m * n);
  const [A, B] = [a.data, b.data];
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let q = 0; q < k; q++) {
        sum += A[transposeA ? q * m + i : i * k + q]! * B[transposeB ? j * k + q : q * n + j]!;
      }
      result[i * n + j] = sum;
    }
  }
  return result;
}

/** Values from -1 to 1 in no simple order, all of them exact in bfloat16 too. */
function filled(arena: Arena, rows: number, cols: number): Matrix {
  const matrix = arena.matrix(rows, cols);
  for (let i = 0; i < matrix.data.length; i++) matrix.data[i] = ((i * 7919) % 129) / 64 - 1;
  return matrix;
}

function compare(c: Matrix, expected: Float64Array, factor: number, name: string): void {
  for (const [i, found] of c.data.entries()) {
    const wanted = factor * expected[i]!;
    if (!(Math.abs(found - wanted) <= 1e-4)) {
      const place = `row ${Math.floor(i / c.cols)}, column ${i % c.cols}`;
      throw new Error(`self-test: ${name}: found ${found} at ${place}, expected ${wanted}`);
    }
  }
}
