/**
 * A stem, inverted residual blocks and a head, forwards and backwards, beside PyTorch, on each driver: the fixture is made
 * by `scripts/reference/convolutional.py`.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Engine } from '../../src/compute/engine.ts';
import { Convolution } from '../../src/nn/convolution.ts';
import { InvertedResidual } from '../../src/nn/inverted-residual.ts';
import { LearnedLayers } from '../../src/nn/learned-layers.ts';
import { byDriver } from './engines.ts';

type Rows = number[][];
type Shape = Record<'kernel' | 'stride' | 'inputs' | 'outputs', number>;
interface Fixture {
  sizes: Record<'height' | 'width', number>;
  stem: Shape;
  blocks: (Shape & { expansion: number })[];
  head: Shape;
  pictures: Rows;
  weights: Record<string, Rows>;
  features: Rows;
  dFeatures: Rows;
  gradients: Record<string, Rows>;
}
const fixture: Fixture = JSON.parse(readFileSync('test/nn/fixtures/pytorch-convolutional.json', 'utf8'));

test.each(byDriver)('features and gradients equal those of PyTorch on %s', (_, engine) => {
  const { sizes, weights, gradients } = fixture;
  const { height, width } = sizes;
  const layers = new LearnedLayers(engine, [
    new Convolution(engine, { ...fixture.stem, name: 'stem', relu6: true }),
    ...fixture.blocks.map((shape, i) => new InvertedResidual(engine, { ...shape, name: `blocks.${i}` })),
    new Convolution(engine, { ...fixture.head, name: 'head', relu6: true }),
  ]);
  expect(layers.parameters.map(({ name }) => name).sort()).toEqual(Object.keys(weights).sort());
  for (const parameter of layers.parameters) {
    parameter.edit((values) => values.set(weights[parameter.name]!.flat()));
    parameter.gradient.data.fill(0);
  }

  const features = layers.forward({ height, width, values: matrixOf(engine, fixture.pictures) });
  expectNear(features.data, fixture.features);
  layers.backward(matrixOf(engine, fixture.dFeatures));
  for (const { name, gradient } of layers.parameters) expectNear(gradient.data, gradients[name]!, name);
});

function matrixOf({ arena }: Engine, rows: Rows) {
  const matrix = arena.matrix(rows.length, rows[0]!.length);
  matrix.data.set(rows.flat());
  return matrix;
}

function expectNear(found: Float32Array, rows: Rows, what = 'features') {
  const expected = rows.flat();
  expect(found).toHaveLength(expected.length);
  const scale = Math.max(...expected.map(Math.abs));
  const error = Math.max(...expected.map((value, i) => Math.abs(value - found[i]!)));
  expect(scale, what).toBeGreaterThan(0);
  expect(error / scale, what).toBeLessThan(1e-5);
}
