import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { GlimpseWindow, type PictureSize } from '../../src/nn/glimpse-window.ts';
import { glimpse } from './glimpse-reference.ts';

const sizes: PictureSize[] = [
  { rows: 28, columns: 28 },
  { rows: 9, columns: 17 },
  { rows: 4, columns: 5 },
];
const places = [
  [0, 0],
  [-1, 1],
  [1, -1],
  [0.31, -0.77],
  [-0.62, 0.13],
] as const;

const random = new Random(1);
const randomValues = (count: number) => Float32Array.from({ length: count }, () => random.uniform() - 0.3);

describe.each(sizes)('GlimpseWindow on $rows × $columns pixels', (size) => {
  const window = new GlimpseWindow(size);
  const picture = randomValues(size.rows * size.columns);
  const look = (y: number, x: number, at = picture) => {
    const seen = new Float32Array(window.points ** 2);
    window.read(at, y, x, seen);
    return seen;
  };

  test.each(places)('sees at %d, %d what it is defined to see', (y, x) => {
    expectClose(look(y, x), glimpse(picture, size, y, x), 1e-6);
  });

  test.each(places)('has at %d, %d the gradient by the place that differences have', (y, x) => {
    const dSeen = randomValues(window.points ** 2);
    const loss = (at: readonly number[]) => {
      const seen = glimpse(picture, size, at[0]!, at[1]!);
      return seen.reduce((sum, value, i) => sum + value * dSeen[i]!, 0);
    };
    const h = 1e-6;
    const expected = [(loss([y + h, x]) - loss([y - h, x])) / (2 * h), (loss([y, x + h]) - loss([y, x - h])) / (2 * h)];
    expectClose(window.gradient(picture, y, x, dSeen), expected, 1e-5);
  });

  test('sees at most a quarter of the picture, wherever it is', () => {
    const pixels = size.rows * size.columns;
    for (const [y, x] of places) {
      const blank = new Float32Array(pixels);
      let seen = 0;
      for (let p = 0; p < pixels; p++) {
        blank[p] = 1;
        if (look(y, x, blank).some((value) => value > 0)) seen++;
        blank[p] = 0;
      }
      expect(seen).toBeGreaterThan(0);
      // A row and a column of pixels more where half a side is no whole number.
      expect(seen).toBeLessThanOrEqual(Math.ceil(size.rows / 2) * Math.ceil(size.columns / 2));
    }
  });
});

describe('GlimpseWindow', () => {
  const size = { rows: 28, columns: 28 };

  test('reaches a corner from the place of that corner alone', () => {
    const window = new GlimpseWindow(size);
    const corner = new Float32Array(28 * 28);
    corner[0] = 1;
    const seen = new Float32Array(36);
    const looksAtCorner = (y: number, x: number) => {
      window.read(corner, y, x, seen);
      return seen.some((value) => value > 0);
    };
    expect(looksAtCorner(-1, -1)).toBe(true);
    expect(looksAtCorner(-1, -0.8)).toBe(false);
    expect(looksAtCorner(0, 0)).toBe(false);
  });

  test('sees an even grey as it is', () => {
    const seen = new Float32Array(36);
    new GlimpseWindow(size).read(new Float32Array(28 * 28).fill(0.4), 0.123, -0.456, seen);
    expectClose(seen, new Array(36).fill(0.4), 1e-6);
  });

  test('is refused on pictures without room for it', () => {
    expect(() => new GlimpseWindow({ rows: 28, columns: 3 })).toThrow(/a window onto a picture of 28 × 3 pixels/);
  });
});

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(found.length).toBe(expected.length);
  for (let i = 0; i < found.length; i++) {
    expect(Math.abs(found[i]! - expected[i]!), `value ${i}`).toBeLessThan(tolerance);
  }
}
