/** What every CNN must do, whatever is inside; run it with `describe.each`. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Cnn } from '../../src/vision/cnn.ts';
import { mirror, type Pixels } from '../../src/vision/pixels.ts';

export function testCnnContract(load: () => Promise<Cnn>) {
  let cnn: Cnn;
  let pictures: Pixels[];
  let features: Float32Array; // [3, D]
  beforeAll(async () => {
    cnn = await load();
    pictures = samplePictures(cnn.preprocessing.size);
    features = await cnn.features(pictures);
  }, 60_000);
  afterAll(() => cnn.dispose());

  test('gives finite features of the promised size that differ between pictures', () => {
    expect(features).toHaveLength(3 * cnn.featureSize);
    expect(features.every(Number.isFinite)).toBe(true);
    expect(distance(row(0), row(1))).toBeGreaterThan(0.01);
    expect(distance(row(0), row(2))).toBeGreaterThan(0.01);
  });

  test('is deterministic', async () => {
    expect(await cnn.features(pictures)).toEqual(features);
  });

  test('gives a picture the same features alone and in a batch', async () => {
    for (const [n, picture] of pictures.entries()) {
      expect(distance(await cnn.features([picture]), row(n))).toBeLessThan(1e-5);
    }
  });

  test('gives the mirror image other features', async () => {
    const mirrored = await cnn.features([mirror(pictures[0]!, cnn.preprocessing.size)]);
    expect(distance(mirrored, row(0))).toBeGreaterThan(0.01);
  });

  test('has a key that serves as a name of a folder', () => {
    expect(cnn.key).toMatch(/^[a-z0-9.-]+$/);
  });

  test('refuses a picture of another size', async () => {
    await expect(cnn.features([new Uint8Array(12)])).rejects.toThrow('picture 0: 12 bytes');
  });

  const row = (n: number) => features.subarray(n * cnn.featureSize, (n + 1) * cnn.featureSize);
}

/** Three pictures by integer formulas, which scripts/reference/efficientnet.py repeats. */
export function samplePictures(size: number): Pixels[] {
  const formulas = [
    (x: number, y: number, c: number) => (x * y * (c + 1)) >> 4,
    (x: number, y: number, c: number) => (x * (c + 1) + y * (3 - c)) >> 2,
    (x: number, y: number, c: number) => ((x - 112) ** 2 + (y - 90) ** 2) >> (4 + c),
  ];
  return formulas.map((formula) =>
    Uint8Array.from(
      { length: size * size * 3 },
      (_, i) => formula(Math.floor(i / 3) % size, Math.floor(i / 3 / size), i % 3) & 255,
    ),
  );
}

/** ‖a - b‖ / ‖b‖ */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0;
  let length = 0;
  for (let i = 0; i < b.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    length += b[i]! ** 2;
  }
  return Math.sqrt(difference / length);
}
