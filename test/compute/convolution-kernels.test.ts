import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { convolveDepthwise, foldWindows, type Placement, relu6, windowsOf } from '../nn/convolution-reference.ts';
import { byBuild } from '../nn/engines.ts';
import { Guarded } from './guarded.ts';

describe.each(byBuild)('the %s build', (_, { arena, kernels }) => {
  const ROWS = 3;

  function setting(seed: number) {
    const random = new Random(seed);
    const guarded = new Guarded(arena);
    return {
      guarded,
      /** Values from -scale to scale. */
      floats: (count: number, scale = 1) =>
        guarded.floats(Array.from({ length: count }, () => scale * (2 * random.uniform() - 1))),
    };
  }

  function expectValues(found: Float32Array, expected: ArrayLike<number>) {
    expect(found).toHaveLength(expected.length);
    const error = found.reduce((most, x, i) => Math.max(most, Math.abs(x - expected[i]!)), 0);
    expect(error).toBeLessThan(1e-5);
  }

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9])('kernels over rows are the plain loops, at a width of %d', (width) => {
    const { guarded, floats } = setting(width);
    const [y, bias] = [floats(ROWS * width, 10), floats(width)];
    const before = Array.from(y.data);
    kernels.biasRelu6(y.offset, bias.offset, ROWS, width);
    expectValues(
      y.data,
      before.map((x, i) => relu6(x + bias.data[i % width]!)),
    );

    const [sum, residual] = [floats(ROWS * width), floats(ROWS * width)];
    const products = Array.from(sum.data);
    kernels.addBias(sum.offset, bias.offset, ROWS, width);
    expectValues(
      sum.data,
      products.map((x, i) => x + bias.data[i % width]!),
    );
    sum.data.set(products);
    kernels.addBiasAndResidual(sum.offset, residual.offset, bias.offset, ROWS, width);
    expectValues(
      sum.data,
      products.map((x, i) => x + residual.data[i]! + bias.data[i % width]!),
    );

    const [gradient, clamped] = [floats(ROWS * width), floats(ROWS * width, 9)];
    clamped.data.set([0, 6].slice(0, ROWS * width));
    const before6 = Array.from(gradient.data);
    kernels.relu6Backward(gradient.offset, clamped.offset, ROWS * width);
    expectValues(
      gradient.data,
      before6.map((g, i) => (clamped.data[i]! > 0 && clamped.data[i]! < 6 ? g : 0)),
    );

    const bytes = Uint8Array.from({ length: width }, (_, i) => (i * 89 + 200) % 256);
    const stored = arena.integers(3);
    new Uint8Array(arena.memory.buffer, stored.offset, width).set(bytes);
    const normalised = floats(width);
    kernels.normaliseBytes(normalised.offset, stored.offset, width, 127, 128);
    expectValues(
      normalised.data,
      Array.from(bytes, (byte) => (byte - 127) / 128),
    );
    guarded.expectIntact();
  });

  /** Kernels with and without a loop of their own, windows that reach over every edge, or over two at once. */
  const PLACEMENTS: [height: number, width: number, placement: Placement][] = [
    [4, 11, { kernel: 3, stride: 1, top: 1, left: 1, outHeight: 4, outWidth: 11 }],
    [5, 12, { kernel: 3, stride: 2, top: 0, left: 1, outHeight: 3, outWidth: 6 }],
    [6, 13, { kernel: 5, stride: 1, top: 2, left: 2, outHeight: 6, outWidth: 13 }],
    [7, 14, { kernel: 5, stride: 2, top: 2, left: 1, outHeight: 4, outWidth: 7 }],
    [2, 3, { kernel: 5, stride: 1, top: 2, left: 2, outHeight: 2, outWidth: 3 }],
    [1, 1, { kernel: 3, stride: 2, top: 1, left: 1, outHeight: 1, outWidth: 1 }],
    [9, 8, { kernel: 3, stride: 1, top: 0, left: 0, outHeight: 7, outWidth: 6 }],
    [9, 20, { kernel: 7, stride: 3, top: 3, left: 3, outHeight: 3, outWidth: 7 }],
    [3, 4, { kernel: 1, stride: 1, top: 0, left: 0, outHeight: 3, outWidth: 4 }],
    [3, 5, { kernel: 3, stride: 1, top: 4, left: 4, outHeight: 9, outWidth: 11 }],
  ];

  describe.each(PLACEMENTS)('maps of %d × %d, %o', (height, width, placement) => {
    const { kernel, stride, top, left, outHeight, outWidth } = placement;
    /** Pictures. */
    const N = 2;

    test.each([1, 3, 4, 6, 13])('of %d channels, all lines or some', (C) => {
      const { guarded, floats } = setting(C);
      const x = floats(N * height * width * C);
      const [filter, bias] = [floats(kernel * kernel * C, 3), floats(C)];
      const sizes = [height, width, C, kernel, stride, top, left, outHeight, outWidth] as const;
      const windows = windowsOf({ height, width, channels: C, values: x.data }, placement);

      const rows = floats(windows.length * kernel * kernel * C);
      kernels.unfold(rows.offset, x.offset, 0, N * outHeight, ...sizes);
      expectValues(rows.data, windows.flat());

      const expected = convolveDepthwise(windows, filter.data, bias.data);
      const depthwise = (y: number, from: number, lines: number, relu: 0 | 1) =>
        kernels.depthwise(y, x.offset, filter.offset, bias.offset, from, lines, relu, ...sizes);
      const [plain, activated] = [floats(expected.length), floats(expected.length)];
      depthwise(plain.offset, 0, N * outHeight, 0);
      expectValues(plain.data, expected);
      // In two parts, as threads do it, the second first.
      depthwise(activated.offset, outHeight - 1, (N - 1) * outHeight + 1, 1);
      depthwise(activated.offset, 0, outHeight - 1, 1);
      expectValues(activated.data, expected.map(relu6));
      guarded.expectIntact();
    });

    test.each([1, 3, 4, 6, 13, 21])('of %d channels, gradients, all lines and channels or some', (C) => {
      const { guarded, floats } = setting(C);
      const x = floats(N * height * width * C);
      const filter = floats(kernel * kernel * C, 3);
      const sizes = [height, width, C, kernel, stride, top, left, outHeight, outWidth] as const;
      const maps = { height, width, channels: C, values: x.data };
      const windows = windowsOf(maps, placement);
      const lines = N * height;

      const rows = floats(windows.length * kernel * kernel * C);
      const folded = floats(x.data.length);
      kernels.fold(folded.offset, rows.offset, height - 1, lines - height + 1, ...sizes);
      kernels.fold(folded.offset, rows.offset, 0, height - 1, ...sizes);
      expectValues(folded.data, foldWindows(Array.from(rows.data), maps, placement));

      const dy = floats(windows.length * C);
      const dx = floats(x.data.length);
      const dTaps = windows.flatMap((taps, n) => taps.map((_, i) => filter.data[i]! * dy.data[n * C + (i % C)]!));
      const inputGradient = (from: number, some: number) =>
        kernels.depthwiseInputGradient(dx.offset, dy.offset, filter.offset, from, some, ...sizes);
      inputGradient(height - 1, lines - height + 1);
      inputGradient(0, height - 1);
      expectValues(dx.data, foldWindows(dTaps, maps, placement));

      const dw = floats(kernel * kernel * C);
      const expected = Array.from(dw.data, (before, i) =>
        windows.reduce((sum, taps, n) => sum + taps[i]! * dy.data[n * C + (i % C)]!, before),
      );
      for (const [from, to] of [
        [2, C],
        [0, Math.min(2, C)],
      ] as const) {
        const channels = Math.max(0, to - from);
        kernels.depthwiseFilterGradient(dw.offset, x.offset, dy.offset, N * outHeight, from, channels, ...sizes);
      }
      expectValues(dw.data, expected);
      guarded.expectIntact();
    });
  });
});
