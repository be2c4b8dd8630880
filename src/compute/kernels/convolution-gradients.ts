/**
 * Gradients of what convolutions do beside products (`convolution.ts`). Windows lie on maps as there: `height` to `left`
 * say how those of the forward pass do, `outHeight` and `outWidth` are of its result. The kernels know no layer.
 */
import { multiplyAdd, storePartial } from './math';
import { add } from './rows';

/** The gradient of y = relu6(x) becomes that of x, for `count` values: 0 where y was clamped. */
export function relu6Backward(dy: usize, y: usize, count: i32): void {
  const low = f32x4.splat(0);
  const high = f32x4.splat(6);
  for (let left = count; left > 0; left -= 4, dy += 16, y += 16) {
    const value = v128.load(y);
    const inside = v128.and(f32x4.gt(value, low), f32x4.lt(value, high));
    storePartial(dy, v128.and(v128.load(dy), inside), left);
  }
}

/**
 * The gradient of `unfold`: each pixel of dx becomes the sum of its copies in rows [all lines * outWidth, kernel² * C],
 * for `lines` lines of dx from `from` on, counted through all pictures.
 */
export function fold(
  dx: usize,
  rows: usize,
  from: i32,
  lines: i32,
  height: i32,
  width: i32,
  C: i32,
  kernel: i32,
  stride: i32,
  top: i32,
  left: i32,
  outHeight: i32,
  outWidth: i32,
): void {
  const pixel = <usize>C << 2;
  const window = <usize>(kernel * kernel) * pixel;
  dx += <usize>from * <usize>width * pixel;
  for (let line = from; line < from + lines; line++) {
    const picture = rows + <usize>(line / height) * <usize>(outHeight * outWidth) * window;
    const y = (line % height) + top;
    for (let column = 0; column < width; column++, dx += pixel) {
      const x = column + left;
      memory.fill(dx, 0, pixel);
      for (let i = firstTap(y, stride, outHeight); i < kernel && i <= y; i += stride) {
        const ofLine = picture + <usize>((y - i) / stride) * <usize>outWidth * window;
        for (let j = firstTap(x, stride, outWidth); j < kernel && j <= x; j += stride) {
          add(dx, ofLine + <usize>((x - j) / stride) * window + <usize>(i * kernel + j) * pixel, C);
        }
      }
    }
  }
}

/**
 * The gradient of a depthwise convolution by what it read, from that of its result, for lines of dx as `fold` counts
 * them: each pixel is the sum of all results that it was read for, each times the tap that it was read by.
 */
export function depthwiseInputGradient(
  dx: usize,
  dy: usize,
  weights: usize,
  from: i32,
  lines: i32,
  height: i32,
  width: i32,
  C: i32,
  kernel: i32,
  stride: i32,
  top: i32,
  left: i32,
  outHeight: i32,
  outWidth: i32,
): void {
  const pixel = <usize>C << 2;
  const row = <usize>outWidth * pixel;
  dx += <usize>from * <usize>width * pixel;
  for (let line = from; line < from + lines; line++) {
    const picture = dy + <usize>(line / height) * <usize>outHeight * row;
    const y = (line % height) + top;
    const i = firstTap(y, stride, outHeight);
    const rows = tapsFrom(i, y, kernel, stride);
    const ofLine = picture + <usize>((y - i) / stride) * row;
    for (let column = 0; column < width; column++, dx += pixel) {
      const x = column + left;
      const j = firstTap(x, stride, outWidth);
      const cols = tapsFrom(j, x, kernel, stride);
      const last = ofLine + <usize>((x - j) / stride) * pixel;
      sumBackwards(dx, last, row, C, weights + <usize>(i * kernel + j) * pixel, kernel, stride, rows, cols);
    }
  }
}

/** The first row of a window by which row `y` of the padded maps is read: windows begin at multiples of `stride`. */
@inline
function firstTap(y: i32, stride: i32, windows: i32): i32 {
  return max(y % stride, y - stride * (windows - 1));
}

/** How many rows of windows there are by which row `y` is read, of which `first` is the first. */
@inline
function tapsFrom(first: i32, y: i32, kernel: i32, stride: i32): i32 {
  const last = min(kernel - 1, y);
  return first > last ? 0 : (last - first) / stride + 1;
}

/** A pixel of dx: later taps belong to earlier results, so that one goes forwards as the other goes backwards. */
function sumBackwards(
  dx: usize,
  dy: usize,
  row: usize,
  C: i32,
  taps: usize,
  kernel: i32,
  stride: i32,
  rows: i32,
  cols: i32,
): void {
  const pixel = <usize>C << 2;
  const step = <usize>stride * pixel;
  const tapRow = <usize>kernel * step;
  let left = C;
  // Four sums at a time: one alone would wait for its own last addition.
  for (; left >= 16; left -= 16, dx += 64, dy += 64, taps += 64) {
    let s0 = f32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (let i = 0; i < rows; i++) {
      let p = dy - <usize>i * row;
      let w = taps + <usize>i * tapRow;
      for (let j = 0; j < cols; j++, p -= pixel, w += step) {
        s0 = multiplyAdd(v128.load(p), v128.load(w), s0);
        s1 = multiplyAdd(v128.load(p, 16), v128.load(w, 16), s1);
        s2 = multiplyAdd(v128.load(p, 32), v128.load(w, 32), s2);
        s3 = multiplyAdd(v128.load(p, 48), v128.load(w, 48), s3);
      }
    }
    v128.store(dx, s0);
    v128.store(dx, s1, 16);
    v128.store(dx, s2, 32);
    v128.store(dx, s3, 48);
  }
  for (; left > 0; left -= 4, dx += 16, dy += 16, taps += 16) {
    let sum = f32x4.splat(0);
    for (let i = 0; i < rows; i++) {
      let p = dy - <usize>i * row;
      let w = taps + <usize>i * tapRow;
      for (let j = 0; j < cols; j++, p -= pixel, w += step) sum = multiplyAdd(v128.load(p), v128.load(w), sum);
    }
    storePartial(dx, sum, left);
  }
}

/**
 * Adds to the gradient of a depthwise convolution's filter [kernel², C], for `channels` channels from `from` on; `lines`
 * are those of dy, through all pictures.
 */
export function depthwiseFilterGradient(
  dw: usize,
  x: usize,
  dy: usize,
  lines: i32,
  from: i32,
  channels: i32,
  height: i32,
  width: i32,
  C: i32,
  kernel: i32,
  stride: i32,
  top: i32,
  left: i32,
  outHeight: i32,
  outWidth: i32,
): void {
  const pixel = <usize>C << 2;
  const row = <usize>width * pixel;
  const step = <usize>stride * pixel;
  for (let line = 0; line < lines; line++) {
    const y0 = (line % outHeight) * stride - top;
    const picture = x + <usize>(line / outHeight) * <usize>height * row;
    const ofLine = dy + <usize>(line * outWidth) * pixel;
    // A cache line of channels is taken through all taps while these pixels are near.
    for (let c = from; c < from + channels; c += 16) {
      const at = <usize>c << 2;
      for (let i = max(0, -y0); i < min(kernel, height - y0); i++) {
        for (let j = 0; j < kernel; j++) {
          const before = left - j;
          const first = before > 0 ? (before + stride - 1) / stride : 0;
          const last = width - 1 + before;
          const end = last < 0 ? 0 : min(outWidth, last / stride + 1);
          if (first >= end) continue;
          const p = picture + <usize>(y0 + i) * row + <usize>(first * stride - before) * pixel + at;
          const g = ofLine + <usize>first * pixel + at;
          addProducts(dw + <usize>(i * kernel + j) * pixel + at, p, step, g, pixel, end - first, from + channels - c);
        }
      }
    }
  }
}

/** target += the sum of the products of `count` pixels with as many others, for up to 16 channels. */
@inline
function addProducts(target: usize, p: usize, pStep: usize, g: usize, gStep: usize, count: i32, channels: i32): void {
  if (channels >= 16) {
    let s0 = v128.load(target);
    let s1 = v128.load(target, 16);
    let s2 = v128.load(target, 32);
    let s3 = v128.load(target, 48);
    for (; count > 0; count--, p += pStep, g += gStep) {
      s0 = multiplyAdd(v128.load(p), v128.load(g), s0);
      s1 = multiplyAdd(v128.load(p, 16), v128.load(g, 16), s1);
      s2 = multiplyAdd(v128.load(p, 32), v128.load(g, 32), s2);
      s3 = multiplyAdd(v128.load(p, 48), v128.load(g, 48), s3);
    }
    v128.store(target, s0);
    v128.store(target, s1, 16);
    v128.store(target, s2, 32);
    v128.store(target, s3, 48);
    return;
  }
  for (let left = channels; left > 0; left -= 4, target += 16, p += 16, g += 16) {
    let sum = v128.load(target);
    let q = p;
    let d = g;
    for (let i = 0; i < count; i++, q += pStep, d += gStep) sum = multiplyAdd(v128.load(q), v128.load(d), sum);
    storePartial(target, sum, left);
  }
}
