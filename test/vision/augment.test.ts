import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { augment } from '../../src/vision/augment.ts';
import { mirror } from '../../src/vision/pixels.ts';

const SIZE = 20;
const pixelsOf = (valueAt: (x: number, y: number, c: number) => number) =>
  Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return valueAt(pixel % SIZE, Math.floor(pixel / SIZE), i % 3);
  });
const photo = pixelsOf((x, y, c) => (x * y * (c + 3) + 7 * x) % 256);
const views = (pixels: Uint8Array, changes: { crop?: number; colour?: number }, count = 20) =>
  Array.from({ length: count }, (_, seed) =>
    augment(pixels, SIZE, new Random(seed), { crop: 1, colour: 0, ...changes }),
  );

describe('augment', () => {
  test('of the whole picture in its own light gives it or its mirror image, each about as often', () => {
    const mirrored = mirror(photo, SIZE);
    const isMirrored = views(photo, {}).map((view) => {
      expect([photo, mirrored]).toContainEqual(view);
      return view[0] === mirrored[0] && view[1] === mirrored[1];
    });
    const count = isMirrored.filter((is) => is).length;
    expect(count).toBeGreaterThan(4);
    expect(count).toBeLessThan(16);
  });

  test('shows a square of the picture at its size, somewhere in it', () => {
    // Red says how far to the right a pixel is, green how far down.
    const ramp = pixelsOf((x, y, c) => [10 * x, 10 * y, 0][c]!);
    const corners = views(ramp, { crop: 0.5 }).map((view) => {
      const last = view.length - 3;
      const [width, height] = [Math.abs(view[last]! - view[0]!), view[last + 1]! - view[1]!];
      expect(Math.abs(width - height)).toBeLessThan(8); // at the edges pixels have no neighbours to be mixed with
      expect(width).toBeGreaterThan(0.5 * 190 - 15);
      expect(Math.max(...view)).toBeLessThanOrEqual(190);
      return view[1]!;
    });
    expect(new Set(corners).size).toBeGreaterThan(10);
  });

  test('changes the light within its limits, and grey stays grey', () => {
    const grey = pixelsOf((x) => 100 + x);
    const means = views(grey, { colour: 0.2 }).map((view) => {
      for (let i = 0; i < view.length; i += 3) expect(view[i]).toBe(view[i + 1]);
      return view.reduce((sum, value) => sum + value, 0) / view.length;
    });
    const mean = 109.5;
    expect(Math.min(...means)).toBeGreaterThan(0.79 * mean);
    expect(Math.max(...means)).toBeLessThan(1.21 * mean);
    expect(Math.max(...means) - Math.min(...means)).toBeGreaterThan(0.2 * mean);
  });

  test('gives the same view for the same random numbers, another one for others', () => {
    const [once, again] = [views(photo, { crop: 0.7, colour: 0.3 }), views(photo, { crop: 0.7, colour: 0.3 })];
    expect(once).toEqual(again);
    expect(new Set(once.map((view) => view.join())).size).toBe(once.length);
  });
});
