import { describe, expect, it } from 'vitest';
import type { CellsPageData } from '../../../src/language/cells/page-data.ts';
import { hashOf, viewInHash } from '../../../src/page/cells/address.ts';
import { Explorer } from '../../../src/page/cells/explorer.ts';
import { PageText } from '../../../src/page/cells/page-text.ts';

const data: CellsPageData = {
  quantity: 'h',
  unit: 'character',
  from: 0,
  cells: [
    { layer: 0, cell: 7 },
    { layer: 1, cell: 3 },
  ],
  shown: 0,
  search: { findings: [], missing: [] },
  tracks: [],
};
const explorer = () =>
  new Explorer(data, new PageText('abcd', Uint32Array.of(1, 1, 1, 1)), [new Int8Array(4), new Int8Array(4)], []);

describe('the address of a view', () => {
  it('brings it back', () => {
    const first = explorer();
    const view = { cell: 1, selection: { start: 1, end: 4 }, rule: { threshold: 30, offBefore: 2, offAfter: 1 } };
    first.change(view);
    expect(hashOf(first)).toBe('#cell=1:3&text=1-4&on=30:2:1');
    expect(viewInHash(hashOf(first), explorer())).toEqual(view);
  });

  it('asks for nothing that is not there', () => {
    for (const hash of ['', '#', '#cell=0:3&text=3-9&on=900:0:0', '#cell=x&text=3-2&on=', '#text=1', '#cell=-1:3']) {
      expect(viewInHash(hash, explorer())).toEqual({});
    }
  });
});
