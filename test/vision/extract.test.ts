import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Cnn } from '../../src/vision/cnn.ts';
import { collectFeatures, type ExtractOptions, extractFeatures, type PictureSource } from '../../src/vision/extract.ts';
import type { Pixels } from '../../src/vision/pixels.ts';

/** Its features are the red of the first and of the last pixel, and how many pictures it saw is counted. */
class FakeCnn implements Cnn {
  readonly name = 'fake';
  readonly key = 'fake-1';
  readonly preprocessing = { size: 4, fit: 'squash' } as const;
  readonly featureSize = 2;
  loads = 0;
  batches: number[] = [];

  async load() {
    this.loads++;
  }
  async features(pictures: readonly Pixels[]) {
    this.batches.push(pictures.length);
    return Float32Array.from(pictures.flatMap((pixels) => [pixels[0]!, pixels.at(-3)!]));
  }
  maps(): Promise<never> {
    throw new Error('not asked for here');
  }
  dispose() {}

  get seen() {
    return this.batches.reduce((sum, n) => sum + n, 0);
  }
}

let folder: string;
let cache: string;
let cnn: FakeCnn;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'extract-'));
  cache = join(folder, 'cache');
  cnn = new FakeCnn();
});
afterEach(() => rm(folder, { recursive: true }));

/** A picture whose left half has the red value `n`, and whose right half has `n + 100`. */
async function pictureOf(n: number): Promise<Buffer> {
  const pixels = Uint8Array.from({ length: 4 * 4 * 3 }, (_, i) =>
    i % 3 ? 0 : Math.floor(i / 3) % 4 < 2 ? n : n + 100,
  );
  return sharp(pixels, { raw: { width: 4, height: 4, channels: 3 } })
    .png()
    .toBuffer();
}

async function files(count: number): Promise<string[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const path = join(folder, `${n}.png`);
      await writeFile(path, await pictureOf(n));
      return path;
    }),
  );
}

async function extract(pictures: Parameters<typeof extractFeatures>[0], options: ExtractOptions = {}) {
  const results = [];
  for await (const extracted of extractFeatures(pictures, cnn, options)) results.push(extracted);
  return results;
}

describe('extractFeatures', () => {
  test('yields the features of files and of bytes in order, in batches', async () => {
    const paths = await files(7);
    const sources: PictureSource[] = [...paths.slice(0, 6), { name: '-', bytes: await pictureOf(6) }];
    const results = await extract(sources, { batchSize: 3 });
    expect(results.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(results.map(({ name }) => name)).toEqual([...paths.slice(0, 6), '-']);
    for (const { index, features, mirrored } of results) {
      expect([...features]).toEqual([index, index + 100]);
      expect(mirrored).toBeUndefined();
    }
    expect(cnn.batches).toEqual([3, 3, 1]);
  });

  test('adds the mirror images on demand', async () => {
    const results = await extract(await files(3), { mirrored: true, batchSize: 4 });
    for (const { index, features, mirrored } of results) {
      expect([...features]).toEqual([index, index + 100]);
      expect([...(mirrored ?? [])]).toEqual([index + 100, index]);
    }
    expect(cnn.batches).toEqual([4, 2]);
  });

  test('computes nothing that is in the cache, and does not load the CNN', async () => {
    const paths = await files(5);
    const first = await extract(paths, { cache, mirrored: true });
    cnn = new FakeCnn();
    expect(await extract(paths, { cache, mirrored: true })).toEqual(first);
    expect({ loads: cnn.loads, seen: cnn.seen }).toEqual({ loads: 0, seen: 0 });
  });

  test('computes only the views that are missing', async () => {
    const paths = await files(3);
    await extract(paths, { cache });
    expect(cnn.seen).toBe(3);
    await extract(paths, { cache, mirrored: true });
    expect(cnn.seen).toBe(6);
  });

  test('finds a copy in the cache, and a changed file not', async () => {
    const [path] = (await files(1)) as [string];
    await extract([path], { cache });
    await writeFile(join(folder, 'copy.png'), await pictureOf(0));
    await writeFile(path, await pictureOf(50));
    const [changed, copy] = await extract([path, join(folder, 'copy.png')], { cache });
    expect(cnn.seen).toBe(2);
    expect([...changed!.features]).toEqual([50, 150]);
    expect([...copy!.features]).toEqual([0, 100]);
  });

  test('leaves out bad pictures and reports each', async () => {
    const paths = await files(3);
    await writeFile(paths[1]!, 'no picture');
    const skipped: string[] = [];
    const progress: unknown[] = [];
    const results = await extract([...paths, 'missing.png'], {
      batchSize: 2,
      onSkip: ({ index, name, error }) => skipped.push(`${index} ${name} ${error.message}`),
      onProgress: (now) => progress.push(now),
    });
    expect(results.map(({ index }) => index)).toEqual([0, 2]);
    expect(skipped).toHaveLength(2);
    expect(skipped[0]).toContain(`1 ${paths[1]} ${paths[1]} is not a picture`);
    expect(skipped[1]).toContain('3 missing.png cannot read the picture missing.png');
    expect(progress.at(-1)).toEqual({ done: 4, computed: 2, skipped: 2 });
  });

  test('reads few pictures ahead of the one it yields', async () => {
    let asked = 0;
    async function* endless() {
      for (;;) yield { name: `${asked++}`, bytes: await pictureOf(asked % 100) };
    }
    for await (const { index } of extractFeatures(endless(), cnn, { batchSize: 2 })) {
      expect(asked - index).toBeLessThanOrEqual(10);
      if (index === 50) break;
    }
  });

  test('stops on a signal and keeps what was computed', async () => {
    const paths = await files(12);
    const stop = new AbortController();
    const run = extract(paths, {
      cache,
      batchSize: 2,
      signal: stop.signal,
      onProgress: ({ done }) => done >= 4 && stop.abort(new Error('stopped')),
    });
    await expect(run).rejects.toThrow('stopped');
    expect(cnn.seen).toBe(6); // it was at the next batch already, which may be lost
    cnn = new FakeCnn();
    expect(await extract(paths, { cache })).toHaveLength(12);
    expect([6, 8]).toContain(cnn.seen);
  });

  test('waits neither for the CNN nor for a picture when it is stopped', async () => {
    const paths = await files(6);
    const stop = new AbortController();
    let asked = () => {};
    const busy = new Promise<void>((resolve) => {
      asked = resolve;
    });
    cnn.features = () => {
      asked();
      return new Promise(() => {});
    };
    const run = extract(paths, { cache, batchSize: 2, signal: stop.signal });
    await busy;
    stop.abort(new Error('stopped'));
    await expect(run).rejects.toThrow('stopped');
  });

  test('lets the CNN work on the next batch while the features of one are used', async () => {
    for await (const { index } of extractFeatures(await files(9), cnn, { batchSize: 3 })) {
      expect(cnn.batches.length).toBeGreaterThanOrEqual(Math.min(3, Math.floor(index / 3) + 2));
    }
  });

  test('stores what the CNN was at when nobody wants more', async () => {
    const paths = await files(9);
    for await (const { index } of extractFeatures(paths, cnn, { cache, batchSize: 3 })) if (index === 0) break;
    expect(cnn.seen).toBe(6);
    cnn = new FakeCnn();
    await extract(paths, { cache });
    expect(cnn.seen).toBe(3);
  });

  test('passes on what the CNN throws', async () => {
    cnn.features = () => Promise.reject(new Error('no weights'));
    await expect(extract(await files(3))).rejects.toThrow('no weights');
  });

  test('of no pictures is empty', async () => {
    expect(await extract([], { cache })).toEqual([]);
  });
});

test('collectFeatures gives a matrix whose rows of skipped pictures are zero', async () => {
  const paths = await files(3);
  await writeFile(paths[1]!, '');
  const { features, mirrored, skipped } = await collectFeatures(paths, cnn, { mirrored: true });
  expect([...features]).toEqual([0, 100, 0, 0, 2, 102]);
  expect([...mirrored!]).toEqual([100, 0, 0, 0, 102, 2]);
  expect(skipped).toEqual(new Set([1]));
});
