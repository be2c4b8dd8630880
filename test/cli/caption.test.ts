import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { temporaryFolder } from '../training/small-training.ts';
import { type Ended, oneLine, runProgram } from './run-program.ts';
import { writeSquares } from './squares.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
const dataset = join(root, 'dataset');
const model = join(root, 'model');
const red = join(dataset, 'train', 'red0.png');
const WASM = ['--tfjs', 'wasm', '--blas', 'wasm'];
const SMALL = [
  '--hidden',
  '16',
  '--embedding',
  '8',
  '--batch',
  '4',
  '--epochs',
  '2',
  '--threshold',
  '1',
  '--no-mirror',
];

const caption = (...args: string[]) => runProgram('caption', args, { cache: inject('features') });
let trained: Ended;
beforeAll(async () => {
  await writeDataset();
  trained = await caption('train', dataset, '--out', model, ...SMALL, ...WASM);
}, 60_000);

/** In folders of splits; one more picture can't be read. */
async function writeDataset(): Promise<void> {
  await writeSquares(join(dataset, 'train'), ['red0', 'red1', 'green0', 'green1', 'blue0', 'blue1']);
  await writeSquares(join(dataset, 'val'), ['red2', 'green2', 'blue2']);
  await writeFile(join(dataset, 'train', 'torn.png'), 'torn');
  await appendFile(join(dataset, 'train', 'metadata.jsonl'), '{"file_name": "torn.png", "text": "a torn picture"}\n');
}

describe('caption train', () => {
  it('ends with 0, names what it could not read, shows its progress on stderr and nothing on stdout', () => {
    expect(trained).toMatchObject({ code: 0, stdout: '' });
    expect(trained.stderr).toMatch(/torn\.png/);
    expect(trained.stderr).toMatch(/\n\d captions, a vocabulary of \d words; [\d,]+ parameters\n/);
    expect(trained.stderr).not.toContain('calibrating');
    expect(trained.stderr).toMatch(
      /\nwithout a calibration, since \d held-out pictures? ha(s|ve) several captions, and 50 are needed: `caption calibrate DATASET --model [^`]*` measures it on others\n([^\n]*\n)?done: the best weights \(update \d+\) are in /,
    );
    expect(trained.stderr.match(/\nepoch \d\.00 {2}training loss \d\.\d+ {2}validation: loss .*bleu4/g)).toHaveLength(
      2,
    );
    expect(trained.stderr).toMatch(
      /\ndone: the best weights \(update \d+\) are in .*; describe pictures with `caption describe --model .*model FILE…`\n$/,
    );
  });

  it('resumes with the CNN it was started with, and has nothing to do when it was done', async () => {
    const again = await caption('train', dataset, '--out', model, '--resume', ...WASM);
    expect(again).toMatchObject({ code: 0, stdout: '' });
    expect(again.stderr).not.toContain('epoch');
    expect(await caption('train', dataset, '--out', model, '--resume', '--cnn', 'mobilenet-v1')).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(oneLine('caption', /--cnn can't be given with --resume/)),
    });
  });

  it('has one line for a dataset that is not there', async () => {
    expect(await caption('train', join(root, 'none'), '--quiet', '--out', join(root, 'other'))).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(oneLine('caption', /cannot read the dataset .*none: found no such file/)),
    });
  });
});

describe('caption extract', () => {
  it('says how many pictures it has left out, and ends with 1 as describe does', async () => {
    const { code, stderr } = await caption('extract', dataset, '--no-mirror', '--tfjs', 'wasm');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /\nfeatures of 9 pictures by .* are in the cache; 1 picture left out that can not be read\n$/,
    );
  });
});

describe('caption describe', () => {
  const describeWith = (...args: string[]) => caption('describe', '--model', model, '--quiet', ...WASM, ...args);

  it('writes the caption of a picture to stdout and nothing to stderr', async () => {
    expect(await describeWith(red)).toEqual({ code: 0, stdout: expect.stringMatching(/^[a-z ]*\n$/), stderr: '' });
  });

  it('goes on after pictures that it can not read, names each and ends with 1', async () => {
    const none = join(root, 'none.jpg');
    const { code, stdout, stderr } = await describeWith(
      '--json',
      '--top',
      '2',
      none,
      join(dataset, 'train', 'torn.png'),
      red,
      join(root, '*.gif'),
    );
    expect(code).toBe(1);
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(/^caption: no pictures in .*\.gif/),
      expect.stringMatching(/^caption: cannot read the picture .*none\.jpg: found no such file/),
      expect.stringMatching(/^caption: .*torn\.png is not a picture/),
      '',
    ]);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(1);
    const { file, caption, logProb, candidates } = JSON.parse(lines[0] ?? '');
    expect(file).toBe(red);
    expect(candidates.length).toBeGreaterThan(0);
    expect(candidates.length).toBeLessThanOrEqual(2);
    expect(candidates[0]).toMatchObject({ caption, logProb });
    for (const { caption, logProb, words } of candidates) {
      expect(words.map(({ word }: { word: string }) => word).join(' ')).toBe(caption);
      expect(logProb).toBeLessThan(0);
    }
  });

  it('reads a folder, and standard input', async () => {
    const [folder, input] = await Promise.all([
      describeWith(join(dataset, 'train')),
      runProgram('caption', ['describe', '--model', model, '--quiet', ...WASM, '-'], { input: await readFile(red) }),
    ]);
    expect(folder.code).toBe(1); // torn.png
    const lines = folder.stdout.split('\n').slice(0, -1);
    expect(lines.map((line) => line.split(': ')[0])).toEqual(
      ['blue0', 'blue1', 'green0', 'green1', 'red0', 'red1'].map((name) => join(dataset, 'train', `${name}.png`)),
    );
    expect(input).toMatchObject({ code: 0, stderr: '' });
    expect(lines).toContain(`${red}: ${input.stdout.trimEnd()}`);
  });

  it('has one line for a model of another kind, and a beam that is too wide', async () => {
    const [kind, beam] = await Promise.all([
      caption('describe', red, '--model', dataset, '--quiet'),
      describeWith(red, '--beam', '1000'),
    ]);
    expect(kind).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(oneLine('caption', /cannot read the model config/)),
    });
    expect(beam).toMatchObject({ code: 2, stderr: expect.stringMatching(oneLine('caption', /the beam is too wide/)) });
    expect(kind.stdout + beam.stdout).toBe('');
  });
});

describe('caption evaluate', () => {
  it('prints the scores as JSON, and writes the captions in the COCO results format', async () => {
    const results = join(root, 'results.json');
    const { code, stdout } = await caption(
      'evaluate',
      dataset,
      '--model',
      model,
      '--json',
      '--results',
      results,
      '--quiet',
      ...WASM,
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      split: 'val',
      pictures: 3,
      bleu1: expect.any(Number),
      bleu4: expect.any(Number),
      rougeL: expect.any(Number),
      cider: expect.any(Number),
    });
    const rows = JSON.parse(await readFile(results, 'utf8'));
    expect(rows.map(({ image_id }: { image_id: string }) => image_id).toSorted()).toEqual([
      'blue2.png',
      'green2.png',
      'red2.png',
    ]);
    for (const row of rows) expect(row).toEqual({ image_id: expect.any(String), caption: expect.any(String) });
  });

  it('names the splits there are', async () => {
    const { code, stdout, stderr } = await caption(
      'evaluate',
      dataset,
      '--model',
      model,
      '--split',
      'test',
      '--quiet',
      ...WASM,
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /caption: the dataset dataset has no test split: found train \(7 pictures\), val \(3 pictures\)\n$/,
    );
  });
});

describe('caption info', () => {
  it('prints what a model is as one JSON value', async () => {
    const { code, stdout } = await caption('info', model);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'caption',
      pictures: { cnn: 'efficientnet-lite2' },
      scores: { split: 'val', bleu4: expect.any(Number) },
      vocabulary: { first: expect.arrayContaining(['<start>', 'square']) },
    });
  });
});
