import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { fillUniform } from '../../src/nn/initialisation.ts';
import { Parameter } from '../../src/nn/parameter.ts';
import { wasm } from './engines.ts';

test('fillUniform fills the range evenly, equally for equal random states, and tells of the change', () => {
  const [one, two] = [new Parameter(wasm.arena, 'one', 100, 100), new Parameter(wasm.arena, 'two', 100, 100)];
  fillUniform(one, 0.5, new Random(9));
  fillUniform(two, 0.5, new Random(9));
  expect(one.version).toBe(1);
  expect(one.value.data).toEqual(two.value.data);
  expect(Math.max(...one.value.data.map(Math.abs))).toBeLessThanOrEqual(0.5);
  expect(moment(one, 1)).toBeCloseTo(0, 1);
  expect(moment(one, 2)).toBeCloseTo(0.25 / 3, 2);
});

function moment({ value }: Parameter, power: number): number {
  return value.data.reduce((sum, x) => sum + x ** power, 0) / value.size;
}
