/** The loop that depthwise convolutions and their gradients have in common. It knows addresses and steps in bytes, no maps. */
import { activated, multiplyAdd, storePartial } from './math';

/**
 * target [C] = start [C] + the sum over `rows` × `cols` places of a [C] · b [C], through ReLU6 where it is asked for; with
 * a `start` of 0, that is of no address, the sum begins at zeros. From place to place `a` and `b` move by their steps,
 * from row to row by those of rows; either may move back. `start` may be `target`.
 */
export function sumOfTaps(
  target: usize,
  start: usize,
  C: i32,
  rows: i32,
  cols: i32,
  a: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  bRow: usize,
  bStep: usize,
  relu: bool,
): void {
  let left = C;
  // Four sums at a time: one alone would wait for its own last addition.
  for (; left >= 16; left -= 16, target += 64, a += 64, b += 64) {
    let s0 = f32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    if (start) {
      s0 = v128.load(start);
      s1 = v128.load(start, 16);
      s2 = v128.load(start, 32);
      s3 = v128.load(start, 48);
      start += 64;
    }
    for (let i = 0; i < rows; i++) {
      let p = a + <usize>i * aRow;
      let q = b + <usize>i * bRow;
      for (let j = 0; j < cols; j++, p += aStep, q += bStep) {
        s0 = multiplyAdd(v128.load(p), v128.load(q), s0);
        s1 = multiplyAdd(v128.load(p, 16), v128.load(q, 16), s1);
        s2 = multiplyAdd(v128.load(p, 32), v128.load(q, 32), s2);
        s3 = multiplyAdd(v128.load(p, 48), v128.load(q, 48), s3);
      }
    }
    v128.store(target, activated(s0, relu));
    v128.store(target, activated(s1, relu), 16);
    v128.store(target, activated(s2, relu), 32);
    v128.store(target, activated(s3, relu), 48);
  }
  for (; left > 0; left -= 4, target += 16, a += 16, b += 16) {
    let sum = f32x4.splat(0);
    if (start) {
      sum = v128.load(start);
      start += 16;
    }
    for (let i = 0; i < rows; i++) {
      let p = a + <usize>i * aRow;
      let q = b + <usize>i * bRow;
      for (let j = 0; j < cols; j++, p += aStep, q += bStep) sum = multiplyAdd(v128.load(p), v128.load(q), sum);
    }
    storePartial(target, activated(sum, relu), left);
  }
}
