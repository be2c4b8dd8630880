import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellsOn } from '../../../src/language/cells/on-cells.ts';

const values = [
  [0, 90, 90, 90, 0, 0], // high there alone
  [-90, -90, -90, -90, -90, 0], // low there and around it
  [0, 90, -90, 90, 0, 0], // at both ends
  [0, 90, 90, 63, 0, 0], // not far enough from 0 at the last
  [0, 90, 90, 64, 90, 0], // just far enough, and after it
].map((row) => Int8Array.from(row));
const there = { start: 1, end: 4 };
const onFor = (offBefore: number, offAfter: number, stretch = there) =>
  cellsOn(values, stretch, { threshold: 64, offBefore, offAfter }).map(({ place, sign }) => sign * (place + 1));

describe('cellsOn', () => {
  it('finds the cells that stay at one end throughout', () => {
    expect(onFor(0, 0)).toEqual([1, -2, 5]);
  });

  it('leaves those out that are on before or after it', () => {
    expect(onFor(1, 0)).toEqual([1, 5]);
    expect(onFor(0, 1)).toEqual([1]);
    expect(onFor(0, 2)).toEqual([1]);
  });

  it('asks nothing of what is before the text or behind it', () => {
    expect(onFor(9, 0, { start: 0, end: 4 })).toEqual([-2]);
    expect(onFor(0, 9, { start: 4, end: 5 })).toEqual([-2, 5]);
  });

  it('is what the rule says, for any values', () => {
    const value = fc.integer({ min: -3, max: 3 });
    const length = 8;
    const place = fc.integer({ min: 0, max: length - 1 });
    const around = fc.integer({ min: 0, max: 3 });
    fc.assert(
      fc.property(
        fc.array(value, { minLength: length, maxLength: length }),
        place,
        place,
        around,
        around,
        (row, a, b, before, after) => {
          const [start, end] = [Math.min(a, b), Math.max(a, b) + 1];
          const isOn = (sign: number) =>
            row.every((value, t) => {
              const on = sign * value >= 2;
              if (t >= start && t < end) return on;
              return !(on && ((t < start && t >= start - before) || (t >= end && t < end + after)));
            });
          const expected = [1, -1].filter(isOn).map((sign) => ({ place: 0, sign }));
          const rule = { threshold: 2, offBefore: before, offAfter: after };
          expect(cellsOn([Int8Array.from(row)], { start, end }, rule)).toEqual(expected);
        },
      ),
    );
  });
});
