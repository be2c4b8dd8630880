import { expect, it } from 'vitest';
import { recallOf } from '../../src/metrics/recall.ts';

it('ranks the best of the right items, behind wrong ones that score the same', () => {
  // Each row: the scores of twelve items for a query, whose right ones are those of its number and the next.
  const scores = [
    [9, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0], // rank 1
    [5, 5, 4, 5, 5, 5, 0, 0, 0, 0, 0, 0], // rank 5
    [9, 9, 2, 1, 9, 9, 9, 9, 9, 9, 9, 9], // rank 11
    [0, 0, 0, 1, 7, 8, 0, 0, 0, 0, 0, 0], // rank 2
  ];
  const isRight = (query: number, item: number) => item === query || item === query + 1;
  expect(recallOf(4, 12, (query, item) => scores[query]![item]!, isRight)).toEqual({
    r1: 0.25,
    r5: 0.75,
    r10: 0.75,
    medianRank: 3.5,
  });
});
