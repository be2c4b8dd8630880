/**
 * Feature maps of pictures, and how the windows of a convolution lie on them. A pixel's channels are a row, so that a
 * convolution of 1 × 1 pixels is a product of matrices. It knows no layer.
 *
 * N pictures, C channels.
 */
import type { Matrix } from '../compute/arena.ts';
import type { WindowArguments } from '../compute/kernels.ts';

/** In pixels. */
export interface MapSize {
  height: number;
  width: number;
}

/** Maps of N pictures. */
export interface FeatureMaps extends MapSize {
  /** [N · height · width, C]: pixel after pixel, line after line, picture after picture. */
  values: Matrix;
}

/** What a layer's backward pass reads and writes, for N pictures. */
export interface MapGradients {
  /** What `forward` read. */
  x: FeatureMaps;
  /** What `forward` wrote; layers without ReLU6 do not read it. */
  y?: Matrix;
  /** The gradient of what `forward` wrote; behind a ReLU6 it is overwritten. */
  dy: Matrix;
  /** Where the gradient of x goes, of the same shape; absent where nothing before the layer is learned. */
  dx?: Matrix | undefined;
}

/** Windows of kernel × kernel pixels, `stride` pixels apart. */
export interface Windows {
  kernel: number;
  stride: number;
}

/** N. */
export function pictureCount({ values, height, width }: FeatureMaps): number {
  return values.rows / (height * width);
}

/** Pictures `from` to `to` - 1, on the same memory. */
export function pictureRange({ values, height, width }: FeatureMaps, from: number, to: number): FeatureMaps {
  const pixels = height * width;
  return { values: values.rowRange(from * pixels, to * pixels), height, width };
}

/** The size of a convolution's result: maps are padded so that a stride of 1 keeps their size. */
export function convolvedSize({ height, width }: MapSize, { stride }: Windows): MapSize {
  return { height: Math.ceil(height / stride), width: Math.ceil(width / stride) };
}

/** Where windows lie on maps of a size, for the kernels. */
export function windowsOn(size: MapSize, windows: Windows, channels: number): WindowArguments {
  const { height, width } = size;
  const { kernel, stride } = windows;
  const result = convolvedSize(size, windows);
  const top = paddingBefore(height, result.height, windows);
  const left = paddingBefore(width, result.width, windows);
  return [height, width, channels, kernel, stride, top, left, result.height, result.width];
}

/** Zeros before the first pixel. Where their number is odd, the greater part comes after the last: TensorFlow's 'SAME'. */
function paddingBefore(size: number, convolved: number, { kernel, stride }: Windows): number {
  return Math.max(0, (convolved - 1) * stride + kernel - size) >> 1;
}

/** Floats of what is worked on at once, 2 MB: what one step leaves is in a near cache for the next. */
const NEAR = 2 ** 19;

/**
 * Ranges of N pictures that are taken through several steps together.
 *
 * @param floats that a picture takes on the way
 */
export function pictureGroups(N: number, floats: number): { from: number; to: number }[] {
  const size = Math.max(1, Math.floor(NEAR / floats));
  return Array.from({ length: Math.ceil(N / size) }, (_, i) => ({ from: i * size, to: Math.min(N, (i + 1) * size) }));
}
