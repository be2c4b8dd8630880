/** Ridge regression of many targets by few directions of the inputs. Knows nothing of what they are. */
import type { Random } from '../../base/random.ts';
import { partOf, type Steps } from '../../base/steps.ts';
import type { Engine } from '../../compute/engine.ts';

/** What is multiplied at once, to limit memory. */
const ROWS = 512;
/** Rounds of subspace iteration: from random directions, they come as near to the best ones as is of use. */
const ROUNDS = 4;

export interface LowRankOptions {
  /** D, size of the inputs; W, number of targets. */
  D: number;
  W: number;
  /** R, directions of the inputs that all targets share; at most D and W are used. */
  rank: number;
  /** λ, the penalty on squared weights. */
  penalty: number;
  random: Random;
}

/** The prediction of all targets from an input x [D]: (x · encode [D, R]) · decodeᵀ, decode [W, R]. */
export interface LowRankRegression {
  encode: Float32Array;
  decode: Float32Array;
  R: number;
}

/**
 * Reduced-rank ridge regression (Izenman 1975; with a penalty, Mukherjee and Zhu 2011): of ridge regression's predictions
 * the projection to the R directions of the targets that it explains best. These are the first eigenvectors of
 * Cᵀ G⁻¹ C, found by subspace iteration, where G = XᵀX + λI and C = XᵀY.
 *
 * @param inputs X [N, D], of mean 0
 * @param products Cᵀ [W, D], of inputs and targets
 */
export function* lowRankRegressionSteps(
  engine: Engine,
  inputs: Float32Array,
  products: Float32Array,
  { D, W, rank, penalty, random }: LowRankOptions,
): Steps<LowRankRegression> {
  const R = Math.min(rank, D, W);
  const gram = yield* partOf(gramSteps(engine, inputs, D), 0, 0.3);
  for (let d = 0; d < D; d++) gram[d * D + d]! += penalty;
  const factor = yield* partOf(choleskySteps(gram, D), 0.3, 0.45);
  let decode = Float32Array.from({ length: W * R }, () => random.normal());
  let encode = new Float32Array();
  for (let round = 0; round <= ROUNDS; round++) {
    const share = (part: number) => 0.45 + (0.55 * (round + part)) / (ROUNDS + 1);
    yield* partOf(orthonormaliseSteps(decode, R), share(0), share(0.2));
    yield share(0.2);
    const target = multiply(engine, [products, W, D], [decode, W, R], true);
    encode = yield* partOf(solveSteps(factor, target, D), share(0.3), share(0.9));
    if (round < ROUNDS) decode = multiply(engine, [products, W, D], [encode, D, R], false);
  }
  return { encode, decode, R };
}

/** XᵀX [D, D]. */
function* gramSteps(engine: Engine, inputs: Float32Array, D: number): Steps<Float64Array> {
  const sum = new Float64Array(D * D);
  for (let at = 0; at < inputs.length; at += ROWS * D) {
    yield at / inputs.length;
    const rows = inputs.subarray(at, at + ROWS * D);
    const N = rows.length / D;
    const part = multiply(engine, [rows, N, D], [rows, N, D], true);
    for (let i = 0; i < sum.length; i++) sum[i]! += part[i]!;
  }
  return sum;
}

type Dense = readonly [values: Float32Array, rows: number, cols: number];

/** A · B, or Aᵀ · B. */
function multiply(
  engine: Engine,
  [a, m, k]: Dense,
  [b, rows, n]: Dense,
  transposeA: boolean,
): Float32Array<ArrayBuffer> {
  const { arena, product } = engine;
  return arena.scratch(() => {
    const [left, right] = [arena.matrix(m, k), arena.matrix(rows, n)];
    const result = arena.matrix(transposeA ? k : m, n);
    left.data.set(a);
    right.data.set(b);
    product.multiply(result, left, right, { transposeA });
    return new Float32Array(result.data);
  });
}

/** L [D, D], lower triangular, of A = L Lᵀ; A is positive definite, and is overwritten. */
function* choleskySteps(A: Float64Array, D: number): Steps<Float64Array> {
  for (let i = 0; i < D; i++) {
    yield (i / D) ** 3;
    const row = A.subarray(i * D, (i + 1) * D);
    for (let j = 0; j <= i; j++) {
      const other = A.subarray(j * D, (j + 1) * D);
      let rest = row[j]!;
      for (let k = 0; k < j; k++) rest -= row[k]! * other[k]!;
      row[j] = i === j ? Math.sqrt(rest) : rest / other[j]!;
    }
  }
  return A;
}

/** X [D, R] of L Lᵀ X = B. */
function* solveSteps(L: Float64Array, B: Float32Array, D: number): Steps<Float32Array<ArrayBuffer>> {
  const R = B.length / D;
  const X = Float64Array.from(B);
  const rowOf = (i: number) => X.subarray(i * R, (i + 1) * R);
  const divide = (row: Float64Array, by: number) => {
    for (let r = 0; r < R; r++) row[r]! /= by;
  };
  const subtract = (row: Float64Array, other: Float64Array, factor: number) => {
    for (let r = 0; r < R; r++) row[r]! -= factor * other[r]!;
  };
  for (let i = 0; i < D; i++) {
    yield (i / D) ** 2 / 2;
    for (let k = 0; k < i; k++) subtract(rowOf(i), rowOf(k), L[i * D + k]!);
    divide(rowOf(i), L[i * D + i]!);
  }
  for (let i = D - 1; i >= 0; i--) {
    yield 0.5 + ((D - i) / D) ** 2 / 2;
    for (let k = i + 1; k < D; k++) subtract(rowOf(i), rowOf(k), L[k * D + i]!);
    divide(rowOf(i), L[i * D + i]!);
  }
  return Float32Array.from(X);
}

/** Makes the R columns of a matrix orthonormal, in place (Gram and Schmidt); one that depends on others becomes zeros. */
function* orthonormaliseSteps(matrix: Float32Array, R: number): Steps<void> {
  const W = matrix.length / R;
  const columns = Array.from({ length: R }, (_, r) => Float64Array.from({ length: W }, (_, w) => matrix[w * R + r]!));
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  for (const [r, column] of columns.entries()) {
    yield r / R;
    const before = Math.sqrt(dot(column, column));
    for (const other of columns.slice(0, r)) {
      const along = dot(column, other);
      for (let w = 0; w < W; w++) column[w]! -= along * other[w]!;
    }
    const length = Math.sqrt(dot(column, column));
    const factor = length > 1e-6 * before ? 1 / length : 0;
    for (let w = 0; w < W; w++) matrix[w * R + r] = column[w]! *= factor;
  }
}
