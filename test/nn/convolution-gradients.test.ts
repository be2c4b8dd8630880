/** The contract of the backward pass of each layer of a convolutional network, on each driver: numerical gradients. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import type { Matrix } from '../../src/compute/arena.ts';
import type { Engine } from '../../src/compute/engine.ts';
import { Workspace } from '../../src/compute/workspace.ts';
import { Convolution } from '../../src/nn/convolution.ts';
import { DepthwiseConvolution } from '../../src/nn/depthwise-convolution.ts';
import type { MapGradients, MapSize } from '../../src/nn/feature-maps.ts';
import { globalMeanBackward } from '../../src/nn/global-mean.ts';
import { InvertedResidual } from '../../src/nn/inverted-residual.ts';
import type { Parameter } from '../../src/nn/parameter.ts';
import { applyBlock, applyConvolution, applyDepthwise, type Definition } from './convolution-reference.ts';
import { byDriver, byDriverWithBf16 } from './engines.ts';
import { numericalGradients, type Weights } from './reference.ts';

const N = 2;
/** Of which all gradients are compared: one pixel, fewer than a window has, unequal sides. */
const SMALL: MapSize[] = [
  { height: 1, width: 1 },
  { height: 3, width: 2 },
  { height: 4, width: 5 },
];
/** Large enough for all threads; gradients are compared by the slopes in a direction. */
const LARGE: MapSize = { height: 23, width: 21 };

interface Layer {
  readonly parameters: readonly Parameter[];
  sizeOf(maps: MapSize): MapSize;
  backward(gradients: MapGradients, workspace: Workspace): void;
}

/** A layer's random inputs, what it gives for them, and the gradients of Σ y · dy by all of them. */
interface Case {
  values: Weights;
  y: number[];
  dy: number[];
  /** All of them, of small maps. */
  gradients: Weights | undefined;
  /** How the sum changes where each input changes in a direction, of large maps. */
  slopes: Record<string, { direction: number[]; slope: number }>;
}

const cases = new Map<string, Case>();

function caseOf(layer: Layer, channels: number, apply: Definition, size: MapSize, title: string): Case {
  const known = cases.get(title);
  if (known) return known;
  const random = new Random(size.width);
  const floats = (count: number, scale: number) =>
    Array.from({ length: count }, () => Math.fround(scale * (2 * random.uniform() - 1)));
  const parameters = layer.parameters.map(({ name, value }) => [name, [floats(value.size, 4 / Math.sqrt(value.rows))]]);
  const x = floats(N * size.height * size.width * channels, 2);
  const values: Weights = { x: [x], ...Object.fromEntries(parameters) };
  const y = apply(values, size);
  const dy = floats(y.length, 1);
  const sum = (at: Weights) => apply(at, size).reduce((total, value, i) => total + value * dy[i]!, 0);
  const slopeOf = (name: string, [row]: number[][]) => {
    const direction = floats(row!.length, 1);
    const moved = (by: number) => sum({ ...values, [name]: [row!.map((value, i) => value + by * direction[i]!)] });
    const h = 1e-8; // hardly any value of a large map is as near to where ReLU6 clamps it
    return { direction, slope: (moved(h) - moved(-h)) / (2 * h) };
  };
  const slopes = Object.entries(values).map(([name, rows]) => [name, slopeOf(name, rows)] as const);
  const gradients = size === LARGE ? undefined : numericalGradients(values, sum);
  const made = { values, y, dy, gradients, slopes: Object.fromEntries(slopes) };
  cases.set(title, made);
  return made;
}

function expectNear(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number) {
  expect(found).toHaveLength(expected.length);
  const error = Array.from(found).reduce((most, x, i) => Math.max(most, Math.abs(x - expected[i]!)), 0);
  const scale = Array.from(expected).reduce((most, x) => Math.max(most, Math.abs(x)), 1);
  expect(error / scale).toBeLessThan(tolerance);
}

function matrix({ arena }: Engine, rows: number, values: readonly number[]): Matrix {
  const made = arena.matrix(rows, values.length / rows);
  made.data.set(values);
  return made;
}

/** What gradients hold before the backward pass, which adds to them. */
const BEFORE = 0.5;

/** The gradients by x and by the parameters; `x` and `dy` are lists of values of `count` pictures. */
function backward(
  engine: Engine,
  layer: Layer,
  size: MapSize,
  { x, y, dy, count = N }: { x: readonly number[]; y?: readonly number[]; dy: readonly number[]; count?: number },
) {
  const workspace = new Workspace(engine.arena);
  const written = layer.sizeOf(size);
  const rows = count * written.height * written.width;
  const read = { ...size, values: matrix(engine, count * size.height * size.width, x) };
  const result = y && { y: matrix(engine, rows, y) };
  for (const { gradient } of layer.parameters) gradient.data.fill(BEFORE);
  const ofParameters = () =>
    layer.parameters.map(({ name, gradient }) => [name, Array.from(gradient.data, (g) => g - BEFORE)] as const);
  layer.backward({ x: read, ...result, dy: matrix(engine, rows, dy) }, workspace);
  const withoutInput = ofParameters();
  const dx = engine.arena.matrix(read.values.rows, read.values.cols);
  dx.data.fill(Number.NaN);
  for (const { gradient } of layer.parameters) gradient.data.fill(BEFORE);
  layer.backward({ x: read, ...result, dy: matrix(engine, rows, dy), dx }, workspace);
  expect(ofParameters()).toEqual(withoutInput);
  return Object.fromEntries([['x', Array.from(dx.data)], ...withoutInput]);
}

/** Compares the gradients of Σ y · dy, for random inputs and dy, with those of the definition. */
function expectGradients(
  [engine, tolerance]: [Engine, number],
  layer: Layer,
  channels: number,
  apply: Definition,
  title: string,
) {
  for (const size of [...SMALL, LARGE]) {
    const { values, y, dy, gradients, slopes } = caseOf(layer, channels, apply, size, `${title} of ${size.height}`);
    for (const parameter of layer.parameters) parameter.edit((data) => data.set(values[parameter.name]![0]!));
    const found = backward(engine, layer, size, { x: values['x']![0]!, y, dy });
    for (const [name, gradient] of Object.entries(found)) {
      if (gradients) expectNear(gradient, gradients[name]![0]!, tolerance);
      const { direction, slope } = slopes[name]!;
      const along = direction.reduce((sum, d, i) => sum + d * gradient[i]!, 0);
      const norm = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
      expect(Math.abs(along - slope) / Math.max(norm, 1), name).toBeLessThan(2 * tolerance);
    }
  }
}

describe.each(await byDriverWithBf16(1e-5, 0.02))('on %s', (_, engine, tolerance) => {
  test.each([
    [1, 1, 5, 7],
    [1, 1, 20, 16],
    [1, 2, 4, 3],
    [3, 1, 3, 6],
    [3, 2, 3, 8],
    [5, 2, 2, 5],
    [4, 3, 1, 1],
  ])('Convolution of windows of %d pixels, stride %d, from %d channels to %d', (kernel, stride, inputs, outputs) => {
    for (const isActivated of [true, false]) {
      const layer = new Convolution(engine, { name: 'l', kernel, stride, inputs, outputs, relu6: isActivated });
      const title = `${kernel} ${stride} ${inputs} ${outputs} ${isActivated}`;
      expectGradients([engine, tolerance], layer, inputs, applyConvolution(layer), title);
    }
  });
});

describe.each(byDriver)('on %s', (_, engine) => {
  test.each([
    [3, 1, 8],
    [3, 2, 5],
    [5, 1, 7],
    [5, 2, 21],
    [2, 1, 3],
    [7, 3, 4],
    [1, 2, 4],
  ])('DepthwiseConvolution of windows of %d pixels, stride %d, of %d channels', (kernel, stride, channels) => {
    for (const isActivated of [true, false]) {
      const layer = new DepthwiseConvolution(engine, { name: 'l', kernel, stride, channels, relu6: isActivated });
      const title = `depthwise ${kernel} ${stride} ${channels} ${isActivated}`;
      expectGradients([engine, 1e-5], layer, channels, applyDepthwise(layer), title);
    }
  });

  test.each([
    ['with a residual', 1, 4, 5, 5],
    ['with another stride', 2, 4, 5, 5],
    ['to other channels', 1, 3, 5, 4],
    ['without an expansion', 1, 1, 8, 8],
  ])('InvertedResidual %s', (title, stride, expansion, inputs, outputs) => {
    const block = new InvertedResidual(engine, { name: 'b', kernel: 3, stride, inputs, expansion, outputs });
    expectGradients([engine, 1e-5], block, inputs, applyBlock(block), title);
  });

  test.each([
    ['in groups', { height: 37, width: 33 }, 1, 7, 16],
    ['with another stride', { height: 9, width: 6 }, 2, 4, 5],
    ['without an expansion', { height: 5, width: 6 }, 1, 1, 8],
  ])('InvertedResidual gives the same by maps that are kept in between, %s', (_, size, stride, expansion, inputs) => {
    const random = new Random(1);
    const floats = (count: number) => Array.from({ length: count }, () => 2 * random.uniform() - 1);
    const block = new InvertedResidual(engine, { name: 'b', kernel: 3, stride, inputs, expansion, outputs: inputs });
    for (const parameter of block.parameters) parameter.edit((data) => data.set(floats(data.length)));
    const written = block.sizeOf(size);
    const rows = N * written.height * written.width;
    const read = {
      ...size,
      values: matrix(engine, N * size.height * size.width, floats(N * size.height * size.width * inputs)),
    };
    const dy = floats(rows * inputs);
    const [workspace, keeping] = [new Workspace(engine.arena), new Workspace(engine.arena)];
    const found = [undefined, block.between(read, keeping)].map((kept) => {
      const [y, dx] = [engine.arena.matrix(rows, inputs), engine.arena.matrix(read.values.rows, inputs)];
      for (const { gradient } of block.parameters) gradient.data.fill(0);
      block.forward(y, read, workspace, kept);
      const elsewhere = { ...size, values: matrix(engine, read.values.rows, floats(read.values.size)) };
      block.forward(engine.arena.matrix(rows, inputs), elsewhere, workspace); // what is not kept is overwritten
      block.backward({ x: read, dy: matrix(engine, rows, dy), dx }, workspace, kept);
      return [y, dx, ...block.parameters.map(({ gradient }) => gradient)].map(({ data }) => data.slice());
    });
    for (const [i, values] of found[0]!.entries()) expectNear(found[1]![i]!, values, 1e-6);
  });

  test('pictures in groups give what each gives alone', () => {
    const random = new Random(1);
    const floats = (count: number) => Array.from({ length: count }, () => 2 * random.uniform() - 1);
    const size = { height: 37, width: 33 };
    const pixels = size.height * size.width;
    const convolution = { name: 'l', kernel: 3, stride: 1, inputs: 60, outputs: 4, relu6: false };
    const block = { name: 'b', kernel: 3, stride: 1, inputs: 16, expansion: 7, outputs: 16 };
    for (const layer of [new Convolution(engine, convolution), new InvertedResidual(engine, block)]) {
      for (const parameter of layer.parameters) parameter.edit((data) => data.set(floats(data.length)));
      const [x, dy] = [floats(N * pixels * layer.shape.inputs), floats(N * pixels * layer.shape.outputs)];
      const together = backward(engine, layer, size, { x, dy });
      const alone = Array.from({ length: N }, (_, n) => {
        const ofPicture = (values: number[]) => values.slice((n * values.length) / N, ((n + 1) * values.length) / N);
        return backward(engine, layer, size, { x: ofPicture(x), dy: ofPicture(dy), count: 1 });
      });
      for (const [name, found] of Object.entries(together)) {
        const each = alone.map((gradients) => gradients[name]!);
        const expected = name === 'x' ? each.flat() : each[0]!.map((g, i) => g + each[1]![i]!);
        expectNear(found, expected, 1e-5);
      }
    }
  });

  test('a layer with ReLU6 refuses to be without its result', () => {
    const layer = new DepthwiseConvolution(engine, { name: 'l', kernel: 3, stride: 1, channels: 4, relu6: true });
    expect(() =>
      backward(engine, layer, { height: 1, width: 1 }, { x: [0, 0, 0, 0], dy: [1, 1, 1, 1], count: 1 }),
    ).toThrow(RangeError);
  });

  test('globalMean', () => {
    const dx = engine.arena.matrix(2 * 6, 5);
    const dy = matrix(
      engine,
      2,
      Array.from({ length: 10 }, (_, i) => i + 1),
    );
    dx.data.fill(Number.NaN);
    globalMeanBackward(engine, { height: 2, width: 3, values: dx }, dy);
    expectNear(
      dx.data,
      Array.from({ length: 60 }, (_, i) => dy.data[Math.floor(i / 30) * 5 + (i % 5)]! / 6),
      1e-6,
    );
  });
});
