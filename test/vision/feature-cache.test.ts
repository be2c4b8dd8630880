import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { contentHash, FeatureCache, featureCachePath } from '../../src/vision/feature-cache.ts';

const D = 5;
const RECORD = 8 + 16 + 4 * D + 4;
const hashes = Array.from({ length: 6 }, (_, n) => contentHash(Buffer.from(`picture ${n}`)));
const featuresOf = (n: number) => Float32Array.from({ length: D }, (_, d) => n + d / 10);
const entry = (n: number) => [hashes[n]!, featuresOf(n)] as const;

let folder: string;
let path: string;
const opened: FeatureCache[] = [];
async function open() {
  const cache = await FeatureCache.open(path, D);
  opened.push(cache);
  return cache;
}
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cache-'));
  path = join(folder, 'deeper', 'a.features');
});
afterEach(async () => {
  for (const cache of opened.splice(0)) await cache.close();
  await rm(folder, { recursive: true });
});

/** Which of the pictures a newly opened cache knows; those it knows must be right. */
async function known(): Promise<number[]> {
  const cache = await open();
  return hashes.flatMap((hash, n) => {
    const features = cache.get(hash);
    if (features) expect(features).toEqual(featuresOf(n));
    return features ? [n] : [];
  });
}

describe('FeatureCache', () => {
  test('starts empty and gives back what was added, now and when opened again', async () => {
    const cache = await open();
    expect(cache.get(hashes[0]!)).toBeUndefined();
    await cache.add([entry(0), entry(1)]);
    await cache.add([]);
    await cache.add([entry(2)]);
    expect(cache.get(hashes[1]!)).toEqual(featuresOf(1));
    expect(cache.size).toBe(3);
    expect(await known()).toEqual([0, 1, 2]);
  });

  test('takes 28 bytes for each picture beside its features', async () => {
    await (await open()).add([entry(0), entry(1)]);
    expect((await stat(path)).size).toBe(2 * RECORD);
  });

  test('two at once see each other, and lose nothing', async () => {
    const [a, b] = [await open(), await open()];
    await Promise.all([a.add([entry(0), entry(1)]), b.add([entry(2), entry(3)])]);
    await a.add([entry(4)]);
    expect(a.get(hashes[3]!)).toEqual(featuresOf(3));
    expect(await known()).toEqual([0, 1, 2, 3, 4]);
  });

  test.each([1, 7, 8, 20, RECORD - 1])(
    'drops a last record of which %i bytes are there, and goes on after it',
    async (kept) => {
      await (await open()).add([entry(0), entry(1)]);
      await truncate(path, RECORD + kept);
      expect(await known()).toEqual([0]);
      await (await open()).add([entry(2), entry(3)]);
      expect(await known()).toEqual([0, 2, 3]);
      await (await open()).add([entry(1)]);
      expect(await known()).toEqual([0, 1, 2, 3]);
    },
  );

  test('drops damaged records only', async () => {
    await (await open()).add([0, 1, 2].map(entry));
    const bytes = await readFile(path);
    bytes[RECORD + 30]! ^= 1;
    await writeFile(path, bytes);
    expect(await known()).toEqual([0, 2]);
  });

  test('finds records after any rubbish, in files larger than what is read at once', async () => {
    await (await open()).add([entry(0)]);
    await appendFile(path, Buffer.alloc(2 ** 21 + 13, 'rubbish'));
    await (await open()).add([entry(1)]);
    expect(await known()).toEqual([0, 1]);
  });

  test('names the file and the way out where it cannot be written', async () => {
    await writeFile(join(folder, 'deeper'), 'a file');
    await expect(open()).rejects.toThrow(/cannot open the feature cache .*a\.features: found .*CAPTION_LM_CACHE/);
  });

  test('gives back thousands of vectors that were added in many pieces', async () => {
    const large = await FeatureCache.open(path, 64);
    opened.push(large);
    const keyOf = (n: number) => contentHash(Buffer.from([n, n >> 8]));
    const vectorOf = (n: number) => new Float32Array(64).fill(n);
    for (let from = 0; from < 5000; from += 250) {
      await large.add(Array.from({ length: 250 }, (_, i) => [keyOf(from + i), vectorOf(from + i)]));
    }
    const again = await FeatureCache.open(path, 64);
    opened.push(again);
    const wrong = Array.from({ length: 5000 }, (_, n) => n).filter(
      (n) => String(again.get(keyOf(n))) !== String(vectorOf(n)),
    );
    expect(wrong).toEqual([]);
  });
});

test('featureCachePath differs by CNN, preprocessing and view', () => {
  const cnn = { key: 'net-1', preprocessing: { size: 224, fit: 'squash' } } as const;
  expect(featureCachePath('f', cnn, 'plain')).toBe(join('f', 'net-1', 'squash-224-v1-plain.features'));
  expect(featureCachePath('f', cnn, 'mirrored')).toBe(join('f', 'net-1', 'squash-224-v1-mirrored.features'));
});

test('contentHash depends on the bytes alone', () => {
  expect(contentHash(Buffer.from('a'))).toBe('ca978112ca1bbdcafac231b39a23dc4d');
});
