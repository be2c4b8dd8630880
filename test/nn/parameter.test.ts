import { describe, expect, test } from 'vitest';
import { Parameter, WeightFactor } from '../../src/nn/parameter.ts';
import { byDriver, wasm } from './engines.ts';

describe('Parameter', () => {
  test('counts its changes, also one that fails halfway', () => {
    const parameter = new Parameter(wasm.arena, 'w', 2, 3);
    const versions = [parameter.version];
    parameter.edit((values) => values.set([1, 2, 3, 4, 5, 6]));
    versions.push(parameter.version);
    expect(() =>
      parameter.edit((values) => {
        values[5] = 7;
        throw new Error('halfway');
      }),
    ).toThrow('halfway');
    versions.push(parameter.version);
    expect(new Set(versions).size).toBe(3);
    expect(Array.from(parameter.value.data)).toEqual([1, 2, 3, 4, 5, 7]);
  });
});

describe.each(byDriver)('WeightFactor on %s', (_, engine) => {
  test('multiplies by the weights as they are now', () => {
    const weights = new Parameter(engine.arena, 'w', 2, 3);
    const [plain, transposed] = [
      new WeightFactor(engine, weights),
      new WeightFactor(engine, weights, { transposed: true }),
    ];
    const a = engine.arena.matrix(1, 2);
    a.data.set([1, 10]);
    const wide = engine.arena.matrix(1, 3);
    wide.data.set([1, 1, 1]);

    const change = (to: number[]) => weights.edit((values) => values.set(to));
    const products = () => {
      const [c, d] = [engine.arena.matrix(1, 3), engine.arena.matrix(1, 2)];
      c.data.fill(Number.NaN);
      d.data.fill(100);
      plain.multiply(c, a, 0);
      transposed.multiply(d, wide, 1);
      return [Array.from(c.data), Array.from(d.data)];
    };
    change([1, 2, 3, 4, 5, 6]);
    expect(products()).toEqual([
      [41, 52, 63],
      [106, 115],
    ]);
    change([0, 0, 1, 0, 1, 0]);
    expect(products()).toEqual([
      [0, 10, 1],
      [101, 101],
    ]);
  });

  test.each([8, 3])('multiplies by weights packed in place, %i columns, as before', (columns) => {
    const weights = new Parameter(engine.arena, 'w', 5, columns);
    weights.edit((values) => values.set(Array.from(values, (_, i) => i - 7)));
    const after = engine.arena.matrix(1, 16);
    after.data.fill(7);
    const factor = new WeightFactor(engine, weights);
    const a = engine.arena.matrix(6, 5);
    a.data.set(Array.from(a.data, (_, i) => (i % 4) - 1));
    const product = () => {
      const c = engine.arena.matrix(6, columns);
      factor.multiply(c, a, 0);
      return Array.from(c.data);
    };
    const before = product();
    factor.packInPlace();
    expect(product()).toEqual(before);
    expect(Array.from(after.data)).toEqual(Array(16).fill(7));
    if (engine.product.driver.packsAlways && columns === 8) {
      expect(() => weights.value).toThrow('the weights w were packed');
      expect(() => weights.edit(() => {})).toThrow('the weights w were packed');
    } else expect(weights.value.data[1]).toBe(-6);
  });
});
