/**
 * A few products that every driver must get right before it is trusted: a library that does not fit is found here. It
 * knows no driver.
 */
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
    arena.scratch(() => {
      const expected = naiveProduct(filled(arena, m, k), filled(arena, k, n));
      for (const transposeA of [false, true]) {
        for (const transposeB of [false, true]) {
          const a = filled(arena, m, k, transposeA);
          const b = filled(arena, k, n, transposeB);
          testProduct(arena, product, expected, { m, n, k, a, b, transposeA, transposeB });
        }
      }
    });
  }
}

interface Factors {
  m: number;
  n: number;
  k: number;
  a: Matrix;
  b: Matrix;
  transposeA: boolean;
  transposeB: boolean;
}

function testProduct(
  arena: Arena,
  product: MatrixProduct,
  expected: Float64Array,
  { m, n, k, a, b, transposeA, transposeB }: Factors,
): void {
  const c = arena.matrix(m, n);
  const name = `A[${m}, ${k}]${transposeA ? 'ᵀ' : ''} times B[${k}, ${n}]${transposeB ? 'ᵀ' : ''}`;

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

function naiveProduct(a: Matrix, b: Matrix): Float64Array {
  const [m, n, k] = [a.rows, b.cols, a.cols];
  const result = new Float64Array(m * n);
  const [A, B] = [a.data, b.data];
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let q = 0; q < k; q++) sum += A[i * k + q]! * B[q * n + j]!;
      result[i * n + j] = sum;
    }
  }
  return result;
}

/**
 * A matrix of values from -1 to 1 in no simple order, all of them exact in bfloat16 too.
 *
 * @param transposed stores its transpose [cols, rows]
 */
function filled(arena: Arena, rows: number, cols: number, transposed = false): Matrix {
  const matrix = transposed ? arena.matrix(cols, rows) : arena.matrix(rows, cols);
  const { data } = matrix;
  const [rowStride, colStride] = transposed ? [1, rows] : [cols, 1];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) data[i * rowStride + j * colStride] = (((i * cols + j) * 7919) % 129) / 64 - 1;
  }
  return matrix;
}

function compare({ data, cols }: Matrix, expected: Float64Array, factor: number, name: string): void {
  // By index: an iterator takes most of the time of the whole test, which every start waits for.
  for (let i = 0; i < data.length; i++) {
    const [found, wanted] = [data[i]!, factor * expected[i]!];
    if (!(Math.abs(found - wanted) <= 1e-4)) {
      const place = `row ${Math.floor(i / cols)}, column ${i % cols}`;
      throw new Error(`self-test: ${name}: found ${found} at ${place}, expected ${wanted}`);
    }
  }
}
