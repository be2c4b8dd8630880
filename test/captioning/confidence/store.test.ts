import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toInt8 } from '../../../src/base/int8.ts';
import { readSafetensors, writeSafetensors } from '../../../src/base/safetensors.ts';
import { Confidence } from '../../../src/captioning/confidence/confidence.ts';
import { Familiarity } from '../../../src/captioning/confidence/familiarity.ts';
import { confidenceConfig, readConfidence, writeConfidence } from '../../../src/captioning/confidence/store.ts';
import { temporaryFolder } from '../../training/small-training.ts';

const [D, V] = [3, 10];
const formerCentroids = {
  name: 'familiarity.centroids',
  shape: [1, D],
  data: Float32Array.of(0, 0.6, 0.8),
  half: true,
};
const familiarity = [
  { name: 'familiarity.centroids', shape: [1, D], data: Int8Array.of(0, 95, 127) },
  { name: 'familiarity.centroids.scales', shape: [1], data: Float32Array.of(0.8 / 127) },
];
const words = [
  { name: 'detectors.words', shape: [2], data: Int32Array.of(4, 7) },
  { name: 'detectors.mean', shape: [D], data: Float32Array.of(1, 2, 3) },
  { name: 'detectors.shares', shape: [2], data: Float32Array.of(0.5, 0.25) },
  { name: 'detectors.rarities', shape: [2], data: Float32Array.of(0.5, 1) },
];
/** The directions (127, 1, 0) and (0, -127, 127), of which the two words have (1, 1) and (0, -2). */
const matrices = [
  { name: 'detectors.encode', shape: [2, D], data: Int8Array.of(127, 1, 0, 0, -127, 127) },
  { name: 'detectors.encode.scales', shape: [2], data: Float32Array.of(1, 1) },
  { name: 'detectors.decode', shape: [2, 2], data: Int8Array.of(127, 127, 0, -127) },
  { name: 'detectors.decode.scales', shape: [2], data: Float32Array.of(1 / 127, 2 / 127) },
];
const asHalves = [
  { name: 'detectors.encode', shape: [D, 2], data: Float32Array.of(127, 0, 1, -127, 0, 127), half: true },
  { name: 'detectors.decode', shape: [2, 2], data: Float32Array.of(1, 1, 0, -2), half: true },
];
const name = 'confidence.safetensors' as const;
const pictures = { file: name, pictures: 9, languages: [{ pictures: 9, power: 1 }] };
const shape = { vocabulary: V, condition: D };
const folder = await temporaryFolder();
const file = join(folder, name);
const shares = (confidence: Confidence, features: readonly number[]) => {
  const { detectors } = confidence.languages.get(undefined)!;
  const detected = detectors.detect(Float32Array.from(features));
  return [detected.shareOf(4), detected.shareOf(7), detected.shareOf(5)];
};

describe('confidence in a folder', () => {
  it('detects words by directions of the features, in 8-bit integers', async () => {
    await writeSafetensors(file, [...familiarity, ...words, ...matrices]);
    const confidence = await readConfidence(folder, pictures, shape);
    expect(shares(confidence, [1, 2, 3])).toEqual([0.5, 0.25, 0]);
    const [first, second] = shares(confidence, [2, 2, 4]); // 127 and 127 along the directions
    expect(first).toBeCloseTo(254.5, 4);
    expect(second).toBeCloseTo(-253.75, 4);
  });

  it('is written as it was read', async () => {
    await writeSafetensors(file, [...familiarity, ...words, ...matrices]);
    const before = (await readSafetensors(file)).tensors;
    await writeConfidence(folder, await readConfidence(folder, pictures, shape), name);
    expect((await readSafetensors(file)).tensors).toEqual(before);
  });

  it('is read from files in half precision, which raise features to no power', async () => {
    await writeSafetensors(file, [formerCentroids, ...words, ...asHalves]);
    const confidence = await readConfidence(folder, pictures, shape);
    expect(shares(confidence, [2, 2, 4])[0]).toBeCloseTo(254.5, 0);
    expect(shares(confidence, [2, 2, 4])[1]).toBeCloseTo(-253.75, 0);
    expect(confidence.familiarity.of(Float32Array.of(0, 3, 4))).toBeCloseTo(1, 2);
  });

  it('raises features to a power, with their sign', async () => {
    await writeSafetensors(file, [...familiarity, ...words, ...matrices]);
    const roots = { file: name, pictures: 9, languages: [{ pictures: 9, power: 0.5 }] };
    const confidence = await readConfidence(folder, roots, shape);
    expect(shares(confidence, [1, 4, 9])).toEqual([0.5, 0.25, 0]);
    expect(shares(confidence, [-1, 4, 9])[0]).toBeCloseTo(0.5 - 254, 4);
    expect(confidenceConfig(confidence, name).languages).toEqual([{ pictures: 9, power: 0.5 }]);
  });

  it.each([
    ['without scales', [...words, ...matrices.slice(0, 3)], 'no tensor detectors.decode.scales'],
    ['of other directions', [...words, ...matrices.slice(0, 2), ...asHalves.slice(1)], 'detectors.decode of 2 × 2'],
    ['of other features', [...words, matrices[2]!, matrices[3]!], 'no tensor detectors.encode'],
  ])('is refused %s', async (_, tensors, found) => {
    await writeSafetensors(file, [...familiarity, ...tensors]);
    await expect(readConfidence(folder, pictures, shape)).rejects.toThrow(found);
  });

  it('knows no detectors of words that the vocabulary has not', async () => {
    await writeSafetensors(file, [...familiarity, ...words, ...matrices]);
    await expect(readConfidence(folder, pictures, { vocabulary: 6, condition: D })).rejects.toThrow(
      'a word of number 7',
    );
  });
});

it('has the number of pictures of familiarity', () => {
  const known = new Confidence(new Familiarity(toInt8(new Float32Array(D), 1), 4), new Map());
  expect(confidenceConfig(known, name)).toEqual({ file: name, pictures: 4, languages: [] });
});
