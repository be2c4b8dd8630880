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
});
