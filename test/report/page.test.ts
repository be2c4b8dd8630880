import { expect, it } from 'vitest';
import { html } from '../../src/report/html.ts';
import { drawing, facts, formatInteger, formatPercent, htmlTable, page, section } from '../../src/report/page.ts';

const text = page('A <title>', html`the <strong>lead</strong>`, [
  section('Figures & more', facts([['a', '<b>']]), htmlTable(['', 'x'], [['row', 1.5]])),
]);

it('a page stands alone: no script, nothing loaded from elsewhere', () => {
  expect(text).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(text).toContain('<meta charset="utf-8">');
  expect(text).not.toMatch(/<script|<link|https?:|url\(|@import/);
});

it('a page is light or dark as the reader has it', () => {
  expect(text).toContain('color-scheme: light dark');
  expect(text).toContain('@media (prefers-color-scheme: dark)');
});

it('a page escapes its title, headings and facts, and keeps the HTML of its sections', () => {
  expect(text).toContain('<title>A &#60;title&#62;</title>');
  expect(text).toContain('the <strong>lead</strong>');
  expect(text).toContain('<h2>Figures &#38; more</h2>');
  expect(text).toContain('<dt>a</dt><dd>&#60;b&#62;</dd>');
  expect(text).toContain('<tr><th scope="row">row</th><td>1.5</td></tr>');
});

it('a table stands in what scrolls by itself, with its first row or its headings as they are to look', () => {
  expect(text).toMatch(/<div class="scroll" tabindex="0"><table class="plain">/);
  expect(htmlTable(['', 'x'], [['row', 1]], 'compared').text).toContain('<table class="compared">');
  const upright = htmlTable(['', 'long & upright'], [['row', 1]], 'upright').text;
  expect(upright).toMatch(/<table class="upright">.*<th scope="col"><span>long &#38; upright<\/span><\/th>/s);
  for (const look of ['.compared tbody tr:first-child', '.upright thead span']) expect(text).toContain(look);
});

it('a drawing stands in what scrolls by itself', () => {
  expect(drawing(html`<svg></svg>`).text).toBe('<div class="scroll drawing" tabindex="0"><svg></svg></div>\n');
});

it('figures are written with thousands separated and shares as per cent', () => {
  expect([formatInteger(30000), formatPercent(0.0841)]).toEqual(['30,000', '8.4 %']);
});
