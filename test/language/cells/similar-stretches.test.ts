import { describe, expect, it } from 'vitest';
import { runAtOnce } from '../../../src/base/steps.ts';
import { cellsOn, type OnRule, type Stretch } from '../../../src/language/cells/on-cells.ts';
import { similarStretchesSteps } from '../../../src/language/cells/similar-stretches.ts';

/** `#` is a high value, `-` a low one, anything else none. */
const cellOf = (row: string) => Int8Array.from(row, (sign) => ({ '#': 100, '-': -100 })[sign] ?? 0);
//               asked    all, longer   two, one more    half   one
const values = [
  cellOf('..###....####....###....##....###..'),
  cellOf('..---....----....---..........---..'),
  cellOf('..###....####...........##.........'),
  cellOf('..###....####............#.........'),
  cellOf('.................###...............'),
];
const rule: OnRule = { threshold: 64, offBefore: 1, offAfter: 1 };
const asked: Stretch = { start: 2, end: 5 };

function similar({ top = 10, stretch = asked, by = rule } = {}) {
  return runAtOnce(similarStretchesSteps(values, stretch, cellsOn(values, stretch, by), by, top));
}

describe('similarStretches', () => {
  it('ranks places by the share of cells that are on in both', () => {
    expect(similar()).toEqual([
      { start: 9, end: 13, shared: 4, others: 0, likeness: 1 },
      { start: 30, end: 33, shared: 2, others: 0, likeness: 0.5 },
      { start: 17, end: 20, shared: 2, others: 1, likeness: 0.4 },
      { start: 25, end: 26, shared: 1, others: 0, likeness: 0.25 },
    ]);
    expect(similar({ top: 1 })).toHaveLength(1);
  });

  it('finds what holds by the rule that is given', () => {
    const anyhow = similar({ by: { threshold: 64, offBefore: 0, offAfter: 0 } });
    expect(anyhow.find(({ start }) => start === 25)).toMatchObject({ shared: 3, likeness: 0.75 });
  });

  it('never finds the place itself', () => {
    for (const stretch of [asked, { start: 9, end: 13 }, { start: 3, end: 4 }]) {
      for (const { start, end } of similar({ stretch, by: { threshold: 64, offBefore: 0, offAfter: 0 } })) {
        expect(end <= stretch.start || start >= stretch.end).toBe(true);
      }
    }
  });

  it('finds nothing where no cell is on', () => {
    expect(similar({ stretch: { start: 6, end: 8 } })).toEqual([]);
  });
});
