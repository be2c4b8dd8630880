/**
 * Gradients of what convolutions do beside products (`convolution.ts`). Windows lie on maps as there: `height` to `left`
 * say how those of the forward pass do, `outHeight` and `outWidth` are of its result. The kernels know no layer.
 */
import { storePartial } from './math';
import { add } from './rows';
import { sumOfTaps } from './taps';

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
  const step = <usize>stride * pixel;
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
      const tap = weights + <usize>(i * kernel + j) * pixel;
      // Later taps belong to earlier results, so that one goes forwards as the other goes backwards.
      sumOfTaps(dx, 0, C, rows, cols, last, 0 - row, 0 - pixel, tap, <usize>kernel * step, step, false);
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
          const target = dw + <usize>(i * kernel + j) * pixel + at;
          sumOfTaps(target, target, min(16, from + channels - c), 1, end - first, p, 0, step, g, 0, pixel, false);
        }
      }
    }
  }
}
