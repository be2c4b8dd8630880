/**
 * One row times a matrix that is not packed: for so few rows, to pack the matrix would take longer than to multiply.
 * It is read once, from front to back, at the speed of the memory. The functions know addresses, no threads.
 */
import { multiplyAdd, sum4 } from './math';

/**
 * c[cols] = alpha * a[depth] * B[depth, cols] + beta * c. Elements of `a` lie `aStep` bytes apart, rows of B `bStep`.
 * Four rows of B are added up at a time.
 */
export function rowTimesRows(
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  depth: i32,
  c: usize,
  cols: i32,
  alpha: f32,
  beta: f32,
): void {
  if (beta == 0) memory.fill(c, 0, <usize>cols << 2);
  else for (let j: usize = 0; j < <usize>cols << 2; j += 4) store<f32>(c + j, beta * load<f32>(c + j));
  let k = 0;
  for (; k + 4 <= depth; k += 4, a += aStep << 2, b += bStep << 2) {
    addRows(a, aStep, b, bStep, c, cols, alpha);
  }
  for (; k < depth; k++, a += aStep, b += bStep) {
    const s = alpha * load<f32>(a);
    for (let j: usize = 0; j < <usize>cols << 2; j += 4) store<f32>(c + j, load<f32>(c + j) + s * load<f32>(b + j));
  }
}

/** Adds four rows of B. */
@inline
function addRows(a: usize, aStep: usize, b: usize, bStep: usize, c: usize, cols: i32, alpha: f32): void {
  const s0 = alpha * load<f32>(a);
  const s1 = alpha * load<f32>(a + aStep);
  const s2 = alpha * load<f32>(a + 2 * aStep);
  const s3 = alpha * load<f32>(a + 3 * aStep);
  const y0 = f32x4.splat(s0);
  const y1 = f32x4.splat(s1);
  const y2 = f32x4.splat(s2);
  const y3 = f32x4.splat(s3);
  let p0 = b;
  let p1 = p0 + bStep;
  let p2 = p1 + bStep;
  let p3 = p2 + bStep;
  let left = cols;
  for (; left >= 4; left -= 4, c += 16, p0 += 16, p1 += 16, p2 += 16, p3 += 16) {
    const sum01 = multiplyAdd(y1, v128.load(p1), f32x4.mul(y0, v128.load(p0)));
    const sum23 = multiplyAdd(y3, v128.load(p3), f32x4.mul(y2, v128.load(p2)));
    v128.store(c, f32x4.add(v128.load(c), f32x4.add(sum01, sum23)));
  }
  for (; left > 0; left--, c += 4, p0 += 4, p1 += 4, p2 += 4, p3 += 4) {
    const sum = s0 * load<f32>(p0) + s1 * load<f32>(p1) + (s2 * load<f32>(p2) + s3 * load<f32>(p3));
    store<f32>(c, load<f32>(c) + sum);
  }
}

/** The same for a transposed B[cols, depth]: element j of c is the inner product of `a` (in one piece) and row j of B. */
export function rowTimesColumns(
  a: usize,
  b: usize,
  bStep: usize,
  depth: i32,
  c: usize,
  cols: i32,
  alpha: f32,
  beta: f32,
): void {
  for (let j = 0; j < cols; j++, b += bStep, c += 4) {
    const old: f32 = beta != 0 ? beta * load<f32>(c) : 0;
    store<f32>(c, alpha * innerProduct(a, b, depth) + old);
  }
}

function innerProduct(a: usize, b: usize, depth: i32): f32 {
  // Four sums: one alone would wait for its own last addition.
  let x0 = f32x4.splat(0);
  let x1 = f32x4.splat(0);
  let x2 = f32x4.splat(0);
  let x3 = f32x4.splat(0);
  let k = 0;
  for (; k + 16 <= depth; k += 16, a += 64, b += 64) {
    x0 = multiplyAdd(v128.load(a), v128.load(b), x0);
    x1 = multiplyAdd(v128.load(a, 16), v128.load(b, 16), x1);
    x2 = multiplyAdd(v128.load(a, 32), v128.load(b, 32), x2);
    x3 = multiplyAdd(v128.load(a, 48), v128.load(b, 48), x3);
  }
  const x = f32x4.add(f32x4.add(x0, x1), f32x4.add(x2, x3));
  let sum = sum4(x);
  for (; k < depth; k++, a += 4, b += 4) sum += load<f32>(a) * load<f32>(b);
  return sum;
}
