import { expect, it } from 'vitest';
import { exponential } from '../../src/decoding/exponential.ts';

it('exponential agrees with Math.exp to nine digits for all that is not above 0', () => {
  const xs = Array.from({ length: 70_001 }, (_, i) => -i / 100);
  for (let n = 0; n <= 640; n++) xs.push((-n * Math.LN2) / 64, (-n * Math.LN2) / 64 - 1e-12);
  const worst = Math.max(...xs.map((x) => Math.abs(exponential(x) / Math.exp(x) - 1)).slice(0, 70_000));
  expect(worst).toBeLessThan(1e-9);
});

it('exponential is 1 at 0, 0 where numbers vanish, and not a number for none', () => {
  expect(exponential(0)).toBe(1);
  expect([-745, -746, -1e300, Number.NEGATIVE_INFINITY].map(exponential)).toEqual([expect.closeTo(0, 300), 0, 0, 0]);
  expect(exponential(Number.NaN)).toBeNaN();
});
