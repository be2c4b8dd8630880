import { expect, it } from 'vitest';
import { CERTAINTY_STYLE, SHADES, shadedWord, unsureLevel } from '../../src/report/certainty.ts';

it('a probability is a step more unsure below a half, a quarter and an eighth', () => {
  expect([1, 0.5, 0.49, 0.25, 0.24, 0.125, 0.12, 0].map(unsureLevel)).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
});

it('a word that is sure has no ground; each says its probability', () => {
  expect(shadedWord('a', 0.756).text).toBe('<span title="76 %">a</span>');
  expect(shadedWord('<dog>', 0.2).text).toBe('<span class="u2" title="20 %">&#60;dog&#62;</span>');
});

/** Relative luminance of WCAG 2.2 from #rrggbb. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((i) => {
    const value = Number.parseInt(colour.slice(i, i + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

it.each(['light', 'dark'] as const)('letters have contrast AA on each ground of a %s page', (scheme) => {
  for (const { ground, ink } of SHADES[scheme]) {
    const [lower, upper] = [luminance(ground), luminance(ink)].sort((a, b) => a - b) as [number, number];
    expect((upper + 0.05) / (lower + 0.05)).toBeGreaterThan(4.5);
    expect(CERTAINTY_STYLE.text).toContain(`background: ${ground}; color: ${ink};`);
  }
});
