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
});
