import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { BACKENDS } from '../../src/vision/backends/backends.ts';
import { loadCnn } from '../../src/vision/load-cnn.ts';
import { CNN_NAMES, describeCnn } from '../../src/vision/networks/describe-cnn.ts';
import { distance, samplePictures, testCnnContract } from './cnn-contract.ts';

const localMobilenet = '../shared/models/mobilenet_v1_0.25_224';
const local = existsSync(localMobilenet) ? [localMobilenet] : [];
const descriptions = await Promise.all([...CNN_NAMES, ...local].map(describeCnn));
/** Every backend, with the CNNs that it runs and that need no download. */
const installations = await Promise.all(
  BACKENDS.map(async ({ name, load, runs }) => ({
    backend: name,
    installed: await load().then(
      () => true,
      () => false,
    ),
    choices: descriptions.filter((cnn) => !cnn.downloaded && runs(cnn)).map(({ choice }) => choice),
  })),
);

describe.each(installations)('on $backend (installed: $installed)', ({ backend, choices, installed }) => {
  describe.skipIf(!installed).each(choices)('%s', (choice) => {
    testCnnContract(() => loadCnn(choice, backend));

    test.skipIf(backend === 'wasm')("gives the same features as on TensorFlow.js' WebAssembly", async () => {
      const features = [];
      for (const each of [backend, 'wasm'] as const) {
        const cnn = await loadCnn(choice, each);
        features.push(await cnn.features(samplePictures(cnn.preprocessing.size)));
        cnn.dispose();
      }
      expect(distance(features[0]!, features[1]!)).toBeLessThan(1e-4);
    });
  });
});

describe('loadCnn', () => {
  test('takes the CNN that ships where none is named, and says what it is without loading it', async () => {
    const { name, key, featureSize, preprocessing } = await loadCnn();
    expect({ name, featureSize, preprocessing }).toEqual({
      name: 'efficientnet-lite2',
      featureSize: 1280,
      preprocessing: { size: 260, fit: 'squash' },
    });
    expect(key).toBe('efficientnet-lite2-v1-d245617cb337');
  });

  test('knows the sizes of the MobileNets that are downloaded', async () => {
    expect((await loadCnn('mobilenet-v1')).featureSize).toBe(1024);
    expect((await loadCnn('mobilenet-v2')).featureSize).toBe(1280);
  });

  test('says what MobileNets run on where onnxruntime is asked for, installed or not', async () => {
    await expect(loadCnn('mobilenet-v2', 'onnxruntime')).rejects.toThrow(
      'the CNN mobilenet-v2 does not run on onnxruntime: expected one of auto, tensorflow, wasm',
    );
  });

  test('names the choices where there is no such folder', async () => {
    await expect(loadCnn('mobilnet')).rejects.toThrow(/mobilnet\/model\.json.*ENOENT.*efficientnet-lite2/);
  });
});
