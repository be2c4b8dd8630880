/** The page of `lm cells --html` in a browser, from a file: its main ways, by mouse and by keyboard, and axe-core's view. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { cellsPage } from '../../src/language/cells/page.ts';
import { CellRecord, QUANTUM } from '../../src/language/cells/record.ts';
import { TextCells } from '../../src/language/cells/text-cells.ts';
import { divergingColour } from '../../src/report/colours.ts';
import { openTestedPage, type TestedPage } from '../browser/tested-page.ts';
import { temporaryFolder } from '../training/small-training.ts';

const tested = await openTestedPage('the page of cells');

const SLOW = { timeout: 20_000 };
const LINE = 'He said “come in” and (went) out.\n';

/** Two layers of cells, of which 0:0 is high in quotes, 1:0 low in brackets, and the others follow the place alone. */
function cellsOf(text: string, hidden: number): TextCells {
  const follow = (opening: string, closing: string, value: number) => {
    let on = 0;
    return Int8Array.from(text, (character) => {
      if (character === opening) on = value;
      else if (character === closing) on = 0;
      return on;
    });
  };
  const wave = (i: number) => Int8Array.from(text, (_, t) => 60 * Math.sin((t * (i + 3)) / 7));
  const values = Array.from({ length: 2 * hidden }, (_, i) => wave(i));
  values[0] = follow('“', '”', 100);
  values[hidden] = follow('(', ')', -80);
  return new TextCells(new CellRecord(2, hidden, text.length, values), [...text], 'tanh(c)');
}

describe.skipIf(!tested)('the page of cells', () => {
  const { page, textOf, textsOf, look, faults, close } = tested ?? ({} as TestedPage);
  let folder: string;
  let small: string;

  beforeAll(async () => {
    folder = await temporaryFolder();
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }]);
    await page.setViewport({ width: 1400, height: 900 });
    small = await pageOf('small.html', LINE.repeat(100), 8);
  });
  afterAll(async () => {
    await Promise.all([rm(folder, { recursive: true }), close()]);
    expect(faults).toEqual([]);
  });

  /** The address of a page. */
  async function pageOf(name: string, text: string, hidden: number): Promise<string> {
    const cells = cellsOf(text, hidden);
    const search = hidden > 1 ? cells.search({ top: Number.POSITIVE_INFINITY }) : { findings: [], missing: [] };
    const length = text.length;
    const made = await cellsPage({ model: 'm', cells, search, unit: 'character', from: 0, length });
    await writeFile(join(folder, name), made.page);
    return pathToFileURL(join(folder, name)).href;
  }

  async function open(address: string): Promise<void> {
    await page.goto('about:blank'); // from where another # makes a new page too
    await page.goto(address);
    await vi.waitFor(async () => expect(await textOf('.text-pane')).toBe(''), SLOW);
  }

  const hash = () => page.evaluate('location.hash');
  const click = (selector: string) => page.evaluate(`document.querySelector(${JSON.stringify(selector)}).click()`);
  const enter = (selector: string, value: string) =>
    page.evaluate(`{
      const control = document.querySelector(${JSON.stringify(selector)});
      control.value = ${JSON.stringify(value)};
      control.dispatchEvent(new Event(control.localName === 'select' ? 'change' : 'input', { bubbles: true }));
    }`);

  /** Where the middle of a character is on the screen. */
  async function placeOf(line: number, column: number): Promise<[x: number, y: number]> {
    const [x, y, width] = (await page.evaluate(`(() => {
      const { left, top } = document.querySelector('.text-pane').getBoundingClientRect();
      const context = document.createElement('canvas').getContext('2d');
      context.font = '14px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace';
      return [left, top, context.measureText('0').width];
    })()`)) as [number, number, number];
    return [x + 9 + (column + 0.5) * width, y + 1 + (line + 0.5) * 21];
  }

  test('a stretch that is dragged over has its cells, and places where they are on', async () => {
    await open(small);
    await page.mouse.move(...(await placeOf(1, LINE.indexOf('“'))));
    await page.mouse.down();
    await page.mouse.move(...(await placeOf(1, LINE.indexOf('”') - 1)));
    await page.mouse.up();
    expect(await textOf('.picked')).toBe('"“come in" 8 characters');
    await enter('.rule label:nth-of-type(2) input', '1');
    await enter('.rule label:nth-of-type(3) input', '1');
    expect(await textOf('#on-heading')).toBe('1 of 16 cells are on there alone');
    expect(await textOf('.cell-list [data-cell]')).toMatch(/^0:0 ▲ 0.79 inside quotes/);
    await expect.poll(() => textOf('[aria-labelledby=selection-heading] [role=status]'), SLOW).toMatch(/^50 places/);
    const [first] = (await textsOf('[aria-labelledby=selection-heading] .context')) as string[];
    expect(first).toMatch(/^1\.00 {2}1\/1.*He said “come in” and \(went\) o/);
    expect(await page.evaluate(`document.querySelector('.part tbody tr').textContent`)).toBe('inside quotes100 %24 %');
    expect(await hash()).toBe('#cell=0:0&text=42-50&on=64:1:1');
  });

  test('a place alike brings the text there, and an address brings back what was picked', async () => {
    await open(`${small}#cell=0:0&text=42-50&on=64:1:1`);
    await expect.poll(() => textOf('[aria-labelledby=selection-heading] .contexts li'), SLOW).toBeTruthy();
    const scrolled = () => page.evaluate(`document.querySelector('.text-pane').scrollTop`);
    expect(await scrolled()).toBe(0);
    await click('.contexts button.link');
    await click('[aria-labelledby=selection-heading] li:last-child > .context');
    expect(await scrolled()).toBeGreaterThan(100);
    await open(`${small}#cell=1:0&text=2000-2003&on=40:0:2`);
    await expect.poll(scrolled).toBeGreaterThan(500);
    expect(await textOf('#cell-heading')).toBe('Layer 1 cell 0');
    expect(await textOf('.rule output')).toBe('0.31');
    expect(await textOf('.picked')).toMatch(/3 characters$/);
  });

  test('a cell has what it follows beside chance, its distribution and its strongest contexts', async () => {
    await open(small);
    await enter('.tools select', '8');
    const rows = (await textsOf('[aria-labelledby=cell-heading] tbody tr')) as string[];
    expect(rows[0]).toMatch(/^inside \( \)tanh\(c\) < -0.\d\d, 100.0 % on the right sideAUC 1.0000.\d{3}$/);
    const contexts = (await textsOf('[aria-labelledby=cell-heading] .context b')) as string[];
    expect(contexts).toEqual(Array.from({ length: 8 }, () => '('));
    expect(await page.evaluate(`document.querySelector('.bars').ariaLabel`)).toMatch(/mean -0.09, standard deviation/);
    expect(await textOf('.after:last-child')).toMatch(/^lowest w -0.63 \( -0.63 t -0.31 /);
  });

  test('the keyboard goes through the text, selects in it and leaves it', async () => {
    await open(`${small}#cell=0:0`);
    await page.focus('.text-pane');
    await page.keyboard.down('Control');
    await page.keyboard.press('Home');
    await page.keyboard.up('Control');
    for (let i = 0; i < 9; i++) await page.keyboard.press('ArrowRight');
    expect(await textOf('#told')).toBe('"c" at 9: 0.79 · inside quotes');
    await page.keyboard.press('ArrowDown');
    expect(await textOf('#told')).toMatch(/^"c" at 43: 0.79/);
    await page.keyboard.press('Enter');
    expect(await textOf('.picked')).toMatch(/^"come" 4/);
    await page.keyboard.press('Escape');
    expect(await page.evaluate(`document.querySelector('.picked').checkVisibility()`)).toBe(false);
    await page.keyboard.down('Shift');
    await page.keyboard.press('End');
    await page.keyboard.up('Shift');
    expect(await textOf('.picked')).toMatch(/^"come in” and \(went\) out.\\n" 2\d/);
    expect(await hash()).toMatch(/text=43-68/);
  });

  test('what is typed is found in the text, and among the cells', async () => {
    await open(small);
    await enter('.tools input', 'COME IN');
    expect(await textOf('.tools [role=status]')).toBe('not there');
    await enter('.tools input', 'come in');
    expect(await textOf('.tools [role=status]')).toBe('1 of 100');
    await click('.tools button[aria-label="The place before"]');
    expect(await textOf('.tools [role=status]')).toBe('100 of 100');
    await enter('[aria-labelledby=cells-heading] input', 'inside ( )');
    const found = (await textsOf('[aria-labelledby=cells-heading] [data-cell]')) as string[];
    expect(found[0]).toMatch(/^1:0 .*inside \( \) AUC 1.000/);
    await click('[aria-labelledby=cells-heading] [data-cell]');
    expect(await textOf('#cell-heading')).toBe('Layer 1 cell 0');
  });

  test('the text has the colours of the cell, in the light and in the dark', async () => {
    await open(`${small}#cell=0:0`);
    const colourAt = async (column: number) => {
      const [x, y] = await placeOf(0, column);
      return page.evaluate(`(() => {
        const canvas = document.querySelector('.text-pane canvas');
        const { left, top } = canvas.getBoundingClientRect();
        const place = [${x} - left - 3, ${y} - top - 9].map((at) => Math.round(at * devicePixelRatio));
        return [...canvas.getContext('2d').getImageData(...place, 1, 1).data].slice(0, 3);
      })()`);
    };
    await expect.poll(() => colourAt(9)).toEqual([...divergingColour(100 * QUANTUM)]);
    expect(await colourAt(4)).toEqual([255, 255, 255]);
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
    await expect.poll(() => colourAt(4)).toEqual([32, 34, 38]);
  });

  test('at any width, light and dark, axe-core finds nothing and nothing is too wide', async () => {
    await open(`${small}#cell=0:0&text=42-50&on=64:1:1`);
    await expect.poll(() => textOf('[aria-labelledby=selection-heading] .contexts li'), SLOW).toBeTruthy();
    expect(await look(390, 'dark')).toEqual({ violations: [], width: 390 });
    expect(await look(820, 'light')).toEqual({ violations: [], width: 820 });
    expect(await look(1400, 'dark')).toEqual({ violations: [], width: 1400 });
  });

  test('of a text of a megabyte only what is seen is there, and nothing is loaded', async () => {
    await page.setViewport({ width: 1000, height: 800 });
    await open(await pageOf('large.html', LINE.repeat(30_000), 1));
    expect(await page.evaluate(`document.querySelectorAll('*').length`)).toBeLessThan(1000);
    const [canvas, sheet] = (await page.evaluate(
      `['.text-pane canvas', '.sheet'].map((name) => document.querySelector(name).offsetHeight)`,
    )) as [number, number];
    expect(canvas).toBeLessThan(800);
    expect(sheet).toBe(30_000 * 21);
    await page.focus('.text-pane');
    await page.keyboard.down('Control');
    await page.keyboard.press('End');
    await page.keyboard.up('Control');
    expect(await textOf('#told')).toBe('"\\n" at 1,019,999: 0.00');
    expect(await page.evaluate(`document.querySelector('.text-pane').scrollTop`)).toBeGreaterThan(sheet - 800);
    expect(await page.evaluate(`performance.getEntriesByType('resource').length`)).toBe(0);
  });
});
