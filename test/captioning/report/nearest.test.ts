import { afterAll, expect, it } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { runAtOnce } from '../../../src/base/steps.ts';
import { nearestPicturesSteps } from '../../../src/captioning/report/nearest.ts';
import { openEngine } from '../../../src/compute/engine.ts';

const nearestPictures = (...args: Parameters<typeof nearestPicturesSteps>) => runAtOnce(nearestPicturesSteps(...args));

const engine = await openEngine('wasm');
afterAll(() => engine.close());

const D = 3;

function randomFeatures(count: number, seed: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: count * D }, () => random.normal());
}

it('finds the pictures with the highest cosine, most similar first, also among more than one block of them', () => {
  const [queries, pictures] = [randomFeatures(1030, 1), randomFeatures(2100, 2)];
  const used = engine.arena.size;
  const found = nearestPictures(engine, queries, pictures, D, 4);
  expect(found).toHaveLength(1030);
  expect(engine.arena.size).toBe(used);

  const row = (features: Float32Array, i: number) => [...features.subarray(i * D, (i + 1) * D)];
  const cosine = (a: number[], b: number[]) =>
    a.reduce((sum, x, d) => sum + x * b[d]!, 0) / Math.hypot(...a) / Math.hypot(...b);
  for (const query of [0, 517, 1023, 1024, 1029]) {
    const similarities = Array.from({ length: 2100 }, (_, i) => cosine(row(queries, query), row(pictures, i)));
    const ranked = [...similarities.keys()].sort((a, b) => similarities[b]! - similarities[a]!);
    expect(found[query]).toEqual(ranked.slice(0, 4));
  }
});

it('finds all there are where fewer are there than asked for, and stands a picture without features', () => {
  const pictures = Float32Array.of(0, 0, 0, 1, 0, 0);
  expect(nearestPictures(engine, Float32Array.of(2, 1, 0), pictures, D, 5)).toEqual([[1, 0]]);
  expect(nearestPictures(engine, Float32Array.of(0, 0, 0), pictures, D, 1)).toEqual([[0]]);
});
