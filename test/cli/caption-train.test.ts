import { exec } from 'node:child_process';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
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
    expect(stderr).toMatch(/\n3 captions, a vocabulary of \d+ words, with those taken over; /);
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

  it('with --finetune-cnn has its CNN learn, which is then part of the model', async () => {
    const args = ['--init', model, '--finetune-cnn', 'last', '--cnn-views', '2', '--cnn-lr', '0.001', '--epochs', '1'];
    const { code, stderr } = await train(dataset, 'with-cnn', ...args);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toMatch(/\nthe maps of the CNN's frozen layers take \d+ MB in /);
    const { settings, pictures } = await configOf('with-cnn');
    expect(settings.cnn).toEqual({ learned: 1, learningRate: 0.001, weightDecay: 0, views: 2 });
    expect(pictures).toMatchObject({ cnn: 'efficientnet-lite2', folder: 'cnn' });
    expect(pictures.key).not.toBe((await configOf('model')).pictures.key);
    const further = await train(dataset, 'with-cnn-further', '--init', join(root, 'with-cnn'), '--epochs', '1');
    expect(further).toMatchObject({ code: 0 });
    expect((await configOf('with-cnn-further')).pictures).toEqual(pictures);
  }, 120_000);

  it('has one line for options that contradict it', async () => {
    const refusals: [string[], RegExp][] = [
      [['--init', model, '--hidden', '16'], /--hidden can't be given with --init: found a captioner with a shape/],
      [['--init', model, '--cell', 'gru'], /--cell can't be given with --init/],
      [['--init', model, '--cnn', 'mobilenet-v1'], /--cnn can't be given with --init/],
      [['--finetune', 'cider'], /--finetune needs a captioner to start from\. Train one first/],
      [['--finetune-cnn', 'last'], /--finetune-cnn needs a captioner to start from\. Train one first/],
      [['--finetune-cnn', '2', '--init', model, '--finetune', 'cider'], /--finetune does not apply to --finetune-cnn/],
      [['--cnn-lr', '1', '--init', model], /--cnn-lr does not apply to a CNN that does not learn/],
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

  it('says which stages --finetune-cnn takes', async () => {
    const { code, stderr } = await train(dataset, 'refused', '--init', model, '--finetune-cnn', 'none');
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Expected last, how many stages, or all.'),
    });
  });

  it('has one line for a folder without a captioner, and for one that saw by another CNN', async () => {
    const blind = join(root, 'blind');
    await cp(model, blind, { recursive: true });
    const config = await configOf('blind');
    config.pictures.key = 'another';
    await writeFile(join(blind, 'config.json'), JSON.stringify(config));
    const [none, other] = await Promise.all([
      train(dataset, 'refused', '--quiet', '--init', dataset),
      train(dataset, 'refused-too', '--quiet', '--init', blind),
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

describe('caption train with several datasets', () => {
  it('learns from all by weight, and says and saves how good it is on each', async () => {
    const args = [others, '--weight', '1', '2.5', '--hidden', '16', '--embedding', '8', ...SMALL];
    const { code, stderr } = await train(dataset, 'several', ...args);
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /\ntraining pictures left out, as .* same photo: 2 \(red\.png, red\.png\)\n[^\n]*\n4 captions \(dataset 2, others 2 × 2\.5\), a vocabulary of 11 words; /,
    );
    expect(stderr).toMatch(
      /\nepoch 1\.00 {2}training loss \d.* {2}validation, mean: loss .*\n {2}dataset: loss .* cider .*\n {2}others: loss .* cider /,
    );
    const { dataset: all, datasets, scores } = await configOf('several');
    expect(all).toMatchObject({ name: 'dataset and others', pictures: 4, captions: 4 });
    expect(datasets).toMatchObject([
      { name: 'dataset', weight: 1 },
      { name: 'others', weight: 2.5 },
    ]);
    const model = join(root, 'several');
    const greedy = '--beam 1 --consensus 0 --length-penalty 0 --max-length 20'.split(' ');
    for (const [path, name] of [
      [dataset, 'dataset'],
      [others, 'others'],
    ] as const) {
      const args = [
        'evaluate',
        path,
        '--model',
        model,
        ...greedy,
        '--json',
        '--quiet',
        '--tfjs',
        'wasm',
        '--blas',
        'wasm',
      ];
      const evaluated = JSON.parse((await runProgram('caption', args, { cache: inject('features') })).stdout);
      const { loss, ...measured } = scores.datasets[name];
      expect(loss).toBeGreaterThan(0);
      expect(evaluated).toMatchObject(measured);
    }
  });

  it('goes on by the command that it prints when it is stopped', async () => {
    const args = [
      others,
      '--weight',
      '1',
      '2.5',
      '--hidden',
      '16',
      '--embedding',
      '8',
      '--threshold',
      '1',
      '--no-mirror',
    ];
    const folder = join(root, 'stopped here');
    const command = ['train', dataset, ...args, '--epochs', '100', '--out', folder, '--tfjs', 'wasm', '--blas', 'wasm'];
    let asked = false;
    const stopped = await runProgram('caption', command, {
      cache: inject('features'),
      onStderr(text, child) {
        if (!asked && /epoch 1\.00/.test(text)) asked = child.kill('SIGINT');
      },
    });
    expect(stopped.code).toBe(130);
    const pasted = /go on with `(.*)`/.exec(stopped.stderr)?.[1] ?? 'none';
    const env = { ...process.env, CAPTION_LM_CACHE: inject('features') };
    const { stdout, stderr } = await promisify(exec)(pasted, { env });
    expect(stdout).toBe('');
    expect(stderr).toMatch(/\nepoch 100\.00 .*validation, mean:(.*\n)*done: /);
    expect((await configOf('stopped here')).datasets).toMatchObject([{ weight: 1 }, { weight: 2.5 }]);
  }, 60_000);

  it('has one line for what does not fit', async () => {
    const refusals: [string[], number, RegExp][] = [
      [
        [others, '--weight', '1'],
        2,
        /--weight does not fit the datasets: found 1 weight for 2 datasets, expected a number for each/,
      ],
      [['--weight', '2', '1'], 2, /--weight does not fit the datasets: found 2 weights for 1 dataset/],
      [[others, '--images', root], 2, /--images does not apply to several datasets\. Put the captions of each/],
      [[others, '--val-share', '0'], 2, /--val-share does not apply to dataset, which has a val split; others, which/],
      [[dataset], 1, /dataset is given twice\. Give it once; a weight of 2/],
      [['--resume', '--weight', '2'], 2, /--weight can't be given with --resume/],
    ];
    for (const [args, code, message] of refusals) {
      const stderr = expect.stringMatching(oneLine('caption', message));
      expect(await train(dataset, 'refused', ...args, '--quiet')).toEqual({ code, stdout: '', stderr });
    }
    for (const [weights, message] of [
      [['0'], /argument '0' is invalid\. Expected a number above 0\.\n/],
      [
        ['1', others],
        /argument '.*others' is invalid\. Expected a number above 0; datasets stand before this option\.\n/,
      ],
    ] as const) {
      const { code, stderr } = await train(dataset, 'refused', '--weight', ...weights);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) });
    }
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
        /none of the 2 captioned pictures is there: found no val\.jpg in .*dataset[^.]*\/\. Put the pictures there, or/,
      ),
    );
    expect(await train(split, 'refused', '--images', join(root, 'nowhere'), '--quiet')).toEqual(
      refused(/cannot read the folder of pictures .*nowhere: found no such file/),
    );
  });
});
