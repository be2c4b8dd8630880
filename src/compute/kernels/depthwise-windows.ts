/**
 * The innermost loops of depthwise convolutions: four neighbouring windows of a line at once, with kernel and stride as
 * constants. They know addresses and steps in bytes, no edges of maps.
 */
import { activated, multiplyAdd, storePartial } from './math';

export function four3s1(p: usize, row: usize, C: i32, taps: usize, rows: i32, bias: usize, y: usize, relu: bool): void {
  four(3, 1, p, row, C, taps, rows, bias, y, relu);
}

export function four3s2(p: usize, row: usize, C: i32, taps: usize, rows: i32, bias: usize, y: usize, relu: bool): void {
  four(3, 2, p, row, C, taps, rows, bias, y, relu);
}

export function four5s1(p: usize, row: usize, C: i32, taps: usize, rows: i32, bias: usize, y: usize, relu: bool): void {
  four(5, 1, p, row, C, taps, rows, bias, y, relu);
}

export function four5s2(p: usize, row: usize, C: i32, taps: usize, rows: i32, bias: usize, y: usize, relu: bool): void {
  four(5, 2, p, row, C, taps, rows, bias, y, relu);
}

/**
 * Each pixel is read once while the taps of a line of the window stay in registers: pixel j of the line is tap
 * j - t * stride of window t. `rows` lines of the windows lie within the map; `taps` are those of the first.
 */
@inline
function four(
  kernel: i32,
  stride: i32,
  p: usize,
  row: usize,
  C: i32,
  taps: usize,
  rows: i32,
  bias: usize,
  y: usize,
  relu: bool,
): void {
  const pixel = <usize>C << 2;
  for (let left = C; left > 0; left -= 4, p += 16, taps += 16, bias += 16, y += 16) {
    let s0 = v128.load(bias);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let q = p;
    let w = taps;
    for (let i = 0; i < rows; i++, q += row) {
      const w0 = v128.load(w);
      w += pixel;
      const w1 = v128.load(w);
      w += pixel;
      const w2 = v128.load(w);
      w += pixel;
      let w3 = w0;
      let w4 = w0;
      if (kernel == 5) {
        w3 = v128.load(w);
        w += pixel;
        w4 = v128.load(w);
        w += pixel;
      }
      let r = q;
      let x: v128;
      x = v128.load(r);
      r += pixel;
      s0 = tap(0, kernel, x, w0, w1, w2, w3, w4, s0);
      s1 = tap(0 - stride, kernel, x, w0, w1, w2, w3, w4, s1);
      s2 = tap(0 - 2 * stride, kernel, x, w0, w1, w2, w3, w4, s2);
      s3 = tap(0 - 3 * stride, kernel, x, w0, w1, w2, w3, w4, s3);
      x = v128.load(r);
      r += pixel;
      s0 = tap(1, kernel, x, w0, w1, w2, w3, w4, s0);
      s1 = tap(1 - stride, kernel, x, w0, w1, w2, w3, w4, s1);
      s2 = tap(1 - 2 * stride, kernel, x, w0, w1, w2, w3, w4, s2);
      s3 = tap(1 - 3 * stride, kernel, x, w0, w1, w2, w3, w4, s3);
      x = v128.load(r);
      r += pixel;
      s0 = tap(2, kernel, x, w0, w1, w2, w3, w4, s0);
      s1 = tap(2 - stride, kernel, x, w0, w1, w2, w3, w4, s1);
      s2 = tap(2 - 2 * stride, kernel, x, w0, w1, w2, w3, w4, s2);
      s3 = tap(2 - 3 * stride, kernel, x, w0, w1, w2, w3, w4, s3);
      x = v128.load(r);
      r += pixel;
      s0 = tap(3, kernel, x, w0, w1, w2, w3, w4, s0);
      s1 = tap(3 - stride, kernel, x, w0, w1, w2, w3, w4, s1);
      s2 = tap(3 - 2 * stride, kernel, x, w0, w1, w2, w3, w4, s2);
      s3 = tap(3 - 3 * stride, kernel, x, w0, w1, w2, w3, w4, s3);
      x = v128.load(r);
      r += pixel;
      s0 = tap(4, kernel, x, w0, w1, w2, w3, w4, s0);
      s1 = tap(4 - stride, kernel, x, w0, w1, w2, w3, w4, s1);
      s2 = tap(4 - 2 * stride, kernel, x, w0, w1, w2, w3, w4, s2);
      s3 = tap(4 - 3 * stride, kernel, x, w0, w1, w2, w3, w4, s3);
      x = v128.load(r);
      r += pixel;
      s0 = tap(5, kernel, x, w0, w1, w2, w3, w4, s0);
      s1 = tap(5 - stride, kernel, x, w0, w1, w2, w3, w4, s1);
      s2 = tap(5 - 2 * stride, kernel, x, w0, w1, w2, w3, w4, s2);
      s3 = tap(5 - 3 * stride, kernel, x, w0, w1, w2, w3, w4, s3);
      if (6 < kernel + 3 * stride) {
        x = v128.load(r);
        r += pixel;
        s0 = tap(6, kernel, x, w0, w1, w2, w3, w4, s0);
        s1 = tap(6 - stride, kernel, x, w0, w1, w2, w3, w4, s1);
        s2 = tap(6 - 2 * stride, kernel, x, w0, w1, w2, w3, w4, s2);
        s3 = tap(6 - 3 * stride, kernel, x, w0, w1, w2, w3, w4, s3);
      }
      if (7 < kernel + 3 * stride) {
        x = v128.load(r);
        r += pixel;
        s0 = tap(7, kernel, x, w0, w1, w2, w3, w4, s0);
        s1 = tap(7 - stride, kernel, x, w0, w1, w2, w3, w4, s1);
        s2 = tap(7 - 2 * stride, kernel, x, w0, w1, w2, w3, w4, s2);
        s3 = tap(7 - 3 * stride, kernel, x, w0, w1, w2, w3, w4, s3);
      }
      if (8 < kernel + 3 * stride) {
        x = v128.load(r);
        r += pixel;
        s0 = tap(8, kernel, x, w0, w1, w2, w3, w4, s0);
        s1 = tap(8 - stride, kernel, x, w0, w1, w2, w3, w4, s1);
        s2 = tap(8 - 2 * stride, kernel, x, w0, w1, w2, w3, w4, s2);
        s3 = tap(8 - 3 * stride, kernel, x, w0, w1, w2, w3, w4, s3);
      }
      if (9 < kernel + 3 * stride) {
        x = v128.load(r);
        r += pixel;
        s0 = tap(9, kernel, x, w0, w1, w2, w3, w4, s0);
        s1 = tap(9 - stride, kernel, x, w0, w1, w2, w3, w4, s1);
        s2 = tap(9 - 2 * stride, kernel, x, w0, w1, w2, w3, w4, s2);
        s3 = tap(9 - 3 * stride, kernel, x, w0, w1, w2, w3, w4, s3);
      }
      if (10 < kernel + 3 * stride) {
        x = v128.load(r);
        r += pixel;
        s0 = tap(10, kernel, x, w0, w1, w2, w3, w4, s0);
        s1 = tap(10 - stride, kernel, x, w0, w1, w2, w3, w4, s1);
        s2 = tap(10 - 2 * stride, kernel, x, w0, w1, w2, w3, w4, s2);
        s3 = tap(10 - 3 * stride, kernel, x, w0, w1, w2, w3, w4, s3);
      }
    }
    storePartial(y, activated(s0, relu), left);
    storePartial(y + pixel, activated(s1, relu), left);
    storePartial(y + 2 * pixel, activated(s2, relu), left);
    storePartial(y + 3 * pixel, activated(s3, relu), left);
  }
}

/** Adds a pixel times its tap, where it has one in the window. */
@inline
function tap(j: i32, kernel: i32, x: v128, w0: v128, w1: v128, w2: v128, w3: v128, w4: v128, sum: v128): v128 {
  if (j == 0) return multiplyAdd(x, w0, sum);
  if (j == 1) return multiplyAdd(x, w1, sum);
  if (j == 2) return multiplyAdd(x, w2, sum);
  if (j == 3 && kernel == 5) return multiplyAdd(x, w3, sum);
  if (j == 4 && kernel == 5) return multiplyAdd(x, w4, sum);
  return sum;
}
