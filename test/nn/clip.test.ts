import { describe, expect, test } from 'vitest';
import { clipGradients } from '../../src/nn/clip.ts';
import { Parameter } from '../../src/nn/parameter.ts';
import { wasm } from './engines.ts';

describe('clipGradients', () => {
  test('by value: each into the limits, whatever the others are', () => {
    const parameters = withGradients([0.5, -7, 2], [3, -0.1]);
    expect(clipGradients(wasm, parameters, { by: 'value', limit: 1 })).toBeCloseTo(Math.hypot(0.5, 7, 2, 3, 0.1));
    expect(gradients(parameters)).toEqual([
      [0.5, -1, 1],
      [1, Math.fround(-0.1)],
    ]);
  });

  test('by norm: all together become a vector of that norm and the same direction', () => {
    const parameters = withGradients([3, 0, -4], [12]);
    expect(clipGradients(wasm, parameters, { by: 'norm', limit: 1.3 })).toBeCloseTo(13);
    const [first, second] = gradients(parameters);
    for (const [i, g] of [0.3, 0, -0.4].entries()) expect(first![i]).toBeCloseTo(g, 6);
    expect(second![0]).toBeCloseTo(1.2, 6);
  });

  test.each(['value', 'norm'] as const)('leaves gradients within the limit as they are: by %s', (by) => {
    const parameters = withGradients([3, 0, -4], [12]);
    expect(clipGradients(wasm, parameters, { by, limit: 14 })).toBeCloseTo(13);
    expect(gradients(parameters)).toEqual([[3, 0, -4], [12]]);
  });

  test('without clipping only tells the norm', () => {
    const parameters = withGradients([3, 0, -4], [12]);
    expect(clipGradients(wasm, parameters, undefined)).toBeCloseTo(13);
    expect(gradients(parameters)).toEqual([[3, 0, -4], [12]]);
  });

  test.each([Number.NaN, Infinity])('a gradient of %s shows in the norm and is not made to look healthy', (bad) => {
    for (const by of ['value', 'norm'] as const) {
      const parameters = withGradients([1, bad], [2]);
      expect(Number.isFinite(clipGradients(wasm, parameters, { by, limit: 1 }))).toBe(false);
      if (Number.isNaN(bad)) expect(gradients(parameters)[0]![1]).toBeNaN();
    }
  });

  test('the norm of gradients so large that their squares leave float32', () => {
    expect(clipGradients(wasm, withGradients([3e30], [4e30]), { by: 'norm', limit: 1 }) / 5e30).toBeCloseTo(1, 6);
  });
});

/** One parameter for each list, one value a row. */
function withGradients(...lists: number[][]): Parameter[] {
  return lists.map((values, i) => {
    const parameter = new Parameter(wasm.arena, `p${i}`, values.length, 1);
    parameter.gradient.data.set(values);
    return parameter;
  });
}

function gradients(parameters: Parameter[]): number[][] {
  return parameters.map(({ gradient }) => Array.from(gradient.data));
}
