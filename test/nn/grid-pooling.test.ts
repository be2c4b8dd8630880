import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { GridPooling } from '../../src/nn/grid-pooling.ts';
import { pooledMap } from '../../src/vision/grid-maps.ts';
import { byDriver } from './engines.ts';

const random = new Random(1);
const floats = (count: number) => Float32Array.from({ length: count }, () => random.uniform() - 0.5);

test.each(byDriver)('cells as maps are pooled for captioners, and their gradients: on %s', (_, engine) => {
  const [N, height, width, C] = [2, 5, 4, 3];
  const x = { height, width, values: engine.arena.matrix(N * height * width, C) };
  for (const grid of [3, 1, 4]) {
    x.values.data.set(floats(x.values.size));
    const pooling = new GridPooling(engine, grid);
    const cells = pooling.forward(x);
    for (let n = 0; n < N; n++) {
      const expected = pooledMap({ height, width, values: x.values.data }, n, grid, C);
      const found = cells.rowRange(n * grid ** 2, (n + 1) * grid ** 2).data;
      for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i]!, 6);
    }
    // The pooling is linear: what cells weigh together is what pixels weigh by their gradient.
    const dCells = engine.arena.matrix(N * grid ** 2, C);
    dCells.data.set(floats(dCells.size));
    const dx = { height, width, values: engine.arena.matrix(N * height * width, C) };
    dx.values.data.fill(Number.NaN); // it is set, not added to
    pooling.backward(dx, dCells);
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    for (let c = 0; c < C; c++) {
      const channel = ({ data }: { data: Float32Array }) => data.filter((_, i) => i % C === c);
      expect(dot(channel(dx.values), channel(x.values))).toBeCloseTo(dot(channel(dCells), channel(cells)), 5);
    }
  }
});
