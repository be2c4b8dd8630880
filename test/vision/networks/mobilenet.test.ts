import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localMobilenet } from '../../../src/vision/networks/mobilenet.ts';

const original = '../shared/models/mobilenet_v1_0.25_224';

describe.skipIf(!existsSync(original))('localMobilenet', () => {
  let folder: string;
  beforeAll(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'mobilenet-')), 'copy');
    await cp(original, folder, { recursive: true, mode: 0 });
  });
  afterAll(() => rm(join(folder, '..'), { recursive: true }));

  test('reads version, size and key from the folder', async () => {
    const { name, key, featureSize } = await localMobilenet(folder, []);
    expect({ name, featureSize }).toEqual({ name: 'copy', featureSize: 256 });
    expect(key).toBe((await localMobilenet(original, [])).key);
  });

  test('refuses truncated weights', async () => {
    const weights = join(folder, 'group1-shard1of1.bin');
    await truncate(weights, 1000);
    await expect(localMobilenet(folder, [])).rejects.toThrow(/do not fit it: found 1000 bytes, expected 1870380/);
    await rm(weights);
    await expect(localMobilenet(folder, [])).rejects.toThrow(
      /cannot read the CNN's file .*shard1of1\.bin: found no such file/,
    );
  });

  test('refuses a model that is no MobileNet', async () => {
    const path = join(folder, 'model.json');
    await writeFile(path, '{"modelTopology": {}, "weightsManifest": []}');
    await expect(localMobilenet(folder, [])).rejects.toThrow('is not a MobileNet');
    await writeFile(path, (await readFile(join(original, 'model.json'))).subarray(0, 500));
    await expect(localMobilenet(folder, [])).rejects.toThrow('is not valid JSON');
  });
});
