import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { type Cell, gru, lstm, rnn } from '../../src/nn/cell.ts';
import { fillForMemory, fillUniform } from '../../src/nn/initialisation.ts';
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

describe('fillForMemory', () => {
  const H = 50;
  const biasOf = (cell: Cell) => new Parameter(wasm.arena, 'bias', 1, cell.gates * H);

  test('an LSTM forgets at rates of 1 in 2 to 1 in `steps`, spread evenly in time, and takes in as much as it forgets', () => {
    const bias = biasOf(lstm);
    fillForMemory(bias, lstm, 100, new Random(4));
    const [takes, keeps, ...others] = Array.from({ length: 4 }, (_, gate) => [
      ...bias.value.data.subarray(gate * H, (gate + 1) * H),
    ]);
    const times = keeps?.map((b) => 1 + Math.exp(b)) ?? [];
    expect(Math.min(...times)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...times)).toBeLessThanOrEqual(100.01);
    expect(Math.abs(times.reduce((sum, time) => sum + time) / H - 51)).toBeLessThan(12);
    expect(takes).toEqual(keeps?.map((b) => -b));
    expect(others.flat().every((b) => b === 0)).toBe(true);
    expect(bias.version).toBe(1);
  });

  test('a GRU, whose one gate does both, keeps; a cell without gates is left as it is', () => {
    const [gated, plain] = [biasOf(gru), biasOf(rnn)];
    fillForMemory(gated, gru, 100, new Random(4));
    fillForMemory(plain, rnn, 100, new Random(4));
    expect(gated.value.data.findLastIndex((b) => b !== 0)).toBeLessThan(2 * H);
    expect(gated.value.data.findIndex((b) => b !== 0)).toBe(H);
    expect(plain.value.data.every((b) => b === 0)).toBe(true);
  });
});
