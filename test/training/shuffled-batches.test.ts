import { describe, expect, it } from 'vitest';
import { shuffledBatches } from '../../src/training/shuffled-batches.ts';

describe('shuffledBatches', () => {
  const items = Array.from({ length: 11 }, (_, i) => `item ${i}`);
  const epochOf = ({ perEpoch, batchOf }: ReturnType<typeof shuffledBatches<string>>, epoch: number) =>
    Array.from({ length: perEpoch }, (_, i) => batchOf(epoch * perEpoch + i));

  it('gives every item once in each epoch, in batches of the size, the last one smaller', () => {
    const batches = shuffledBatches(items, 4, 1);
    expect(batches.perEpoch).toBe(3);
    for (const epoch of [0, 1, 5]) {
      const cut = epochOf(batches, epoch);
      expect(cut.map(({ length }) => length)).toEqual([4, 4, 3]);
      expect(cut.flat().toSorted()).toEqual(items.toSorted());
    }
  });

  it('has another order in each epoch and for each seed', () => {
    const orders = [
      [1, 0],
      [1, 1],
      [2, 0],
    ].map(([seed = 0, epoch = 0]) => epochOf(shuffledBatches(items, 4, seed), epoch).flat());
    expect(new Set(orders.map(String)).size).toBe(3);
  });

  it('makes a batch of the number of the update alone', () => {
    const forwards = shuffledBatches(items, 4, 1);
    const backwards = shuffledBatches(items, 4, 1);
    const numbers = Array.from({ length: 10 }, (_, i) => i);
    const later = numbers.toReversed().map(backwards.batchOf).toReversed();
    expect(numbers.map(forwards.batchOf)).toEqual(later);
  });

  it('leaves the items in the order they are in', () => {
    const before = [...items];
    shuffledBatches(items, 4, 1).batchOf(7);
    expect(items).toEqual(before);
  });

  describe('of items with weights', () => {
    const weights = [
      ...new Array<number>(4).fill(1),
      ...new Array<number>(4).fill(2.25),
      ...new Array<number>(3).fill(0.5),
    ];
    const weighted = (seed = 1) => shuffledBatches(items, 4, seed, (item) => weights[items.indexOf(item)]!);
    const timesIn = (epoch: readonly string[]) => items.map((item) => epoch.filter((shown) => shown === item).length);

    it('gives each item as often as its weight says, the fraction of a weight to as many of its items', () => {
      const batches = weighted();
      for (const epoch of [0, 1, 5]) {
        const cut = epochOf(batches, epoch);
        const times = timesIn(cut.flat());
        expect(cut.map(({ length }) => length)).toEqual([4, 4, 4, 3]);
        expect(times.slice(0, 4)).toEqual([1, 1, 1, 1]);
        expect(times.slice(4, 8).toSorted()).toEqual([2, 2, 2, 3]);
        expect(times.slice(8).toSorted()).toEqual([0, 1, 1]);
      }
    });

    it('gives the fraction to other items in each epoch, to all alike in the long run', () => {
      const batches = weighted();
      const sums = new Array<number>(items.length).fill(0);
      for (let epoch = 0; epoch < 600; epoch++) {
        for (const [i, times] of timesIn(epochOf(batches, epoch).flat()).entries()) sums[i]! += times / 600;
      }
      for (const [i, mean] of sums.entries()) expect(Math.abs(mean - (i < 8 ? weights[i]! : 2 / 3))).toBeLessThan(0.1);
    });

    it('makes a batch of the number of the update alone', () => {
      const [forwards, backwards] = [weighted(), weighted()];
      const numbers = Array.from({ length: 12 }, (_, i) => i);
      const later = numbers.toReversed().map(backwards.batchOf).toReversed();
      expect(numbers.map(forwards.batchOf)).toEqual(later);
      expect(numbers.map(weighted(2).batchOf)).not.toEqual(later);
    });

    it('gives the batches of items without weights where all are 1', () => {
      const [plain, ones] = [shuffledBatches(items, 4, 1), shuffledBatches(items, 4, 1, () => 1)];
      expect(epochOf(ones, 3)).toEqual(epochOf(plain, 3));
    });

    it('shows at least one item of each weight', () => {
      const rare = shuffledBatches(items, 100, 1, (item) => (item === 'item 3' ? 0.01 : 1));
      expect(rare.batchOf(0)).toHaveLength(11);
    });
  });
});
