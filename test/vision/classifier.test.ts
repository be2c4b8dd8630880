import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeSafetensors } from '../../src/base/safetensors.ts';
import { Classifier } from '../../src/vision/classifier.ts';
import { temporaryFolder } from '../training/small-training.ts';

/** K = 3, D = 2. */
const classes = ['tench, Tinca tinca', 'goldfish', 'shark'];
const weights = Float32Array.of(1, 2, 0, -1, 3, 0.5);
const bias = Float32Array.of(0.5, 0, -2);
const small = new Classifier(classes, weights, bias);

describe('Classifier', () => {
  test('gives the softmax of W v + b', () => {
    // Logits of v = (1, 2): 1 + 4 + 0.5, -2, 3 + 1 - 2.
    const shares = [5.5, -2, 2].map(Math.exp);
    const sum = shares.reduce((a, b) => a + b);
    const expected = shares.map((share) => share / sum);
    const found = small.probabilities(Float32Array.of(1, 2));
    for (const [k, p] of expected.entries()) expect(found[k]).toBeCloseTo(p, 6);
    expect(small.tags(Float32Array.of(1, 2), 2)).toEqual([
      { index: 0, name: 'tench', probability: found[0] },
      { index: 2, name: 'shark', probability: found[2] },
    ]);
    expect(small.tags(Float32Array.of(1, 2))).toHaveLength(3);
    expect(small.probabilities(Float32Array.of(1000, 1000))).toEqual(Float32Array.of(0, 0, 1));
  });

  test('gives an activation map of each picture', () => {
    const maps = { height: 1, width: 2, values: Float32Array.of(1, 2, 0, 1, 3, 0, -1, 4) };
    expect(small.activation(maps, 2)).toEqual(Float32Array.of(4, 0.5, 9, -1));
  });

  test('refuses features and maps of another size, and classes that it has not', () => {
    const maps = { height: 1, width: 2, values: Float32Array.of(1, 2, 0, 1) };
    expect(() => small.tags(Float32Array.of(1))).toThrow('1 values, expected 1 × 2');
    expect(() => small.activation({ ...maps, height: 3 }, 0)).toThrow('4 values, expected 6 × 2');
    expect(() => small.activation(maps, 3)).toThrow('class 3, expected 0 to 2');
  });
});

describe('a classifier in a folder', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await temporaryFolder();
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'classes.json'), JSON.stringify(classes));
    await write('good', weights, bias);
    await write('nan', weights, bias.with(1, Number.NaN));
    await write('narrow', weights.subarray(0, 3), bias);
    await writeFile(join(folder, 'torn'), 'torn');
    await copyFile(join(folder, 'torn'), join(folder, 'torn.json'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const write = (name: string, W: Float32Array, b: Float32Array) =>
    writeSafetensors(join(folder, name), [
      { name: 'classifier.weight', shape: [3, W.length / 3], data: W },
      { name: 'classifier.bias', shape: [3], data: b },
    ]);

  test('is the one that was written', async () => {
    const read = await Classifier.read(folder, 'good', 'classes.json', 2);
    expect(read.tags(Float32Array.of(1, 2))).toEqual(small.tags(Float32Array.of(1, 2)));
  });

  test.each([
    [
      'nan',
      'classes.json',
      /nan: tensor classifier\.bias does not fit .*: found values that are no numbers, exp.* \[3\]/,
    ],
    [
      'narrow',
      'classes.json',
      /narrow: tensor classifier\.weight does not fit .*: found \[3,1\], expected floats \[3,2\]/,
    ],
    ['torn', 'classes.json', /torn is not a safetensors file/],
    ['none', 'classes.json', /cannot read the tensors in .*none: found no such file/],
    ['good', 'torn.json', /the CNN's classes .*torn\.json is not valid JSON/],
    ['good', 'none.json', /cannot read the CNN's classes .*none\.json: found no such file/],
  ])('is refused in a line: %s, %s', async (weightsFile, classesFile, message) => {
    await expect(Classifier.read(folder, weightsFile, classesFile, 2)).rejects.toThrow(message);
  });
});
