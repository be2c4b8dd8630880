/** `caption describe` with the captioner that ships: tags of the CNN's classifier, odd pictures, damaged CNNs. */
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { openTags } from '../../src/cli/tags.ts';
import type { Cnn } from '../../src/vision/cnn.ts';
import { CNN_FOLDER } from '../../src/vision/cnn-files.ts';
import { wasm } from '../nn/engines.ts';
import { temporaryFolder } from '../training/small-training.ts';
import { refusedBy, runProgram } from './run-program.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
const cat = 'docs/pictures/cat.jpg';
const describeBy = (...args: string[]) =>
  runProgram('caption', ['describe', '--quiet', '--cnn-backend', 'engine', '--blas', 'wasm', '--beam', '3', ...args]);
const refused = refusedBy('caption');

describe('caption describe --tags', () => {
  it('prints the likeliest classes below the caption, five of them before a picture', async () => {
    const { code, stdout, stderr } = await describeBy('--tags', cat);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^.*\bcat\b.*\n {2}Egyptian cat 0\.\d\d(, [a-z ]+ 0\.\d\d){4}\n$/);
  });

  it('gives them in JSON and on the page, as many as are wanted', async () => {
    const page = join(root, 'page.html');
    const { stdout } = await describeBy(cat, '--tags', '2', '--json', '--html', page);
    const { tags } = JSON.parse(stdout);
    expect(tags).toHaveLength(2);
    expect(tags[0]).toEqual({ index: 285, name: 'Egyptian cat', probability: expect.closeTo(0.78, 1) });
    expect(await readFile(page, 'utf8')).toMatch(
      /<p class="soft tags">Egyptian cat <span>\d\d %<\/span>, [a-z ]+ <span>/,
    );
    expect((await describeBy(cat, '--json')).stdout).not.toContain('tags');
  });

  it('has the same tags when the CNN has learned with a captioner', async () => {
    const model = await captionerWith('learned', (weights) => weights.fill(0, weights.length - 10_000));
    const tagsBy = async (...options: string[]) => {
      const { stdout } = await describeBy(cat, '--tags', '3', '--json', ...options);
      return JSON.parse(stdout).tags;
    };
    expect(await tagsBy('--model', model)).toEqual(await tagsBy());
  });

  it('refuses a number that is none, and a CNN without a classifier', async () => {
    expect(await describeBy('--tags', '0', cat)).toMatchObject({ code: 2, stdout: '' });
    const cnn = { name: 'mine' } as Cnn;
    await expect(openTags(5, cnn, 'auto', wasm)).rejects.toThrow(
      '--tags needs a classifier, and the CNN of this captioner, mine, has none',
    );
  });
});

it('says how a picture is named that is taken for an option, and where its options are told', async () => {
  await copyFile(cat, join(root, '-1.jpg'));
  const args = ['describe', '-1.jpg'];
  expect(await runProgram('caption', args, { before: `cd ${root}` })).toEqual({
    code: 2,
    stdout: '',
    stderr:
      "caption: unknown option '-1.jpg'\nRun `caption describe --help` for what it takes.\n" +
      'A file is called so: name it ./-1.jpg\n',
  });
});

it('describes pictures of a pixel, and of 30,000 × 10', async () => {
  const sizes = [
    [1, 1],
    [30_000, 10],
    [10, 30_000],
  ];
  const files = sizes.map((size) => join(root, `${size.join('x')}.png`));
  await mkdir(root, { recursive: true });
  for (const [i, [width, height]] of sizes.entries()) {
    await sharp({ create: { width: width!, height: height!, channels: 3, background: 'teal' } }).toFile(files[i]!);
  }
  const { code, stdout, stderr } = await describeBy(...files);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^(\S+\.png: [a-z].*\n){3}$/);
});

describe('a captioner whose CNN is damaged is refused in a line', () => {
  it.each([
    ['torn', (weights: Buffer) => weights.subarray(0, 5_000_000), {}, /tensor \S+ is cut off: found \d+ bytes/],
    ['with NaN', withNaN, {}, /gives features that are no numbers. Its weights are damaged/],
    ['of another width', (weights: Buffer) => weights, { featureSize: 1408 }, /found 1408 features, expected 1280/],
    ['of another size', (weights: Buffer) => weights, { name: 'efficientnet-lite0' }, /was trained with another CNN/],
    [
      'of another training',
      (weights: Buffer) => weights,
      { weights: { file: 'weights.safetensors', sha256: '0'.repeat(64) } },
      /is not the file that its config names: found the SHA-256 d245617c\w+, expected 0{64}\./,
    ],
  ])('%s', async (name, damage, config, message) => {
    const model = await captionerWith(name, damage, config);
    expect(await describeBy(cat, '--model', model)).toEqual(refused(1, new RegExp(`.*${message.source}`)));
  });
});

/** The captioner that ships, with its CNN in its folder as one that has learned. */
async function captionerWith(name: string, change: (weights: Buffer) => Uint8Array, changes = {}): Promise<string> {
  const folder = join(root, name);
  const cnn = join(folder, CNN_FOLDER);
  await mkdir(cnn, { recursive: true });
  const config = JSON.parse(await readFile('data/captioner/config.json', 'utf8'));
  await copyFile('data/captioner/vocabulary.json', join(folder, 'vocabulary.json'));
  for (const file of ['weights', 'confidence'].map((part) => `${part}.safetensors`)) {
    await symlink(resolve('data/captioner', file), join(folder, file));
  }
  const { classifier: _, ...ofCnn } = JSON.parse(await readFile('data/efficientnet-lite2/config.json', 'utf8'));
  const weights = change(await readFile('data/efficientnet-lite2/weights.safetensors'));
  ofCnn.weights.sha256 = createHash('sha256').update(weights).digest('hex');
  const written = { ...ofCnn, ...changes };
  await writeFile(join(cnn, 'config.json'), JSON.stringify(written));
  const key = `${ofCnn.name}-v${ofCnn.version}-${written.weights.sha256.slice(0, 12)}`;
  config.pictures = { ...config.pictures, folder: CNN_FOLDER, key };
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  await writeFile(join(cnn, 'weights.safetensors'), weights);
  return folder;
}

/** A value of the filters in half precision, which come last, is no number. */
function withNaN(weights: Buffer): Buffer {
  weights.writeUInt16LE(0x7e00, weights.length - 2);
  return weights;
}
