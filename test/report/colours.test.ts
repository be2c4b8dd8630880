import { describe, expect, it } from 'vitest';
import {
  darkDivergingColour,
  darkSurpriseColour,
  divergingColour,
  hexOf,
  INK,
  type Rgb,
  SURPRISE_LEVELS,
  surpriseColour,
  surpriseLevel,
} from '../../src/report/colours.ts';

/** Contrast with letters (WCAG 2, relative luminance). */
function contrast(colour: Rgb, letters = INK): number {
  const luminance = (parts: readonly number[]) => {
    const [red = 0, green = 0, blue = 0] = parts.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ink = [1, 3, 5].map((i) => Number.parseInt(letters.slice(i, i + 2), 16));
  const [darker = 0, lighter = 0] = [luminance(colour), luminance(ink)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

describe('divergingColour', () => {
  it('is white at 0, blue below, red above, stronger the farther', () => {
    expect(divergingColour(0)).toEqual([255, 255, 255]);
    const [red, , blue] = divergingColour(-1);
    expect(blue).toBeGreaterThan(red + 100);
    const [red1, , blue1] = divergingColour(1);
    expect(red1).toBeGreaterThan(blue1 + 100);
    expect(divergingColour(0.5)[2]).toBeGreaterThan(blue1);
    expect(divergingColour(3)).toEqual(divergingColour(1));
  });
});

describe('surpriseLevel', () => {
  it('is how many times the probability was halved', () => {
    const levels = [1, 0.51, 0.49, 0.26, 0.24, 1 / 500, 1e-9].map((p) => surpriseLevel(Math.log(p)));
    expect(levels).toEqual([0, 0, 1, 1, 2, 8, SURPRISE_LEVELS]);
    expect(surpriseLevel(Number.NEGATIVE_INFINITY)).toBe(SURPRISE_LEVELS);
  });

  it('has no colour without surprise, and another one for each step', () => {
    const colours = Array.from({ length: SURPRISE_LEVELS + 1 }, (_, level) => surpriseColour(level));
    expect(colours[0]).toBeUndefined();
    expect(new Set(colours.slice(1).map((colour) => colour && hexOf(colour))).size).toBe(SURPRISE_LEVELS);
  });
});

describe('all colours', () => {
  it('can be read with black letters on them', () => {
    const surprises = Array.from({ length: SURPRISE_LEVELS }, (_, i) => surpriseColour(i + 1)!);
    for (const colour of [divergingColour(-1), divergingColour(1), ...surprises]) {
      expect(contrast(colour)).toBeGreaterThan(4.5);
    }
  });

  it('can be read with the letters of a dark page on them, and differ', () => {
    const surprises = Array.from({ length: SURPRISE_LEVELS + 1 }, (_, level) => darkSurpriseColour(level));
    for (const colour of [darkDivergingColour(-1), darkDivergingColour(1), ...surprises]) {
      expect(contrast(colour, '#e4e4e4')).toBeGreaterThan(4.5); // --ink of style.ts
    }
    expect(new Set(surprises.map(hexOf)).size).toBe(SURPRISE_LEVELS + 1);
  });

  it('are written as in CSS', () => {
    expect(hexOf([255, 0, 10])).toBe('#ff000a');
  });
});
