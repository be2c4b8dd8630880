import { expect, it } from 'vitest';
import { spread } from '../../src/report/spread.ts';

it('a spread of items has the first, the last and no more than asked for', () => {
  expect(spread([1, 2, 3], 5)).toEqual([1, 2, 3]);
  expect(spread([...Array(101).keys()], 5)).toEqual([0, 25, 50, 75, 100]);
});
