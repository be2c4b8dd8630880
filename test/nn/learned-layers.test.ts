import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { Convolution } from '../../src/nn/convolution.ts';
import type { FeatureMaps, MapSize } from '../../src/nn/feature-maps.ts';
import { InvertedResidual } from '../../src/nn/inverted-residual.ts';
import { LearnedLayers } from '../../src/nn/learned-layers.ts';
import type { LearnedStages } from '../../src/vision/network.ts';
import { EfficientNet } from '../../src/vision/networks/efficientnet-engine.ts';
import { allConvolutions, planEfficientNet, tensorsOf } from '../../src/vision/networks/efficientnet-lite.ts';
import { distance } from '../vision/cnn-contract.ts';
import { applyBlock, applyConvolution } from './convolution-reference.ts';
import { byDriver, wasm } from './engines.ts';
import { gradientsOf, numericalGradients, type Weights } from './reference.ts';

const random = new Random(1);
const floats = (count: number, scale = 1) =>
  Array.from({ length: count }, () => Math.fround(scale * (2 * random.uniform() - 1)));

/** The gradients of a network of one layer of each kind: x and the weights are the same on every driver. */
const SIZE: MapSize = { height: 9, width: 6 };
const [INPUTS, FEATURES] = [2, 4];
const layersOn = (engine: typeof wasm) => ({
  stem: new Convolution(engine, { name: 'stem', kernel: 3, stride: 2, inputs: INPUTS, outputs: 3, relu6: true }),
  residual: new InvertedResidual(engine, { name: '0', kernel: 3, stride: 1, inputs: 3, expansion: 2, outputs: 3 }),
  narrower: new InvertedResidual(engine, { name: '1', kernel: 5, stride: 2, inputs: 3, expansion: 2, outputs: 5 }),
  head: new Convolution(engine, { name: 'head', kernel: 1, stride: 1, inputs: 5, outputs: FEATURES, relu6: true }),
});

const COUNTS = [2, 3, 1];
const layers = layersOn(wasm);
const weights: Weights = Object.fromEntries(
  Object.values(layers).flatMap(({ parameters }) =>
    parameters.map(({ name, value }) => [name, [floats(value.size, 3 / Math.sqrt(value.rows))]]),
  ),
);
const batches = COUNTS.map((N) => ({
  N,
  x: floats(N * SIZE.height * SIZE.width * INPUTS, 2),
  dFeatures: floats(N * FEATURES),
}));

function featuresOf(values: Weights, x: number[], N: number): number[] {
  const { stem, residual, narrower, head } = layers;
  const half = stem.sizeOf(SIZE);
  const quarter = narrower.sizeOf(half);
  let maps = applyConvolution(stem)({ ...values, x: [x] }, SIZE);
  maps = applyBlock(residual)({ ...values, x: [maps] }, half);
  maps = applyBlock(narrower)({ ...values, x: [maps] }, half);
  maps = applyConvolution(head)({ ...values, x: [maps] }, quarter);
  const pixels = quarter.height * quarter.width;
  return Array.from({ length: N * FEATURES }, (_, i) => {
    const first = Math.floor(i / FEATURES) * pixels;
    const ofFeature = Array.from({ length: pixels }, (_, p) => maps[(first + p) * FEATURES + (i % FEATURES)]!);
    return ofFeature.reduce((sum, value) => sum + value / pixels, 0);
  });
}

const expected = batches.map(({ N, x, dFeatures }) => ({
  features: featuresOf(weights, x, N),
  gradients: numericalGradients(weights, (values) =>
    featuresOf(values, x, N).reduce((sum, feature, i) => sum + feature * dFeatures[i]!, 0),
  ),
}));

test.each(byDriver)('features and their gradients on %s, of one batch after the other', (_, engine) => {
  const learned = new LearnedLayers(engine, Object.values(layersOn(engine)));
  for (const parameter of learned.parameters) parameter.edit((values) => values.set(weights[parameter.name]![0]!));
  const { arena } = engine;
  for (const [i, { N, x, dFeatures }] of batches.entries()) {
    const maps = arena.matrix(N * SIZE.height * SIZE.width, INPUTS);
    maps.data.set(x);
    const features = learned.forward({ ...SIZE, values: maps });
    expect(distance(features.data, expected[i]!.features)).toBeLessThan(1e-6);
    for (const { gradient } of learned.parameters) gradient.data.fill(0);
    const gradient = arena.matrix(N, FEATURES);
    gradient.data.set(dFeatures);
    learned.backward(gradient);
    const found = gradientsOf(learned);
    for (const [name, [row]] of Object.entries(expected[i]!.gradients)) {
      expect(distance(found[name]!.flat(), row!), name).toBeLessThan(2e-5);
    }
  }
});

describe('an EfficientNet in parts', () => {
  const plan = planEfficientNet('efficientnet-lite0');
  const tensors = new Map(
    allConvolutions(plan)
      .flatMap(tensorsOf)
      .map(([name, shape]) => {
        const size = shape.reduce((product, extent) => product * extent);
        const isBias = name.endsWith('bias');
        const scale = isBias ? 0.5 : Math.sqrt(6 / (size / shape.at(-1)!));
        return [name, { shape, data: Float32Array.from(floats(size, scale)) }];
      }),
  );
  const network = new EfficientNet(wasm, { plan, tensors, path: 'random' }, { mean: 127, scale: 128, size: 33 });
  const pictures = Array.from({ length: 2 }, () => Uint8Array.from({ length: 33 * 33 * 3 }, () => random.integer(256)));
  const features = pictures.flatMap((picture) => Array.from(network.features([picture]).data));

  test.each([
    [1, 6 + 2],
    [3, 8 * 6 + 2],
    [7, 15 * 6 + 4 + 2],
    ['all', 2 + 15 * 6 + 4 + 2],
  ] as [LearnedStages, number][])('of which %s stages are learned', (stages, parameters) => {
    const { frozen, learned } = network.part(stages);
    expect(learned.parameters).toHaveLength(parameters);
    const each = pictures.map((picture) => {
      const { values, ...size } = frozen(picture);
      return { ...size, data: values.data.slice(), channels: values.cols };
    });
    const { height, width, channels } = each[0]!;
    const values = wasm.arena.matrix(pictures.length * height * width, channels);
    values.data.set(each.flatMap(({ data }) => Array.from(data)));
    const x: FeatureMaps = { height, width, values };
    expect(distance(learned.forward(x).data, features)).toBeLessThan(1e-5);

    // A step along the gradient changes what it is the gradient of as fast as that is long.
    const dFeatures = wasm.arena.matrix(pictures.length, 1280);
    dFeatures.data.set(floats(dFeatures.size));
    const sum = () => learned.forward(x).data.reduce((total, feature, i) => total + feature * dFeatures.data[i]!, 0);
    const before = sum();
    for (const { gradient } of learned.parameters) gradient.data.fill(0);
    learned.backward(dFeatures);
    const squares = learned.parameters.flatMap(({ gradient }) => Array.from(gradient.data, (g) => g * g));
    const square = squares.reduce((total, g) => total + g, 0);
    const rate = (0.001 * Math.abs(before)) / square;
    const step = (by: number) => {
      for (const parameter of learned.parameters) {
        const { data: gradient } = parameter.gradient;
        parameter.edit((data) => data.set(data.map((value, i) => value + by * gradient[i]!)));
      }
    };
    step(rate);
    const after = sum();
    step(-2 * rate);
    const back = sum();
    step(rate);
    expect((after - back) / (2 * rate * square)).toBeCloseTo(1, 1);
  });

  test.each([0, 8, -1])('has no %d last stages', (stages) => {
    expect(() => network.part(stages)).toThrow(
      `the CNN efficientnet-lite0 has no ${stages} stages that could learn: expected 1 to 7, or all`,
    );
  });
});
