/** Sums, copies and dropout over rows of matrices: what is neither a product nor a cell. It knows no layer. */
import { multiplyAdd, storePartial } from './math';

/** target += source, `count` floats. */
export function add(target: usize, source: usize, count: i32): void {
  for (let left = count; left > 0; left -= 4, target += 16, source += 16) {
    storePartial(target, f32x4.add(v128.load(target), v128.load(source)), left);
  }
}

/** target *= factor, `count` floats. */
export function scale(target: usize, count: i32, factor: f32): void {
  const by = f32x4.splat(factor);
  for (let left = count; left > 0; left -= 4, target += 16) storePartial(target, f32x4.mul(v128.load(target), by), left);
}

/** target += share (source - target), `count` floats. */
export function approach(target: usize, source: usize, count: i32, share: f32): void {
  const by = f32x4.splat(share);
  for (let left = count; left > 0; left -= 4, target += 16, source += 16) {
    const x = v128.load(target);
    storePartial(target, multiplyAdd(by, f32x4.sub(v128.load(source), x), x), left);
  }
}

/** Clips each of `count` floats to [-limit, limit]. */
export function clip(target: usize, count: i32, limit: f32): void {
  const high = f32x4.splat(limit);
  const low = f32x4.splat(-limit);
  for (let left = count; left > 0; left -= 4, target += 16) {
    storePartial(target, f32x4.max(low, f32x4.min(high, v128.load(target))), left);
  }
}

/** The sum of squares of `count` floats, in float64: a norm over millions of values must not lose the small ones. */
export function sumOfSquares(source: usize, count: i32): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  let i = 0;
  for (; i + 4 <= count; i += 4, source += 16) {
    const x = v128.load(source);
    const a = f64x2.promote_low_f32x4(x);
    const b = f64x2.promote_low_f32x4(v128.shuffle<i32>(x, x, 2, 3, 2, 3));
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  const sum = f64x2.add(low, high);
  let total = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
  for (; i < count; i++, source += 4) {
    const x = <f64>load<f32>(source);
    total += x * x;
  }
  return total;
}

/** Every row of target [rows, cols] becomes a copy of `row` [cols]: a bias before the products are added. */
export function fillRows(target: usize, row: usize, rows: i32, cols: i32): void {
  const bytes = <usize>cols << 2;
  for (let r = 0; r < rows; r++, target += bytes) memory.copy(target, row, bytes);
}

/** target [cols] += the sum of the rows of source [rows, cols]: the gradient of a bias. */
export function addSumOfRows(target: usize, source: usize, rows: i32, cols: i32): void {
  addSumOfRowParts(target, source, rows, cols, cols);
}

/** The same for some of the columns, of rows that are `stride` floats apart. */
export function addSumOfRowParts(target: usize, source: usize, rows: i32, cols: i32, stride: i32): void {
  const bytes = <usize>stride << 2;
  for (; rows >= 4; rows -= 4, source += 4 * bytes) addFourRows(target, source, cols, bytes);
  for (; rows > 0; rows--, source += bytes) add(target, source, cols);
}

/** One after the other, as `add` would, but the sum stays in a register meanwhile. */
function addFourRows(target: usize, source: usize, cols: i32, bytes: usize): void {
  for (let left = cols; left > 0; left -= 4, target += 16, source += 16) {
    let sum = v128.load(target);
    sum = f32x4.add(sum, v128.load(source));
    sum = f32x4.add(sum, v128.load(source + bytes));
    sum = f32x4.add(sum, v128.load(source + 2 * bytes));
    sum = f32x4.add(sum, v128.load(source + 3 * bytes));
    storePartial(target, sum, left);
  }
}

/** Row r of target becomes row ids[r] of table [any, cols]. */
export function gatherRows(target: usize, table: usize, ids: usize, rows: i32, cols: i32): void {
  const bytes = <usize>cols << 2;
  for (let r = 0; r < rows; r++, target += bytes, ids += 4) {
    memory.copy(target, table + <usize>load<i32>(ids) * bytes, bytes);
  }
}

/** Row r of target becomes row ids[r] of table plus `bias` [cols]: the product of one-hot inputs with a matrix. */
export function gatherRowsPlus(target: usize, table: usize, bias: usize, ids: usize, rows: i32, cols: i32): void {
  const bytes = <usize>cols << 2;
  for (let r = 0; r < rows; r++, target += bytes, ids += 4) {
    let x = target;
    let w = table + <usize>load<i32>(ids) * bytes;
    let b = bias;
    for (let left = cols; left > 0; left -= 4, x += 16, w += 16, b += 16) {
      storePartial(x, f32x4.add(v128.load(w), v128.load(b)), left);
    }
  }
}

/** Row r of source is added to row ids[r] of table: the gradient of `gatherRows`. */
export function scatterAddRows(table: usize, source: usize, ids: usize, rows: i32, cols: i32): void {
  scatterAddRowParts(table, source, ids, rows, cols, cols);
}

/** The same for some of the columns, of rows that are `stride` floats apart. */
export function scatterAddRowParts(table: usize, source: usize, ids: usize, rows: i32, cols: i32, stride: i32): void {
  const bytes = <usize>stride << 2;
  for (let r = 0; r < rows; r++, source += bytes, ids += 4) {
    add(table + <usize>load<i32>(ids) * bytes, source, cols);
  }
}

/**
 * Inverted dropout (Srivastava et al. 2014): each value is dropped with probability `dropped` / 2³² or scaled up.
 * The mask is a hash of (seed, position) and is never stored: the backward pass calls this on the gradient with the
 * same seed. target may be source.
 */
export function dropout(target: usize, source: usize, count: i32, dropped: u32, factor: f32, seed: i32): void {
  const by = f32x4.splat(factor);
  const threshold = i32x4.splat(<i32>dropped);
  const salt = i32x4.splat(seed);
  let position = i32x4(0, 1, 2, 3);
  for (let left = count; left > 0; left -= 4, target += 16, source += 16) {
    const bits = hash4(i32x4.add(hash4(position), salt));
    const kept = i32x4.ge_u(bits, threshold);
    storePartial(target, v128.and(kept, f32x4.mul(v128.load(source), by)), left);
    position = i32x4.add(position, i32x4.splat(4));
  }
}

/** A 32-bit hash with low bias ("lowbias32", C. Wellons, hash-prospector). */
@inline
function hash4(x: v128): v128 {
  x = v128.xor(x, i32x4.shr_u(x, 16));
  x = i32x4.mul(x, i32x4.splat(0x7feb352d));
  x = v128.xor(x, i32x4.shr_u(x, 15));
  x = i32x4.mul(x, i32x4.splat(0x846ca68b));
  return v128.xor(x, i32x4.shr_u(x, 16));
}
