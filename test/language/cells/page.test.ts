/** What is in the page as a file. What it does in a browser is tested in test/page/cells-page.test.ts. */
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { cellsPage } from '../../../src/language/cells/page.ts';
import { BLOCKS, type CellsPageData } from '../../../src/language/cells/page-data.ts';
import { CellRecord } from '../../../src/language/cells/record.ts';
import type { CellSearch, Finding } from '../../../src/language/cells/search.ts';
import { TextCells } from '../../../src/language/cells/text-cells.ts';

const texts = ['a', '<', '\n', '"', '</script>', 'é'];
const values = [
  [1, 2, 3, 4, 5, 6],
  [-127, -64, 0, 64, 127, 1],
].map((row) => Int8Array.from(row));
const cells = new TextCells(new CellRecord(1, 2, texts.length, values), texts, 'tanh(c)');
const quotes: Finding = {
  feature: 'inside quotes',
  measure: 'AUC',
  chance: 0.6,
  cells: [
    { layer: 0, cell: 1, figure: 0.95, threshold: 0.25, above: false, balancedAccuracy: 0.9 },
    { layer: 0, cell: 0, figure: 0.55, threshold: 0.5, above: true, balancedAccuracy: 0.5 },
  ],
};
const search: CellSearch = { findings: [quotes], missing: ['inside [ ]', 'inside a number'] };
const whole = { model: '<m>', search, cells, unit: 'word', from: 0, length: texts.length };

/** The text of an element with an id. */
function elementOf(page: string, id: string): string {
  return new RegExp(`<script type="[a-z/]+" id="${id}">(.*?)</script>`, 's').exec(page)![1]!;
}

const dataOf = (page: string): CellsPageData => JSON.parse(elementOf(page, BLOCKS.data));
const bytesOf = (page: string, id: string) => inflateSync(Buffer.from(elementOf(page, id), 'base64'));
const valuesOf = (page: string, place: number) => Array.from(new Int8Array(bytesOf(page, BLOCKS.cell(place))));

describe('cellsPage', () => {
  it('holds the passage, what its cells say, and which features hold in it', async () => {
    const { page, leftOut } = await cellsPage({ ...whole, from: 1, length: 9 });
    expect(leftOut).toBeUndefined();
    expect(bytesOf(page, BLOCKS.text).toString()).toBe('<\n"</script>é');
    const lengths = bytesOf(page, BLOCKS.lengths);
    expect(Array.from(new Uint32Array(lengths.buffer, lengths.byteOffset, 5))).toEqual([1, 1, 1, 9, 1]);
    expect([0, 1].map((place) => valuesOf(page, place))).toEqual(values.map((row) => [...row.subarray(1)]));
    const data = dataOf(page);
    expect(data).toMatchObject({ quantity: 'tanh(c)', unit: 'word', from: 1, cells: cells.record.cells, search });
    const place = data.tracks.indexOf('inside quotes');
    expect([...bytesOf(page, BLOCKS.track(place))]).toEqual([0, 0, 1, 1, 1]);
    expect(data.tracks).not.toContain('inside a number');
  });

  it('shows the cell first that follows something best, or the one that is asked for', async () => {
    expect(dataOf((await cellsPage(whole)).page).shown).toBe(1);
    expect(dataOf((await cellsPage({ ...whole, cell: { layer: 0, cell: 0 } })).page).shown).toBe(0);
    const nothing = { findings: [], missing: [] };
    expect(dataOf((await cellsPage({ ...whole, search: nothing })).page).shown).toBe(0);
  });

  it('keeps as many cells as it is to, and says what it lacks', async () => {
    const { page, leftOut } = await cellsPage({ ...whole, keep: 1 });
    const said = 'The page keeps 1 of 2 cells: those that follow something, then those that vary most.';
    expect(leftOut).toBe(said);
    expect(page).toContain(said);
    const { cells: kept, search: found, shown } = dataOf(page);
    expect([kept, shown]).toEqual([[{ layer: 0, cell: 1 }], 0]);
    expect(found.findings[0]!.cells).toEqual([quotes.cells[0]]);
    expect(page).not.toContain(BLOCKS.cell(1));
  });

  it('is one page that nothing in the data can end, and loads nothing', async () => {
    const odd = { ...quotes, feature: '</script><b>' };
    const { page } = await cellsPage({ ...whole, search: { findings: [odd], missing: [] } });
    expect(page).not.toMatch(/<link|src=|href=|url\(|@import|<m>|<b>/);
    expect(page.match(/<\/script>/g)).toHaveLength(page.match(/<script/g)!.length);
    expect(dataOf(page).search.findings[0]!.feature).toBe('</script><b>');
  });
});
