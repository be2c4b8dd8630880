import { expect, it } from 'vitest';
import { counted } from '../../src/base/counted.ts';

it('counted says how many things there are, one of them as one', () => {
  expect([0, 1, 2, 1234].map((count) => counted(count, 'odd line'))).toEqual([
    '0 odd lines',
    '1 odd line',
    '2 odd lines',
    '1,234 odd lines',
  ]);
});
