/** The contract of each layer of a convolutional network, on each driver: what a naive version gives in float64. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import type { Matrix } from '../../src/compute/arena.ts';
import { Workspace } from '../../src/compute/workspace.ts';
import { Convolution } from '../../src/nn/convolution.ts';
import { DepthwiseConvolution } from '../../src/nn/depthwise-convolution.ts';
import type { FeatureMaps, MapSize } from '../../src/nn/feature-maps.ts';
import { globalMean } from '../../src/nn/global-mean.ts';
import { InvertedResidual } from '../../src/nn/inverted-residual.ts';
import { MapMemory } from '../../src/nn/map-memory.ts';
import type { Parameter } from '../../src/nn/parameter.ts';
import { applyBlock, applyConvolution, applyDepthwise, type Definition } from './convolution-reference.ts';
import { byDriverWithBf16 } from './engines.ts';

/** Odd sizes, one pixel, fewer pixels than a window has, and one that is large enough for all threads. */
const SIZES: MapSize[] = [
  { height: 1, width: 1 },
  { height: 3, width: 2 },
  { height: 7, width: 10 },
  { height: 37, width: 33 },
];
const N = 2;

describe.each(await byDriverWithBf16(1e-5, 0.1))('on %s', (_, engine, tolerance) => {
  const random = new Random(1);
  const workspace = new Workspace(engine.arena);
  const floats = (count: number, scale = 1) => Array.from({ length: count }, () => scale * (2 * random.uniform() - 1));

  function mapsOf({ height, width }: MapSize, channels: number): FeatureMaps {
    const values = engine.arena.matrix(N * height * width, channels);
    values.data.set(floats(values.size, 2));
    return { values, height, width };
  }
  /** What a layer is to give for maps. */
  function defined(apply: Definition, { parameters }: { parameters: readonly Parameter[] }, x: FeatureMaps): number[] {
    const rows = parameters.map(({ name, value }) => [name, [Array.from(value.data)]] as const);
    return apply({ x: [Array.from(x.values.data)], ...Object.fromEntries(rows) }, x);
  }
  /** Outputs of about one to ten. */
  function randomise(parameters: readonly Parameter[]) {
    for (const parameter of parameters) {
      const { size, rows } = parameter.value;
      parameter.edit((values) => values.set(floats(size, 4 / Math.sqrt(rows))));
    }
  }
  const outputFor = ({ height, width }: MapSize, channels: number) => {
    const y = engine.arena.matrix(N * height * width, channels);
    y.data.fill(Number.NaN);
    return y;
  };
  function expectNear(found: Float32Array, expected: readonly number[]) {
    expect(found).toHaveLength(expected.length);
    const error = found.reduce((most, x, i) => Math.max(most, Math.abs(x - expected[i]!)), 0);
    expect(error).toBeLessThan(tolerance);
  }

  test.each([
    [1, 1, 5, 7],
    [1, 1, 40, 32],
    [1, 2, 4, 3],
    [3, 1, 3, 6],
    [3, 2, 3, 32],
    [5, 2, 2, 9],
    [4, 3, 1, 1],
  ])('Convolution of windows of %d pixels, stride %d, from %d channels to %d', (kernel, stride, inputs, outputs) => {
    for (const isActivated of [true, false]) {
      const layer = new Convolution(engine, { name: 'l', kernel, stride, inputs, outputs, relu6: isActivated });
      randomise(layer.parameters);
      for (const size of SIZES) {
        const x = mapsOf(size, inputs);
        const expected = defined(applyConvolution(layer), layer, x);
        const y = outputFor(layer.sizeOf(size), outputs);
        layer.forward(y, x, workspace);
        expectNear(y.data, expected);
        if (isActivated) continue;
        const residual = outputFor(layer.sizeOf(size), outputs);
        residual.data.set(floats(residual.size));
        layer.forward(y, x, workspace, residual);
        expectNear(
          y.data,
          expected.map((value, i) => value + residual.data[i]!),
        );
      }
    }
  });

  test.each([
    [3, 1, 8],
    [3, 2, 5],
    [5, 1, 7],
    [5, 2, 12],
    [2, 1, 3],
    [7, 3, 4],
  ])('DepthwiseConvolution of windows of %d pixels, stride %d, of %d channels', (kernel, stride, channels) => {
    for (const isActivated of [true, false]) {
      const layer = new DepthwiseConvolution(engine, { name: 'l', kernel, stride, channels, relu6: isActivated });
      randomise(layer.parameters);
      for (const size of SIZES) {
        const x = mapsOf(size, channels);
        const y = outputFor(layer.sizeOf(size), channels);
        layer.forward(y, x);
        expectNear(y.data, defined(applyDepthwise(layer), layer, x));
      }
    }
  });

  test.each([
    ['with a residual', 1, 6, 6, 6],
    ['with another stride', 2, 6, 6, 6],
    ['to other channels', 1, 3, 5, 4],
    ['without an expansion', 1, 1, 8, 8],
  ])('InvertedResidual %s', (_, stride, expansion, inputs, outputs) => {
    const block = new InvertedResidual(engine, { name: 'b', kernel: 3, stride, inputs, expansion, outputs });
    randomise(block.parameters);
    for (const size of SIZES) {
      const x = mapsOf(size, inputs);
      const y = outputFor(block.sizeOf(size), outputs);
      block.forward(y, x, workspace);
      expectNear(y.data, defined(applyBlock(block), block, x));
    }
  });

  test.each([
    ['with a residual', 3, 1, 8, 8],
    ['with another stride', 5, 2, 8, 5],
  ])('InvertedResidual %s takes large maps through its layers in bands', (_, kernel, stride, inputs, outputs) => {
    const block = new InvertedResidual(engine, { name: 'b', kernel, stride, inputs, expansion: 12, outputs });
    randomise(block.parameters);
    const size = { height: 201, width: 131 };
    const x = { ...size, values: engine.arena.matrix(size.height * size.width, inputs) };
    x.values.data.set(floats(x.values.size, 2));
    const result = block.sizeOf(size);
    const pixels = result.height * result.width;
    const [expanded, filtered] = [size.height * size.width, pixels].map((rows) =>
      engine.arena.matrix(rows, 12 * inputs),
    );
    const [found, expected] = [1, 2].map(() => engine.arena.matrix(pixels, outputs));
    block.expand!.forward(expanded!, x, workspace);
    block.depthwise.forward(filtered!, { ...size, values: expanded! });
    block.project.forward(expected!, { ...result, values: filtered! }, workspace, stride === 1 ? x.values : undefined);
    const memory = new MapMemory(engine.arena, [[x.values.size, found!.size, ...block.needs(size)]]);
    memory.begin(size.height * size.width, inputs).data.set(x.values.data);
    found!.data.fill(Number.NaN);
    block.forward(found!, x, memory);
    expectNear(found!.data, Array.from(expected!.data));
    expect(block.needs(size)[0]).toBeLessThan(expanded!.size / 2);
  });

  test('layers do what they do alone where each thread takes a picture through them', () => {
    const size = { height: 37, width: 33 };
    const stem = new Convolution(engine, { name: 's', kernel: 3, stride: 2, inputs: 3, outputs: 24, relu6: true });
    const shape = { name: 'b', kernel: 5, stride: 1, inputs: 24, expansion: 6, outputs: 24 };
    const block = new InvertedResidual(engine, shape);
    randomise([...stem.parameters, ...block.parameters]);
    const maps = stem.sizeOf(size);
    const pictures = Array.from({ length: engine.threads }, () => {
      const values = engine.arena.matrix(size.height * size.width, 3);
      values.data.set(floats(values.size));
      return { ...size, values };
    });
    const results = () => pictures.map(() => engine.arena.matrix(1, 24));
    const forward = (picture: FeatureMaps, mean: Matrix, memory: MapMemory) => {
      let x: FeatureMaps = { ...size, values: memory.begin(size.height * size.width, 3) };
      engine.kernels.fillRows(x.values.offset, picture.values.offset, 1, x.values.size);
      for (const layer of [stem, block]) {
        const { height, width } = layer.sizeOf(x);
        const values = memory.next(height * width, 24);
        layer.forward(values, x, memory);
        x = { height, width, values };
      }
      globalMean(engine, mean, x);
    };
    const [read, written] = [3 * size.height * size.width, 24 * maps.height * maps.width];
    const needs = [
      [read, written, ...stem.needs(size)],
      [written, written, ...block.needs(maps)],
    ];
    const own = pictures.map(() => new MapMemory(engine.arena, needs));
    const [found, alone] = [results(), results()];
    stem.pack(size);
    block.pack(maps);
    const room = engine.arena.size;
    engine.together(pictures.length, (n) => forward(pictures[n]!, found[n]!, own[n]!));
    expect(engine.arena.size).toBe(room);
    for (const [n, picture] of pictures.entries()) {
      const [stemmed, blocked] = [1, 2].map(() => engine.arena.matrix(maps.height * maps.width, 24));
      stem.forward(stemmed!, picture, workspace);
      block.forward(blocked!, { ...maps, values: stemmed! }, workspace);
      globalMean(engine, alone[n]!, { ...maps, values: blocked! });
      expectNear(found[n]!.data, Array.from(alone[n]!.data));
    }
  });

  test('globalMean', () => {
    for (const size of SIZES) {
      const x = mapsOf(size, 6);
      const pixels = size.height * size.width;
      const expected = Array.from({ length: N * 6 }, (_, i) => {
        const ofPicture = x.values.rowRange(Math.floor(i / 6) * pixels, (Math.floor(i / 6) + 1) * pixels);
        return ofPicture.data.reduce((sum, value, j) => sum + (j % 6 === i % 6 ? value : 0), 0) / pixels;
      });
      const y = engine.arena.matrix(N, 6);
      y.data.fill(Number.NaN);
      globalMean(engine, y, x);
      expectNear(y.data, expected);
    }
  });
});
