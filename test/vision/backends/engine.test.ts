import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { openEngine } from '../../../src/compute/engine.ts';
import { engine as backend } from '../../../src/vision/backends/engine.ts';
import type { Cnn } from '../../../src/vision/cnn.ts';
import { createCnn } from '../../../src/vision/cnn.ts';
import { loadCnn } from '../../../src/vision/load-cnn.ts';
import { efficientnet } from '../../../src/vision/networks/efficientnet.ts';
import { byDriver, wasm } from '../../nn/engines.ts';
import { distance, samplePictures } from '../cnn-contract.ts';

const pictures = samplePictures(260);
let expected: Float32Array;
let other: Cnn;
beforeAll(async () => {
  other = await loadCnn('efficientnet-lite2', 'wasm');
  expected = await other.features(pictures);
});
afterAll(() => other.dispose());
afterEach(() => vi.unstubAllEnvs());

test.each(byDriver)('gives the features of TensorFlow.js on the matrix products of %s', async (_, engine) => {
  const cnn = await loadCnn('efficientnet-lite2', 'engine', engine);
  expect(distance(await cnn.features(pictures), expected)).toBeLessThan(1e-5);
});

test.each(['2', '5'])('on %s threads, each of which takes a picture', async (threads) => {
  vi.stubEnv('OMP_NUM_THREADS', threads);
  const engine = await openEngine('wasm');
  expect(engine.threads).toBe(Number(threads));
  const cnn = await loadCnn('efficientnet-lite2', 'engine', engine);
  const room = engine.arena.size;
  for (const round of [1, 2]) expect(distance(await cnn.features(pictures), expected), `${round}`).toBeLessThan(1e-5);
  expect(engine.arena.size - room).toBeLessThan(Number(threads) * 20e6 + 50e6);
  engine.close();
});

test('an engine that is handed in is used, and left open', async () => {
  const before = wasm.arena.size;
  const cnn = await loadCnn('efficientnet-lite2', 'engine', wasm);
  const features = await cnn.features(pictures);
  expect(wasm.arena.size).toBeGreaterThan(before);
  cnn.dispose();
  const again = await loadCnn('efficientnet-lite2', 'engine', wasm);
  expect(await again.features(pictures)).toEqual(features);
});

test('no picture has no features', async () => {
  const network = await backend.open(await efficientnet(), wasm);
  expect(await network.features([])).toHaveLength(0);
});

test('an engine whose products round their factors is passed over: cached features serve all', async (context) => {
  const rounding = await openEngine('auto', 'bf16').catch(() => undefined);
  context.skip(!rounding, 'this machine has no bfloat16 products');
  const cnn = await loadCnn('efficientnet-lite2', 'engine', rounding);
  expect(distance(await cnn.features(pictures), expected)).toBeLessThan(1e-5);
  cnn.dispose();
  rounding!.close();
});

describe('maps', () => {
  test('are the last ones, whose means are the features', async () => {
    const cnn = await loadCnn('efficientnet-lite2', 'engine', wasm);
    const { height, width, values } = await cnn.maps(pictures);
    expect([height, width]).toEqual([9, 9]);
    const means = new Float32Array(3 * 1280);
    for (const [i, value] of values.entries()) means[Math.floor(i / (81 * 1280)) * 1280 + (i % 1280)]! += value / 81;
    expect(distance(means, expected)).toBeLessThan(1e-5);
  });

  test('are given whatever the features are computed by, and refused where no backend has them', async () => {
    const automatic = await loadCnn('efficientnet-lite2', 'auto', wasm);
    expect((await automatic.maps(pictures.slice(0, 1))).values).toHaveLength(81 * 1280);
    await expect(other.maps(pictures)).rejects.toThrow('the CNN efficientnet-lite2 gives no maps on the backend wasm');
  });
});

test('weights that are no numbers are told from those that are', async () => {
  const description = await efficientnet();
  const cnn = createCnn(
    {
      ...description,
      openOnEngine: async (engine) => {
        const network = await description.openOnEngine!(engine);
        const { parameters } = network as unknown as {
          parameters: { edit(change: (values: Float32Array) => void): void }[];
        };
        parameters.at(-1)!.edit((values) => values.fill(Number.NaN, 7, 8));
        return network;
      },
    },
    'engine',
    wasm,
  );
  await expect(cnn.features(pictures)).rejects.toThrow(
    'the CNN efficientnet-lite2 gives features that are no numbers. Its weights are damaged',
  );
});
