/** Softmax, its logarithm and its cross entropy, row by row. It knows logits, not the weights that they come from. */
import { exp4, max4, multiplyAdd, storePartial, sum4 } from './math';

/** The target of a row that has none and does not count. */
const MASKED = -1;

/**
 * Softmax cross entropy over the rows of logits [rows, V] with integer targets [rows] and a weight for each row; rows
 * whose target is -1 do not count. The logits are overwritten by the gradient of the weighted losses times `factor`:
 * weight · (p - 1) at the target, weight · p elsewhere.
 * With label smoothing (Szegedy et al. 2016, section 7) the target is 1 - smoothing + smoothing / V at the target and
 * smoothing / V elsewhere.
 * Returns the weighted sum of the losses over the rows that count.
 */
export function softmaxCrossEntropy(
  logits: usize,
  targets: usize,
  weights: usize,
  rows: i32,
  V: i32,
  smoothing: f32,
  factor: f32,
): f64 {
  const bytes = <usize>V << 2;
  let loss: f64 = 0;
  for (let r = 0; r < rows; r++, logits += bytes, targets += 4, weights += 4) {
    const target = load<i32>(targets);
    if (target == MASKED) {
      memory.fill(logits, 0, bytes);
      continue;
    }
    const weight = load<f32>(weights);
    const highest = maximum(logits, V);
    const chosen = load<f32>(logits + (<usize>target << 2));
    const mean: f64 = smoothing > 0 ? sum(logits, V) / <f64>V : 0;
    const total = exponentials(logits, V, highest);
    const logTotal = <f64>highest + Math.log(<f64>total);
    loss += <f64>weight * (logTotal - (1 - <f64>smoothing) * <f64>chosen - <f64>smoothing * mean);
    const slope = factor * weight;
    affine(logits, V, slope / total, (-slope * smoothing) / <f32>V);
    const at = logits + (<usize>target << 2);
    storeScalar(at, load<f32>(at) - slope * (1 - smoothing));
  }
  return loss;
}

/** Turns each row of logits [rows, V] into log-probabilities. */
export function logSoftmax(logits: usize, rows: i32, V: i32): void {
  for (let r = 0; r < rows; r++, logits += <usize>V << 2) {
    const highest = maximum(logits, V);
    const shift = f32x4.splat(highest + <f32>Math.log(<f64>sumOfExponentials(logits, V, highest)));
    let p = logits;
    for (let left = V; left > 0; left -= 4, p += 16) storePartial(p, f32x4.sub(v128.load(p), shift), left);
  }
}

export function maximum(row: usize, V: i32): f32 {
  let best = f32x4.splat(-Infinity);
  let left = V;
  for (; left >= 4; left -= 4, row += 16) best = f32x4.max(best, v128.load(row));
  let highest = max4(best);
  for (; left > 0; left--, row += 4) highest = max(highest, load<f32>(row));
  return highest;
}

function sum(row: usize, V: i32): f64 {
  let lanes = f32x4.splat(0);
  let left = V;
  for (; left >= 4; left -= 4, row += 16) lanes = f32x4.add(lanes, v128.load(row));
  let total = <f64>sum4(lanes);
  for (; left > 0; left--, row += 4) total += <f64>load<f32>(row);
  return total;
}

/** Replaces each x by e^(x - highest) and returns their sum. */
export function exponentials(row: usize, V: i32, highest: f32): f32 {
  const shift = f32x4.splat(highest);
  let lanes = f32x4.splat(0);
  let left = V;
  for (; left >= 4; left -= 4, row += 16) {
    const e = exp4(f32x4.sub(v128.load(row), shift));
    v128.store(row, e);
    lanes = f32x4.add(lanes, e);
  }
  let total = sum4(lanes);
  for (; left > 0; left--, row += 4) {
    const e = f32x4.extract_lane(exp4(f32x4.splat(load<f32>(row) - highest)), 0);
    storeScalar(row, e);
    total += e;
  }
  return total;
}

function sumOfExponentials(row: usize, V: i32, highest: f32): f32 {
  const shift = f32x4.splat(highest);
  let lanes = f32x4.splat(0);
  let left = V;
  for (; left >= 4; left -= 4, row += 16) lanes = f32x4.add(lanes, exp4(f32x4.sub(v128.load(row), shift)));
  let total = sum4(lanes);
  for (; left > 0; left--, row += 4) {
    total += f32x4.extract_lane(exp4(f32x4.splat(load<f32>(row) - highest)), 0);
  }
  return total;
}

/** x becomes a x + b. */
export function affine(row: usize, V: i32, a: f32, b: f32): void {
  const slope = f32x4.splat(a);
  const offset = f32x4.splat(b);
  for (let left = V; left > 0; left -= 4, row += 16) {
    storePartial(row, multiplyAdd(slope, v128.load(row), offset), left);
  }
}

@inline
export function storeScalar(p: usize, x: f32): void {
  v128.store_lane<f32>(p, f32x4.splat(x), 0);
}
