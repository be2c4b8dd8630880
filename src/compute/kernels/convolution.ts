/**
 * What convolutions do beside products: depthwise windows, windows unfolded to rows for a product, bias and ReLU6. Maps
 * lie as rows, a row of C channels for each pixel, line after line, picture after picture. Where a window reaches over
 * the edge of a map, zeros are read. The kernels know no layer.
 */
import { four3s1, four3s2, four5s1, four5s2 } from './depthwise-windows';
import { relu6, storePartial } from './math';
import { sumOfTaps } from './taps';

/** y = relu6(y + bias) for rows [rows, cols], ReLU6 as in MobileNetV2: between 0 and 6. */
export function biasRelu6(y: usize, bias: usize, rows: i32, cols: i32): void {
  for (; rows > 0; rows--) {
    let b = bias;
    for (let left = cols; left > 0; left -= 4, b += 16) {
      storePartial(y, relu6(f32x4.add(v128.load(y), v128.load(b))), left);
      y += <usize>min(left, 4) << 2;
    }
  }
}

/** y += bias for rows [rows, cols]. */
export function addBias(y: usize, bias: usize, rows: i32, cols: i32): void {
  for (; rows > 0; rows--) {
    let b = bias;
    for (let left = cols; left > 0; left -= 4, b += 16) {
      storePartial(y, f32x4.add(v128.load(y), v128.load(b)), left);
      y += <usize>min(left, 4) << 2;
    }
  }
}

/** y += x + bias for rows [rows, cols]: the end of a residual block. */
export function addBiasAndResidual(y: usize, x: usize, bias: usize, rows: i32, cols: i32): void {
  for (; rows > 0; rows--) {
    let b = bias;
    for (let left = cols; left > 0; left -= 4, b += 16) {
      storePartial(y, f32x4.add(v128.load(y), f32x4.add(v128.load(x), v128.load(b))), left);
      const step = <usize>min(left, 4) << 2;
      y += step;
      x += step;
    }
  }
}

/** target = (source - mean) / scale: `count` bytes to floats. */
export function normaliseBytes(target: usize, source: usize, count: i32, mean: f32, scale: f32): void {
  const m = f32x4.splat(mean);
  const s = f32x4.splat(scale);
  for (let left = count; left > 0; left -= 4, target += 16, source += 4) {
    const x = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(source)));
    storePartial(target, f32x4.div(f32x4.sub(f32x4.convert_i32x4_s(x), m), s), left);
  }
}

/**
 * Windows of maps [height, width, C] as rows [lines * outWidth, kernel * kernel * C], whose product with a filter is the
 * convolution: for the lines `from` to `from + lines` of the result, counted through all pictures.
 */
export function unfold(
  target: usize,
  x: usize,
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
  const taps = <usize>kernel * pixel;
  target += <usize>from * <usize>outWidth * <usize>kernel * taps;
  for (let line = from; line < from + lines; line++) {
    const picture = x + <usize>(line / outHeight) * <usize>height * <usize>width * pixel;
    const y0 = (line % outHeight) * stride - top;
    for (let column = 0; column < outWidth; column++) {
      const x0 = column * stride - left;
      const first = <usize>max(0, -x0) * pixel;
      const last = <usize>max(0, min(kernel, width - x0)) * pixel;
      for (let y = y0; y < y0 + kernel; y++, target += taps) {
        if (y < 0 || y >= height || first >= last) {
          memory.fill(target, 0, taps);
          continue;
        }
        const source = picture + (<usize>(y * width) + <usize>x0) * pixel;
        let at: usize = 0;
        for (; at < first; at += 4) store<f32>(target + at, 0);
        for (; at + 16 <= last; at += 16) v128.store(target + at, v128.load(source + at));
        for (; at < last; at += 4) store<f32>(target + at, load<f32>(source + at));
        for (; at < taps; at += 4) store<f32>(target + at, 0);
      }
    }
  }
}

/**
 * Depthwise convolution (each channel by a filter of its own): y = relu6(windows of x · weights [kernel², C] + bias), or
 * without ReLU6, for lines of y as `unfold` counts them. Windows of 3 and 5 pixels at steps of 1 and 2 are done four at a
 * time where they lie within the map.
 */
export function depthwise(
  y: usize,
  x: usize,
  weights: usize,
  bias: usize,
  from: i32,
  lines: i32,
  relu: bool,
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
  // The windows of columns `first` to `end - 1` lie within the map's width.
  const first = min(outWidth, (left + stride - 1) / stride);
  const end = width + left < kernel ? first : max(first, min(outWidth, (width + left - kernel) / stride + 1));
  y += <usize>from * <usize>outWidth * pixel;
  for (let line = from; line < from + lines; line++) {
    const y0 = (line % outHeight) * stride - top;
    const skipped = max(0, -y0);
    const rows = max(0, min(kernel, height - y0) - skipped);
    const source = x + (<usize>(line / outHeight) * <usize>height + <usize>(y0 + skipped)) * row;
    const taps = weights + <usize>(skipped * kernel) * pixel;
    for (let column = 0; column < outWidth; ) {
      const x0 = column * stride - left;
      if (column >= first && column < end) {
        const p = source + <usize>x0 * pixel;
        if (column + 4 <= end && fourWindows(p, row, C, taps, kernel, stride, rows, bias, y, relu)) {
          column += 4;
          y += 4 * pixel;
          continue;
        }
        window(p, row, C, taps, kernel, rows, kernel, bias, y, relu);
      } else {
        const before = max(0, -x0);
        const cols = max(0, min(kernel, width - x0) - before);
        const p = source + <usize>(x0 + before) * pixel;
        window(p, row, C, taps + <usize>before * pixel, kernel, rows, cols, bias, y, relu);
      }
      column++;
      y += pixel;
    }
  }
}

/** One pixel of the result, from the `rows` × `cols` taps of a window that lie within the map. */
@inline
function window(
  p: usize,
  row: usize,
  C: i32,
  taps: usize,
  kernel: i32,
  rows: i32,
  cols: i32,
  bias: usize,
  y: usize,
  relu: bool,
): void {
  const pixel = <usize>C << 2;
  sumOfTaps(y, bias, C, rows, cols, p, row, pixel, taps, <usize>kernel * pixel, pixel, relu);
}

/** Four neighbours of a line; false for kernels and strides that have no loop of their own here. */
@inline
function fourWindows(
  p: usize,
  row: usize,
  C: i32,
  taps: usize,
  kernel: i32,
  stride: i32,
  rows: i32,
  bias: usize,
  y: usize,
  relu: bool,
): bool {
  if (kernel == 3 && stride == 1) four3s1(p, row, C, taps, rows, bias, y, relu);
  else if (kernel == 3 && stride == 2) four3s2(p, row, C, taps, rows, bias, y, relu);
  else if (kernel == 5 && stride == 1) four5s1(p, row, C, taps, rows, bias, y, relu);
  else if (kernel == 5 && stride == 2) four5s2(p, row, C, taps, rows, bias, y, relu);
  else return false;
  return true;
}
