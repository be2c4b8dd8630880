/**
 * Convolutions written down as they are defined, in float64 and plain arrays, one output value after the other. Maps are
 * [N][height][width][C] in one list, as the layers have them.
 */

import type { Convolution } from '../../src/nn/convolution.ts';
import type { DepthwiseConvolution } from '../../src/nn/depthwise-convolution.ts';
import type { MapSize } from '../../src/nn/feature-maps.ts';
import type { InvertedResidual } from '../../src/nn/inverted-residual.ts';
import type { Weights } from './reference.ts';

export interface Maps {
  height: number;
  width: number;
  channels: number;
  values: ArrayLike<number>;
}

export interface Placement {
  kernel: number;
  stride: number;
  /** Zeros above and to the left of the maps; as many as are needed follow below and to the right. */
  top: number;
  left: number;
  outHeight: number;
  outWidth: number;
}

/** As TensorFlow defines 'SAME': `ceil(size / stride)` windows, the odd zero behind. */
export function samePlacement(
  { height, width }: Pick<Maps, 'height' | 'width'>,
  kernel: number,
  stride: number,
): Placement {
  const [outHeight, outWidth] = [Math.ceil(height / stride), Math.ceil(width / stride)];
  const before = (size: number, out: number) => Math.floor(Math.max((out - 1) * stride + kernel - size, 0) / 2);
  return { kernel, stride, top: before(height, outHeight), left: before(width, outWidth), outHeight, outWidth };
}

/** Each window of each picture, from top to bottom: its taps [kernel][kernel][C], zeros where it leaves the map. */
export function windowsOf({ height, width, channels, values }: Maps, placement: Placement): number[][] {
  const { kernel, stride, top, left, outHeight, outWidth } = placement;
  const N = values.length / (height * width * channels);
  const windows: number[][] = [];
  for (let n = 0; n < N; n++) {
    for (let i = 0; i < outHeight * outWidth; i++) {
      const taps: number[] = [];
      for (let tap = 0; tap < kernel * kernel; tap++) {
        const y = Math.floor(i / outWidth) * stride - top + Math.floor(tap / kernel);
        const x = (i % outWidth) * stride - left + (tap % kernel);
        const isInside = y >= 0 && y < height && x >= 0 && x < width;
        for (let c = 0; c < channels; c++) {
          taps.push(isInside ? values[((n * height + y) * width + x) * channels + c]! : 0);
        }
      }
      windows.push(taps);
    }
  }
  return windows;
}

/** The gradient of maps from that of their windows, in one list: each pixel's is the sum of its copies'. */
export function foldWindows(gradients: ArrayLike<number>, maps: Maps, placement: Placement): number[] {
  // Windows of maps that hold the places of their own pixels, from 1 on, show where each tap was read; 0 is padding.
  const places = Array.from(maps.values, (_, i) => i + 1);
  const folded = places.map(() => 0);
  for (const [i, place] of windowsOf({ ...maps, values: places }, placement)
    .flat()
    .entries()) {
    if (place > 0) folded[place - 1]! += gradients[i]!;
  }
  return folded;
}

export const relu6 = (x: number) => Math.min(6, Math.max(0, x));

/** y [windows][O] = windows · filter [kernel · kernel · C, O] + bias. */
export function convolve(windows: readonly number[][], filter: ArrayLike<number>, bias: ArrayLike<number>): number[] {
  const O = bias.length;
  return windows.flatMap((taps) =>
    Array.from(bias, (b, o) => taps.reduce((sum, tap, i) => sum + tap * filter[i * O + o]!, b)),
  );
}

/** y [windows][C] = the taps of each channel by a filter [kernel · kernel, C] of its own, + bias. */
export function convolveDepthwise(
  windows: readonly number[][],
  filter: ArrayLike<number>,
  bias: ArrayLike<number>,
): number[] {
  const C = bias.length;
  return windows.flatMap((taps) =>
    Array.from(bias, (b, c) => {
      let sum = b;
      for (let i = c; i < taps.length; i += C) sum += taps[i]! * filter[i]!;
      return sum;
    }),
  );
}

/** What a layer gives for maps `x` and its parameters, each one row by its name, as it is defined. */
export type Definition = (values: Weights, size: MapSize) => number[];

export const applyConvolution =
  ({ shape: { kernel, stride, inputs, relu6: isActivated, name } }: Convolution): Definition =>
  (values, size) => {
    const maps = { ...size, channels: inputs, values: values['x']![0]! };
    const windows = windowsOf(maps, samePlacement(size, kernel, stride));
    const y = convolve(windows, values[`${name}.filter`]![0]!, values[`${name}.bias`]![0]!);
    return isActivated ? y.map(relu6) : y;
  };

export const applyDepthwise =
  ({ shape: { kernel, stride, channels, relu6: isActivated, name } }: DepthwiseConvolution): Definition =>
  (values, size) => {
    const windows = windowsOf({ ...size, channels, values: values['x']![0]! }, samePlacement(size, kernel, stride));
    const y = convolveDepthwise(windows, values[`${name}.filter`]![0]!, values[`${name}.bias`]![0]!);
    return isActivated ? y.map(relu6) : y;
  };

export const applyBlock =
  (block: InvertedResidual): Definition =>
  (values, size) => {
    const { stride, inputs, outputs } = block.shape;
    const at = (x: number[]) => ({ ...values, x: [x] });
    const x = values['x']![0]!;
    const expanded = block.expand ? applyConvolution(block.expand)(values, size) : x;
    const filtered = applyDepthwise(block.depthwise)(at(expanded), size);
    const projected = applyConvolution(block.project)(at(filtered), block.sizeOf(size));
    return stride === 1 && inputs === outputs ? projected.map((value, i) => value + x[i]!) : projected;
  };
