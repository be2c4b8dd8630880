import { describe, expect, test } from 'vitest';
import { applyDropout } from '../../src/nn/dropout.ts';
import { packedSequences } from '../../src/nn/packing.ts';
import { wasm } from './engines.ts';

const COUNT = 100_003;

/** What becomes of ones: 0 where a value is dropped, the factor elsewhere. */
function mask(rate: number, seed: number, site = 0, count = COUNT): Float32Array {
  return wasm.arena.scratch(() => {
    const ones = wasm.arena.matrix(1, count);
    ones.data.fill(1);
    applyDropout(wasm.kernels, { rate, seed }, site, ones);
    return ones.data.slice();
  });
}

/** Share of the positions where both masks keep the value. */
function bothKept(a: Float32Array, b: Float32Array): number {
  return a.reduce((count, x, i) => count + Number(x > 0 && b[i]! > 0), 0) / a.length;
}

/** Four standard deviations of the share of COUNT coin tosses. */
const CHANCE = 4 * Math.sqrt(0.25 / COUNT);

describe('applyDropout', () => {
  test.each([0.1, 0.25, 0.5, 0.9])('drops values at rate %d and scales up the others', (rate) => {
    const values = mask(rate, 1);
    const dropped = values.filter((x) => x === 0).length / COUNT;
    expect(Math.abs(dropped - rate)).toBeLessThan(CHANCE);
    const factor = Math.fround(1 / (1 - rate));
    expect(values.every((x) => x === 0 || x === factor)).toBe(true);
  });

  test('at rate 0 changes nothing', () => {
    expect(mask(0, 1).every((x) => x === 1)).toBe(true);
  });

  test('is a function of seed and site', () => {
    expect(mask(0.5, 1, 2)).toEqual(mask(0.5, 1, 2));
    expect(mask(0.5, 1, 2, 10)).toEqual(mask(0.5, 1, 2).subarray(0, 10));
  });

  test('masks of other seeds and sites, and of neighbours in a row, have nothing to do with each other', () => {
    const one = mask(0.5, 1, 0);
    for (const other of [mask(0.5, 2, 0), mask(0.5, 1, 1), mask(0.5, 1, -1), mask(0.5, 1, -2), mask(0.5, 2, 1)]) {
      expect(Math.abs(bothKept(one, other) - 0.25)).toBeLessThan(CHANCE);
    }
    for (const distance of [1, 2, 4, 64, 512]) {
      expect(Math.abs(bothKept(one.subarray(0, -distance), one.subarray(distance)) - 0.25)).toBeLessThan(CHANCE);
    }
  });

  test.each([0, -1, 2 ** 31, 2 ** 32 - 1])('the seed may be any integer: %d', (seed) => {
    const dropped = mask(0.5, seed).filter((x) => x === 0).length / COUNT;
    expect(Math.abs(dropped - 0.5)).toBeLessThan(CHANCE);
  });

  test('writes to a target of its own and leaves the source', () => {
    const source = wasm.arena.matrix(3, 5);
    source.data.forEach((_, i) => {
      source.data[i] = i + 1;
    });
    const target = wasm.arena.matrix(3, 5);
    applyDropout(wasm.kernels, { rate: 0.5, seed: 4 }, 0, target, { source });
    const kept = mask(0.5, 4, 0, 15);
    expect(Array.from(target.data)).toEqual(Array.from(kept, (factor, i) => factor * (i + 1)));
    expect(source.data[14]).toBe(15);
  });

  test('drops the same values of a sequence at all steps, where it is locked', () => {
    const packing = packedSequences([3, 2, 1]);
    const [locked, source] = [wasm.arena.matrix(6, 40), wasm.arena.matrix(6, 40)];
    source.data.fill(1);
    applyDropout(wasm.kernels, { rate: 0.5, seed: 4, locked: true }, 0, locked, { source, packing });
    const row = (r: number) => Array.from(locked.data.subarray(r * 40, (r + 1) * 40));
    expect([row(3), row(4), row(5)]).toEqual([row(0), row(1), row(0)]);
    expect(row(0)).not.toEqual(row(1));
    expect(Array.from(locked.data.subarray(0, 120))).toEqual(Array.from(mask(0.5, 4, 0, 120)));
  });
});
