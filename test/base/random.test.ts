import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';

describe('Random', () => {
  test('gives the sequence that is published for xoshiro128**', () => {
    const random = new Random(0);
    random.state = [1, 2, 3, 4];
    expect(Array.from({ length: 6 }, () => random.bits())).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492,
    ]);
  });

  test('equal seeds give equal sequences, others do not', () => {
    const draw = (seed: number) => {
      const random = new Random(seed);
      return Array.from({ length: 4 }, () => random.bits());
    };
    expect(draw(7)).toEqual(draw(7));
    const first = Array.from({ length: 1000 }, (_, seed) => draw(seed)[0]);
    expect(new Set(first).size).toBe(1000);
  });

  test('goes on from a saved state', () => {
    const random = new Random(1);
    random.uniform();
    const saved: number[] = JSON.parse(JSON.stringify(random.state));
    const next = [random.uniform(), random.integer(1000)];
    const resumed = new Random(99);
    resumed.state = saved;
    expect([resumed.uniform(), resumed.integer(1000)]).toEqual(next);
    expect(() => {
      resumed.state = [1, 2, 3];
    }).toThrow('expected 4 words, found 3');
  });

  test('uniform fills [0, 1) evenly', () => {
    const random = new Random(2);
    const values = Array.from({ length: 100_000 }, () => random.uniform());
    expect(values.every((x) => x >= 0 && x < 1)).toBe(true);
    const tenths = new Array<number>(10).fill(0);
    for (const x of values) tenths[Math.floor(x * 10)]! += 1;
    // Each expects 10,000 with a deviation of 95.
    for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });

  test('integer reaches every number below its bound and no other', () => {
    const random = new Random(3);
    const seen = new Set(Array.from({ length: 1000 }, () => random.integer(7)));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(random.integer(1)).toBe(0);
  });

  test('normal has the moments of N(0, 1)', () => {
    const random = new Random(6);
    const values = Array.from({ length: 100_000 }, () => random.normal());
    const moment = (power: number) => values.reduce((sum, x) => sum + x ** power, 0) / values.length;
    // Four deviations of each mean: √(1, 2, 15, 96) / √100,000.
    expect(Math.abs(moment(1))).toBeLessThan(0.013);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.018);
    expect(Math.abs(moment(3))).toBeLessThan(0.05);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.13);
  });

  test('shuffle gives every order equally often', () => {
    const random = new Random(4);
    const counts = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const order = random.shuffle(['a', 'b', 'c', 'd']).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    // Each expects 1,000 with a deviation of 31.
    for (const [order, count] of counts) expect(Math.abs(count - 1000), order).toBeLessThan(130);
  });

  test('shuffle works in place on typed arrays, and on lists of none and one', () => {
    const items = Int32Array.of(1, 2, 3, 4, 5);
    expect(new Random(5).shuffle(items)).toBe(items);
    expect([...items].sort()).toEqual([1, 2, 3, 4, 5]);
    expect(new Random(5).shuffle([])).toEqual([]);
    expect(new Random(5).shuffle([1])).toEqual([1]);
  });
});
