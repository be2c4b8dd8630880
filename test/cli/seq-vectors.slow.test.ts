/** `seq` on what is not words: tables of numbers, IDX files, pictures. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { waves } from '../sequences/small-sequences.ts';
import { temporaryFolder } from '../training/small-training.ts';
import { oneLine, runProgram } from './run-program.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
const path = (name: string) => join(root, name);
const seq = (...args: string[]) => runProgram('seq', [...args, '--quiet', '--blas', 'wasm']);
const SMALL = ['--hidden', '16', '--batch', '10', '--lr', '0.02', '--dropout', '0'];

/** Pictures of 4 × 4 with a bright row (label 0) or a bright column (label 1). */
function idxOfStripes(count: number, seed: number): { images: Buffer; labels: Buffer } {
  const random = new Random(seed);
  const images = Buffer.alloc(16 + 16 * count);
  images.set([0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 4, 0, 0, 0, 4]);
  const labels = Buffer.alloc(8 + count);
  labels.set([0, 0, 8, 1, 0, 0, 0, count]);
  for (let i = 0; i < count; i++) {
    const label = random.integer(2);
    const at = random.integer(4);
    for (let k = 0; k < 4; k++)
      images[16 + 16 * i + (label === 0 ? 4 * at + k : 4 * k + at)] = 200 + random.integer(56);
    labels[8 + i] = label;
  }
  return { images, labels };
}

async function writeIdx(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [start, count, seed] of [
    ['train', 200, 1],
    ['t10k', 100, 2],
  ] as const) {
    const { images, labels } = idxOfStripes(count, seed);
    await writeFile(join(folder, `${start}-images-idx3-ubyte`), images);
    await writeFile(join(folder, `${start}-labels-idx1-ubyte`), labels);
  }
}

describe('seq on IDX files', () => {
  beforeAll(() => writeIdx(path('stripes')));

  it.each(['rows', 'pixels', 'whole'])(
    'reads pictures by %s, learns from the one set and is measured on the other',
    async (how) => {
      const trained = await seq(
        'train',
        path('stripes'),
        '--out',
        path(how),
        '--read',
        how,
        '--epochs',
        '20',
        ...SMALL,
      );
      expect(trained).toEqual({ code: 0, stdout: '', stderr: '' });
      const config = JSON.parse(await readFile(join(path(how), 'config.json'), 'utf8'));
      expect(config).toMatchObject({
        reading: how,
        shape: { reads: { vectors: { rows: 4, pixels: 1, whole: 16 }[how] } },
      });
      const { stdout } = await seq('evaluate', path('stripes'), '--model', path(how), '--json');
      expect(JSON.parse(stdout)).toMatchObject({ labels: 100 });
      expect(JSON.parse(stdout).accuracy).toBeGreaterThan(0.95);
    },
  );

  it('reads pictures by glimpses, and draws their paths on a page', async () => {
    const [out, page] = [path('glimpses'), path('glimpses.html')];
    const trained = await seq(
      'train',
      path('stripes'),
      '--read',
      'glimpses',
      '--glimpses',
      '3',
      '--epochs',
      '2',
      '--out',
      out,
      ...SMALL,
    );
    expect(trained).toEqual({ code: 0, stdout: '', stderr: '' });
    const evaluated = await seq('evaluate', path('stripes'), '--model', out, '--report', page);
    expect(evaluated).toMatchObject({ code: 0, stdout: expect.stringMatching(/^labels +100\n/) });
    expect(await readFile(page, 'utf8')).toMatch(/3 glimpses of each picture[\s\S]*<svg/);
    const { stdout } = await seq('predict', path('stripes/t10k-images-idx3-ubyte'), '--model', out);
    expect(stdout).toMatch(/^([01]\t[01]\.\d{4}\n){100}$/);
    const refused = await seq('train', path('stripes'), '--read', 'glimpses', '--bidirectional', '--out', path('no'));
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(oneLine('seq', /glimpses are chosen in/)) });
  });

  it('predicts a label for each picture of a file', async () => {
    const { stdout } = await seq('predict', path('stripes/t10k-images-idx3-ubyte'), '--model', path('rows'));
    expect(stdout).toMatch(/^([01]\t[01]\.\d{4}\n){100}$/);
  });

  it('refuses a torn file', async () => {
    await mkdir(path('torn'));
    const { images, labels } = idxOfStripes(20, 1);
    await writeFile(path('torn/train-images-idx3-ubyte'), images.subarray(0, 100));
    await writeFile(path('torn/train-labels-idx1-ubyte'), labels);
    expect(await seq('train', path('torn'), '--out', path('no'))).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        oneLine('seq', /.*ubyte is cut short: found 100 bytes, expected 336 for 20 × 4 × 4/),
      ),
    });
  });
});

describe('seq on tables of numbers', () => {
  it('learns and says labels of vectors, one to one', async () => {
    const lines = waves(300).examples.map(({ inputs, labels }) => `${[...inputs].join(',')},${labels[0]}\n`);
    await writeFile(path('waves.csv'), `x,y,label\n${lines.join('')}`);
    const trained = await seq('train', path('waves.csv'), '--cell', 'rnn', '--out', path('waves'), ...SMALL);
    expect(trained.code).toBe(0);
    await writeFile(path('ask.jsonl'), '{"vector":[1000,0.009]}\n{"vector":[1000,-0.009]}\n');
    const { stdout } = await seq('predict', path('ask.jsonl'), '--model', path('waves'));
    expect(stdout).toMatch(/^above\t[01]\.\d{4}\nbelow\t[01]\.\d{4}\n$/);
    await writeFile(path('wide.jsonl'), '{"vector":[1,2,3]}\n');
    const refused = await seq('predict', path('wide.jsonl'), '--model', path('waves'));
    expect(refused.stderr).toMatch(
      oneLine('seq', /the model does not read this: found vectors of 3 numbers, expected/),
    );
  });
});

describe('seq on pictures', () => {
  it('learns the classes of folders from what a CNN says, and labels other pictures', async () => {
    const random = new Random(1);
    for (const label of ['red', 'blue']) {
      await mkdir(path(`pictures/${label}`), { recursive: true });
      for (let i = 0; i < 6; i++) await writePicture(path(`pictures/${label}/${i}.png`), label, random);
    }
    const options = ['--tfjs', 'wasm', '--blas', 'wasm', '--quiet'];
    const cache = path('cache');
    const run = (...args: string[]) => runProgram('seq', [...args, ...options], { cache });
    const trained = await run(
      'train',
      path('pictures'),
      '--out',
      path('seen'),
      '--cell',
      'rnn',
      '--hidden',
      '8',
      '--epochs',
      '30',
    );
    expect(trained).toEqual({ code: 0, stdout: '', stderr: '' });
    await writePicture(path('other.png'), 'blue', random);
    const { stdout } = await run('predict', path('other.png'), path('pictures/red/0.png'), '--model', path('seen'));
    expect(stdout).toMatch(/^blue\t0\.\d+\t.*other\.png\nred\t[01]\.\d+\t.*0\.png\n$/);
    const evaluated = await run('evaluate', path('pictures'), '--model', path('seen'), '--json');
    expect(JSON.parse(evaluated.stdout).accuracy).toBe(1);
    const broken = await run('predict', path('none.png'), '--model', path('seen'));
    expect(broken).toMatchObject({ code: 1, stderr: expect.stringContaining('none.png') });
  });
});

function writePicture(file: string, colour: string, random: Random): Promise<unknown> {
  const level = () => 150 + random.integer(106);
  const background = colour === 'red' ? { r: level(), g: 0, b: 0 } : { r: 0, g: 0, b: level() };
  return sharp({ create: { width: 16, height: 16, channels: 3, background } })
    .png()
    .toFile(file);
}
