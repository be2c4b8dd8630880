import { describe, expect, it } from 'vitest';
import { keptCells } from '../../../src/language/cells/kept-cells.ts';
import { CellRecord } from '../../../src/language/cells/record.ts';
import type { Finding } from '../../../src/language/cells/search.ts';

const values = [
  [9, 9, 9, 9], // constant
  [-1, 1, -1, 1],
  [-90, 90, -90, 90], // varies most
  [0, 1, 0, 1],
].map((row) => Int8Array.from(row));
const record = new CellRecord(2, 2, 4, values);
const reading = { threshold: 0, above: true, balancedAccuracy: 0.5 };
const quotes: Finding = {
  feature: 'inside quotes',
  measure: 'AUC',
  chance: 0.6,
  cells: [
    { layer: 1, cell: 1, figure: 0.7, ...reading },
    { layer: 0, cell: 0, figure: 0.59, ...reading },
  ],
};
const search = { findings: [quotes], missing: [] };
const kept = (keep: number, cell?: { layer: number; cell: number }) =>
  keptCells(record, search, { length: 4, keep, cell }).map(({ layer, cell }) => 2 * layer + cell);

describe('keptCells', () => {
  it('keeps what follows something better than chance, then what varies most', () => {
    expect([1, 2, 3, 4, 9].map((keep) => kept(keep))).toEqual([[3], [2, 3], [1, 2, 3], [0, 1, 2, 3], [0, 1, 2, 3]]);
  });

  it('keeps the cell that is asked for', () => {
    expect(kept(2, { layer: 0, cell: 0 })).toEqual([0, 3]);
  });

  it('keeps as many as make 64 MB where it is not told, and refuses what no page can hold', () => {
    expect(keptCells(record, search, { length: 32e6 })).toHaveLength(2);
    expect(keptCells(record, search, { length: 100e6 })).toHaveLength(1);
    expect(() => keptCells(record, search, { length: 200e6, keep: 3 })).toThrow(
      'a page can not hold so many values: found 3 cells after 200,000,000 tokens, expected at most 2 cells',
    );
  });
});
