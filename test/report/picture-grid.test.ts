import { expect, it } from 'vitest';
import { html } from '../../src/report/html.ts';
import { pictureGrid } from '../../src/report/picture-grid.ts';

it('pictureGrid puts so many in a row, on a ground that holds them all', () => {
  const [width, height] = [140, 85];
  const drawings = Array.from({ length: 7 }, (_, i) => html`<text>${i}</text>`);
  const { text } = pictureGrid('a & b', drawings, { across: 5, width, height });
  expect(text).toContain('<title>a &#38; b</title>');
  const [, wide = 0, tall = 0] = /viewBox="0 0 (\d+) (\d+)"/.exec(text)!.map(Number);
  const corners = [...text.matchAll(/translate\((\d+) (\d+)\)/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
  expect(corners).toHaveLength(7);
  expect(new Set(corners.map(([x]) => x)).size).toBe(5);
  expect(new Set(corners.map(([, y]) => y)).size).toBe(2);
  for (const [i, [x, y]] of corners.entries()) {
    expect(x + width).toBeLessThanOrEqual(wide);
    expect(y + height).toBeLessThanOrEqual(tall);
    for (const [otherX, otherY] of corners.slice(i + 1)) {
      expect(Math.abs(x - otherX) >= width || Math.abs(y - otherY) >= height).toBe(true);
    }
  }
});
