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

/** Lines `from` to `to` - 1. */
interface Lines {
  from: number;
  to: number;
}

/** Lines of a convolution's result that are computed together, and the lines of its maps that their windows lie on. */
export interface Band {
  read: Lines;
  written: Lines;
  /** How the windows lie on the lines that are read. */
  windows: WindowArguments;
}

/** Floats of maps above which a picture is taken through a block in bands, 4 MB: few pictures' maps are so large. */
const LARGE = 2 * NEAR;

/** The bands in which the result for maps of C channels is computed, so that not all of large maps are there at once. */
export function bandsOn(size: MapSize, windows: Windows, channels: number): Band[] {
  const { height, width } = size;
  const { kernel, stride } = windows;
  const [, , , , , top, ...rest] = windowsOn(size, windows, channels);
  const [left, outHeight, outWidth] = rest;
  const lines = Math.ceil(outHeight / Math.ceil((height * width * channels) / LARGE));
  return Array.from({ length: Math.ceil(outHeight / lines) }, (_, i) => {
    const written = { from: i * lines, to: Math.min(outHeight, (i + 1) * lines) };
    const read = {
      from: Math.max(0, written.from * stride - top),
      to: written.to === outHeight ? height : Math.min(height, (written.to - 1) * stride - top + kernel),
    };
    const above = top + read.from - written.from * stride;
    const [readLines, writtenLines] = [read.to - read.from, written.to - written.from];
    return {
      read,
      written,
      windows: [readLines, width, channels, kernel, stride, above, left, writtenLines, outWidth],
    };
  });
}
