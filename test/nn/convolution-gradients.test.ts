/** The contract of the backward pass of each layer of a convolutional network, on each driver: numerical gradients. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { type Engine, openEngine } from '../../src/compute/engine.ts';
import { Workspace } from '../../src/compute/workspace.ts';
import { Convolution } from '../../src/nn/convolution.ts';
import { DepthwiseConvolution } from '../../src/nn/depthwise-convolution.ts';
import type { MapGradients, MapSize } from '../../src/nn/feature-maps.ts';
import { globalMeanBackward } from '../../src/nn/global-mean.ts';
import { InvertedResidual } from '../../src/nn/inverted-residual.ts';
import type { Parameter } from '../../src/nn/parameter.ts';
import { convolve, convolveDepthwise, relu6, samePlacement, windowsOf } from './convolution-reference.ts';
import { byDriver } from './engines.ts';
import { numericalGradients, oncePerCase, type Weights } from './reference.ts';

const N = 2;
/** Of which all gradients are compared: one pixel, fewer than a window has, unequal sides. */
const SMALL: MapSize[] = [
  { height: 1, width: 1 },
  { height: 3, width: 2 },
  { height: 5, width: 8 },
];
/** Large enough for all threads and for several groups of pictures; compared in some directions. */
const LARGE: MapSize = { height: 37, width: 33 };
const DIRECTIONS = 3;

interface Layer {
  readonly parameters: readonly Parameter[];
  sizeOf(maps: MapSize): MapSize;
  backward(gradients: MapGradients, workspace: Workspace): void;
}

/** What a layer gives for `x` and its parameters, each one row by its name, as it is defined. */
type Definition = (values: Weights, size: MapSize) => number[];

const once = oncePerCase();

/** Products that round their factors, where this machine has them. */
const bf16 = await openEngine('auto', 'bf16').catch(() => undefined);
const withBf16: (readonly [string, Engine, number])[] = byDriver.map(([name, engine]) => [name, engine, 1e-5] as const);
if (bf16) withBf16.push([bf16.product.driver.name, bf16, 0.02]);

const applyConvolution =
  ({ shape: { kernel, stride, inputs, relu6: isActivated, name } }: Convolution): Definition =>
  (values, size) => {
    const maps = { ...size, channels: inputs, values: values['x']![0]! };
    const windows = windowsOf(maps, samePlacement(size, kernel, stride));
    const y = convolve(windows, values[`${name}.filter`]![0]!, values[`${name}.bias`]![0]!);
    return isActivated ? y.map(relu6) : y;
  };

const applyDepthwise =
  ({ shape: { kernel, stride, channels, relu6: isActivated, name } }: DepthwiseConvolution): Definition =>
  (values, size) => {
    const windows = windowsOf({ ...size, channels, values: values['x']![0]! }, samePlacement(size, kernel, stride));
    const y = convolveDepthwise(windows, values[`${name}.filter`]![0]!, values[`${name}.bias`]![0]!);
    return isActivated ? y.map(relu6) : y;
  };

const applyBlock =
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

function setting(engine: Engine, tolerance: number) {
  const { arena } = engine;
  const workspace = new Workspace(arena);

  /** Compares the gradients of Σ y · dy, for random x, parameters and dy, with those of the definition. */
  function expectGradients(layer: Layer, channels: number, apply: Definition, size: MapSize, title: string) {
    const random = new Random(size.width);
    const floats = (count: number, scale: number) =>
      Array.from({ length: count }, () => Math.fround(scale * (2 * random.uniform() - 1)));
    const values: Weights = { x: [floats(N * size.height * size.width * channels, 2)] };
    for (const parameter of layer.parameters) {
      const row = floats(parameter.value.size, 4 / Math.sqrt(parameter.value.rows));
      values[parameter.name] = [row];
      parameter.edit((data) => data.set(row));
      parameter.gradient.data.fill(0.5);
    }
    const result = apply(values, size);
    const ofResult = floats(result.length, 1);
    const loss = (at: Weights) => apply(at, size).reduce((sum, y, i) => sum + y * ofResult[i]!, 0);

    const matrix = (rows: number, data: number[]) => {
      const made = arena.matrix(rows, data.length / rows);
      made.data.set(data);
      return made;
    };
    const written = layer.sizeOf(size);
    const rows = N * written.height * written.width;
    const x = { ...size, values: matrix(N * size.height * size.width, values['x']![0]!) };
    const dx = arena.matrix(x.values.rows, channels);
    dx.data.fill(Number.NaN);
    const y = matrix(rows, result);
    layer.backward({ x, y, dy: matrix(rows, ofResult), dx }, workspace);
    const gradients = layer.parameters.map(({ name, gradient }) => [name, gradient.data.map((g) => g - 0.5)] as const);
    const found = new Map<string, Float32Array>([['x', dx.data], ...gradients]);

    // Gradients are added to what is there, and the same where that of x is not wanted.
    layer.backward({ x, y, dy: matrix(rows, ofResult) }, workspace);
    for (const { name, gradient } of layer.parameters) {
      expectNear(
        gradient.data.map((g) => g - 0.5),
        Array.from(found.get(name)!, (g) => 2 * g),
        1e-4,
      );
    }
    if (size === LARGE) expectDirections(values, found, loss, floats);
    else {
      const expected = once(`${title} ${size.height}`, () => numericalGradients(values, loss));
      for (const [name, [row]] of Object.entries(expected)) expectNear(found.get(name)!, row!, tolerance);
    }
  }

  /** The gradients give the slope of the loss in random directions of all that it depends on. */
  function expectDirections(
    values: Weights,
    found: ReadonlyMap<string, Float32Array>,
    loss: (values: Weights) => number,
    floats: (count: number, scale: number) => number[],
  ) {
    for (let n = 0; n < DIRECTIONS; n++) {
      for (const [name, [row]] of Object.entries(values)) {
        const direction = floats(row!.length, 1);
        const moved = (by: number) => ({ ...values, [name]: [row!.map((value, i) => value + by * direction[i]!)] });
        const h = 1e-7;
        const slope = (loss(moved(h)) - loss(moved(-h))) / (2 * h);
        const gradient = found.get(name)!;
        const expected = direction.reduce((sum, d, i) => sum + d * gradient[i]!, 0);
        const scale = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
        expect(Math.abs(slope - expected) / scale, name).toBeLessThan(2 * tolerance);
      }
    }
  }

  function expectNear(found: Float32Array, expected: readonly number[], tolerance: number) {
    expect(found).toHaveLength(expected.length);
    const error = found.reduce((most, x, i) => Math.max(most, Math.abs(x - expected[i]!)), 0);
    const scale = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
    expect(error / scale).toBeLessThan(tolerance);
  }

  return { arena, workspace, expectGradients, expectNear };
}

describe.each(withBf16)('on %s', (_, engine, tolerance) => {
  const { expectGradients } = setting(engine, tolerance);

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
      for (const size of [...SMALL, LARGE]) expectGradients(layer, inputs, applyConvolution(layer), size, title);
    }
  });
});

describe.each(byDriver)('on %s', (_, engine) => {
  const { arena, workspace, expectGradients, expectNear } = setting(engine, 1e-5);

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
      for (const size of [...SMALL, LARGE]) expectGradients(layer, channels, applyDepthwise(layer), size, title);
    }
  });

  test.each([
    ['with a residual', 1, 4, 5, 5],
    ['with another stride', 2, 4, 5, 5],
    ['to other channels', 1, 3, 5, 4],
    ['without an expansion', 1, 1, 8, 8],
  ])('InvertedResidual %s', (title, stride, expansion, inputs, outputs) => {
    const block = new InvertedResidual(engine, { name: 'b', kernel: 3, stride, inputs, expansion, outputs });
    for (const size of [...SMALL, LARGE]) expectGradients(block, inputs, applyBlock(block), size, title);
  });

  test('a layer with ReLU6 refuses to be without its result', () => {
    const layer = new DepthwiseConvolution(engine, { name: 'l', kernel: 3, stride: 1, channels: 4, relu6: true });
    const x = { height: 1, width: 1, values: arena.matrix(1, 4) };
    expect(() => layer.backward({ x, dy: arena.matrix(1, 4) }, workspace)).toThrow(RangeError);
  });

  test('globalMean', () => {
    const [dx, dy] = [arena.matrix(2 * 6, 5), arena.matrix(2, 5)];
    dx.data.fill(Number.NaN);
    dy.data.set(Array.from({ length: 10 }, (_, i) => i + 1));
    globalMeanBackward(engine, { height: 2, width: 3, values: dx }, dy);
    const expected = Array.from({ length: 60 }, (_, i) => dy.data[Math.floor(i / 30) * 5 + (i % 5)]! / 6);
    expectNear(dx.data, expected, 1e-6);
  });
});
