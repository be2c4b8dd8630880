import { expect, test } from 'vitest';
import { Parameter } from '../../src/nn/parameter.ts';
import { AveragedWeights } from '../../src/training/averaged-weights.ts';
import { wasm } from '../nn/engines.ts';

test('the average follows the weights, faster in the beginning, and can be had in their place', () => {
  const parameter = new Parameter(wasm.arena, 'w', 1, 2);
  const set = (...values: number[]) => parameter.edit((x) => x.set(values));
  set(1, -1);
  const average = new AveragedWeights(wasm, [parameter], 0.5);

  let expected = 1;
  for (const [n, x] of [3, 5, 7, 9, 11, 13, 15, 17, 19, 21].entries()) {
    set(x, -x);
    average.update(n + 1);
    const decay = Math.min(0.5, (2 + n) / (11 + n));
    expected = decay * expected + (1 - decay) * x;
  }
  average.exchange();
  expect(parameter.value.data[0]).toBeCloseTo(expected, 5);
  expect(parameter.value.data[1]).toBeCloseTo(-expected, 5);
  average.exchange();
  expect(Array.from(parameter.value.data)).toEqual([21, -21]);
});

test('a model sees when its weights were exchanged', () => {
  const parameter = new Parameter(wasm.arena, 'w', 1, 1);
  const { version } = parameter;
  new AveragedWeights(wasm, [parameter], 0.9).exchange();
  expect(parameter.version).toBeGreaterThan(version);
});
