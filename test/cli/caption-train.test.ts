import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { temporaryFolder } from '../training/small-training.ts';
import { oneLine, runProgram } from './run-program.ts';
import { writeSquares } from './squares.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
const [dataset, others, model] = ['dataset', 'others', 'model'].map((name) => join(root, name)) as [
  string,
  string,
  string,
];

const train = (path: string, out: string, ...args: string[]) =>
  runProgram('caption', ['train', path, '--out', join(root, out), ...args, '--tfjs', 'wasm', '--blas', 'wasm'], {
    cache: inject('features'),
  });
const SMALL = '--epochs 2 --threshold 1 --no-mirror'.split(' ');
const configOf = async (folder: string) => JSON.parse(await readFile(join(root, folder, 'config.json'), 'utf8'));
const wordsOf = async (folder: string): Promise<string[]> =>
  JSON.parse(await readFile(join(root, folder, 'vocabulary.json'), 'utf8'));

beforeAll(async () => {
  for (const split of ['train', 'val']) {
    await writeSquares(join(dataset, split), ['red', 'green', 'blue']);
    await writeSquares(join(others, split), ['red', 'black', 'white'], (colour) => `this is a ${colour} square`);
  }
  const { code, stderr } = await train(dataset, 'model', '--hidden', '16', '--embedding', '8', ...SMALL);
  expect({ code, stderr }).toMatchObject({ code: 0 });
}, 60_000);

describe('caption train --init', () => {
  it('starts from a captioner, keeps its words, adds new ones, and says how good it is before the first update', async () => {
    const { code, stderr } = await train(others, 'more', '--init', model, ...SMALL);
    expect(code).toBe(0);
    expect(stderr).toMatch(/\nepoch 0\.00 {2}validation: loss \d.* {2}\(best\)\n/);
    expect(stderr).toMatch(/\nepoch 1\.00 {2}training loss \d/);
    expect(stderr).not.toContain('NaN');

    const [old, words] = [await wordsOf('model'), await wordsOf('more')];
    expect(words.slice(0, old.length)).toEqual(old);
    expect(words.slice(old.length).toSorted()).toEqual(['black', 'is', 'this', 'white']);
    const { init, shape, settings } = await configOf('more');
    expect({ init, shape, settings }).toMatchObject({
      init: { name: 'dataset', pictures: 3 },
      shape: { hidden: 16, embedding: 8, vocabulary: words.length },
      settings: { epochs: 2 },
    });
    const report = await readFile(join(root, 'more', 'report.html'), 'utf8');
    expect(report).toContain('a captioner trained on dataset');
    expect(report).not.toContain('NaN');
  });

  it('with --finetune cider goes on by what that learns best with, but for what is said', async () => {
    const { code, stderr } = await train(
      dataset,
      'tuned',
      '--init',
      model,
      '--finetune',
      'cider',
      '--no-mirror',
      '--epochs',
      '1',
    );
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { settings } = await configOf('tuned');
    expect(settings).toMatchObject({ finetune: 'cider', epochs: 1, smoothing: 0, learningRate: 1e-4 });
  });

  it('has one line for options that contradict it', async () => {
    const refusals: [string[], RegExp][] = [
      [['--init', model, '--hidden', '16'], /--hidden can't be given with --init: found a captioner with a shape/],
      [['--init', model, '--cell', 'gru'], /--cell can't be given with --init/],
      [['--init', model, '--cnn', 'mobilenet-v1'], /--cnn can't be given with --init/],
      [['--finetune', 'cider'], /--finetune needs a captioner to start from\. Train one first/],
      [['--resume', '--init', model], /--init can't be given with --resume/],
    ];
    for (const [args, message] of refusals) {
      expect(await train(dataset, 'refused', ...args)).toEqual({
        code: 2,
        stdout: '',
        stderr: expect.stringMatching(oneLine('caption', message)),
      });
    }
  });

  it('has one line for a folder without a captioner, and for one that saw by another CNN', async () => {
    const blind = join(root, 'blind');
    await cp(model, blind, { recursive: true });
    const config = await configOf('blind');
    config.pictures.key = 'another';
    await writeFile(join(blind, 'config.json'), JSON.stringify(config));
    const [none, other] = await Promise.all([
      train(dataset, 'refused', '--quiet', '--init', dataset),
      train(dataset, 'refused', '--quiet', '--init', blind),
    ]);
    expect(none).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(oneLine('caption', /cannot read the model config .*dataset/)),
    });
    expect(other).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        oneLine('caption', /the captioner in .*blind was trained with another CNN: found .*, expected another on /),
      ),
    });
  });
});

describe('caption train', () => {
  it('names the pictures that a folder of pictures does not hold, and where it looked', async () => {
    const split = join(root, 'karpathy.json');
    const images = ['train', 'val'].map((split) => ({
      filename: `${split}.jpg`,
      split,
      sentences: [{ raw: 'a cat' }],
    }));
    await writeFile(split, JSON.stringify({ images }));
    const refused = (message: RegExp) => ({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(oneLine('caption', message)),
    });
    expect(await train(split, 'refused', '--images', dataset, '--quiet')).toEqual(
      refused(
        /none of the 2 captioned pictures of karpathy is there: found no val\.jpg in .*dataset\. Put the pictures there, or/,
      ),
    );
    expect(await train(split, 'refused', '--images', join(root, 'nowhere'), '--quiet')).toEqual(
      refused(/cannot read the folder of pictures .*nowhere: found ENOENT/),
    );
  });
});
