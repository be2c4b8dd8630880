import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { cellsPage } from '../../../src/language/cells/page.ts';
import { CellRecord, QUANTUM } from '../../../src/language/cells/record.ts';
import type { CellSearch, Finding } from '../../../src/language/cells/search.ts';
import { TextCells } from '../../../src/language/cells/text-cells.ts';
import { divergingColour, hexOf } from '../../../src/report/colours.ts';

const texts = ['a', '<', '\n', '"', '</div>'];
const values = [
  [1, 2, 3, 4, 5],
  [-127, -64, 0, 64, 127],
].map((row) => Int8Array.from(row));
const cells = new TextCells(new CellRecord(1, 2, texts.length, values), texts, 'tanh(c)');
const quotes: Finding = {
  feature: 'inside <quotes>',
  measure: 'AUC',
  chance: 0.6,
  cells: [
    { layer: 0, cell: 1, figure: 0.95, threshold: 0.25, above: false, balancedAccuracy: 0.9 },
    { layer: 0, cell: 0, figure: 0.55, threshold: 0.5, above: true, balancedAccuracy: 0.5 },
  ],
};
const search: CellSearch = { findings: [quotes], missing: ['inside [ ]'] };
const page = cellsPage({ model: '<m>', search, cells, from: 1, length: 3 });

/** Runs the page's script on as much of a page as it asks for. */
function open(content: string) {
  const spans = Array.from(content.matchAll(/<span>(.*?)<\/span>/gs), ([, text]) => ({
    text,
    style: { background: '' },
    title: '',
  }));
  const listeners: (() => void)[] = [];
  const select = { value: '0', addEventListener: (_: string, listener: () => void) => listeners.push(listener) };
  const json = /<div id="data" hidden>(.*?)<\/div>/s
    .exec(content)?.[1]
    ?.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code));
  const elements: Record<string, unknown> = { data: { textContent: json }, text: { children: spans }, cell: select };
  const document = { getElementById: (id: string) => elements[id], querySelectorAll: () => [] };
  runInNewContext(/<script>(.*)<\/script>/s.exec(content)?.[1] ?? '', { document, atob });
  const pick = (index: number) => {
    select.value = String(index);
    for (const listener of listeners) listener();
  };
  return { spans, pick };
}

describe('cellsPage', () => {
  it('colours the passage by the best cell first, then by the one that is picked', () => {
    const { spans, pick } = open(page);
    const colours = () => spans.map(({ style }) => style.background);
    const expected = (row: Int8Array) =>
      Array.from(row.subarray(1, 4), (value) => hexOf(divergingColour(value * QUANTUM)));
    expect(spans.map(({ text }) => text)).toEqual(['&#60;', '↵\n', '&#34;']);
    expect(colours()).toEqual(expected(values[1]!));
    expect(spans[0]?.title).toBe('-0.50');
    pick(1);
    expect(colours()).toEqual(expected(values[0]!));
  });

  it('begins with the cell that is asked for', () => {
    const { spans } = open(cellsPage({ model: 'm', search, cells, from: 4, length: 9, cell: { layer: 0, cell: 0 } }));
    expect(spans.map(({ style }) => style.background)).toEqual([hexOf(divergingColour(5 * QUANTUM))]);
  });

  it('lists what was found beside chance, with everything escaped', () => {
    expect(page).toContain('<button data-cell="0">inside &#60;quotes&#62;: layer 0 cell 1</button>');
    expect(page).toContain('<td>AUC 0.950</td><td>0.600</td><td>tanh(c) &#60; 0.25, 90.0 % on the right side</td>');
    expect(page).toContain('<td>AUC 0.550</td><td>0.600</td><td>no better than chance</td>');
    expect(page).toContain('<option value="0">layer 0 cell 1 · inside &#60;quotes&#62;</option>');
    expect(page).toContain('Too rare in this text to be looked for: inside [ ].');
    expect(page).not.toMatch(/<m>|<quotes>|<\/div>(?=<\/span>)/);
  });

  it('has no list where nothing was looked for', () => {
    const nothing = { findings: [], missing: ['inside [ ]'] };
    const empty = cellsPage({ model: 'm', search: nothing, cells, from: 1, length: 3 });
    expect(empty).not.toContain('<table');
    expect(empty).toContain('Too rare in this text to be looked for: inside [ ].');
  });

  it('loads nothing, and stays small for large models', () => {
    expect(page).not.toMatch(/<link|src=|href=|url\(/);
    const length = 4000;
    const large = new CellRecord(
      2,
      512,
      length,
      Array.from({ length: 1024 }, () => new Int8Array(length)),
    );
    const long = Array.from({ length }, () => 'a');
    const { length: size } = cellsPage({
      model: 'm',
      search,
      cells: new TextCells(large, long, 'h'),
      from: 0,
      length,
    });
    expect(size).toBeLessThan(1.6e6);
  });
});
