import { describe, expect, it } from 'vitest';
import { rateFactor } from '../../src/training/schedule.ts';

describe('rateFactor', () => {
  it('is 1 throughout when constant', () => {
    expect(rateFactor({ name: 'constant' }, 999, 1000, 9)).toBe(1);
  });

  it('rises linearly over the warm-up, then falls along half a cosine to 0', () => {
    const at = (iteration: number) => rateFactor({ name: 'cosine', warmup: 10 }, iteration, 110, 0);
    expect([0, 4, 9].map(at)).toEqual([0.1, 0.5, 1]);
    expect(at(10)).toBe(1);
    expect(at(60)).toBeCloseTo(0.5);
    expect(at(109)).toBeGreaterThan(0);
    expect(at(109)).toBeLessThan(0.001);
    expect(at(110)).toBeCloseTo(0);
  });

  it('reaches its height in a short training too: the warm-up is a tenth of it at most', () => {
    const factors = Array.from({ length: 50 }, (_, i) => rateFactor({ name: 'cosine', warmup: 100 }, i, 50, 0));
    expect(factors.indexOf(Math.max(...factors))).toBe(4);
    expect(Math.max(...factors)).toBe(1);
    for (const total of [1, 2, 9]) expect(rateFactor({ name: 'cosine', warmup: 100 }, 0, total, 0)).toBe(1);
  });

  it('decays after each epoch from one on', () => {
    const at = (epoch: number) => rateFactor({ name: 'decay', factor: 0.5, after: 10 }, 0, 1, epoch);
    expect([0, 9, 10, 11, 13].map(at)).toEqual([1, 1, 0.5, 0.25, 0.0625]);
  });
});
