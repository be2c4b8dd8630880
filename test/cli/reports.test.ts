import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { TEXT } from '../language/small-language.ts';
import { temporaryFolder } from '../training/small-training.ts';
import { runProgram } from './run-program.ts';
import { writeSquares } from './squares.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
const dataset = join(root, 'dataset');
const model = join(root, 'model');

const caption = (...args: string[]) =>
  runProgram('caption', [...args, '--quiet', '--tfjs', 'wasm', '--blas', 'wasm'], { cache: inject('features') });
const smallCaptioner = '--hidden 16 --embedding 8 --batch 4 --epochs 2 --threshold 1 --no-mirror'.split(' ');

beforeAll(async () => {
  await writeSquares(join(dataset, 'train'), ['red0', 'green0', 'blue0']);
  await writeSquares(join(dataset, 'val'), ['red1', 'green1', 'blue1']);
  expect(await caption('train', dataset, '--out', model, ...smallCaptioner)).toMatchObject({ code: 0, stderr: '' });
}, 60_000);

describe('caption train', () => {
  it('leaves a report beside the model', async () => {
    const report = await readFile(join(model, 'report.html'), 'utf8');
    expect(report).toContain('on the val split of dataset (3 pictures)');
    expect(report).toContain('data:image/jpeg;base64');
  });
});

describe('caption baselines', () => {
  const NAMES = ['captioner', 'nearest pictures', 'nearest picture', 'n-gram model', 'other pictures'];

  it('prints the systems and their scores as one JSON value', async () => {
    const { code, stdout, stderr } = await caption('baselines', dataset, '--model', model, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { split, pictures, systems } = JSON.parse(stdout);
    expect({ split, pictures }).toEqual({ split: 'val', pictures: 3 });
    expect(systems.map(({ name }: { name: string }) => name)).toEqual(NAMES);
    // The nearest picture of a colour is the one of the same colour.
    expect(systems[2]).toMatchObject({
      explanation: expect.any(String),
      scores: { bleu1: expect.closeTo(1), copied: 1 },
    });
  });

  it('prints a table that is aligned, and what its rows mean', async () => {
    const { code, stdout } = await caption('baselines', dataset, '--model', model);
    expect(code).toBe(0);
    const [heading = '', ...lines] = stdout.split('\n');
    expect(heading).toMatch(
      /^ +BLEU-1 {2}BLEU-2 {2}BLEU-3 {2}BLEU-4 {2}ROUGE-L {2}CIDEr {2}copied % {2}vocabulary {2}length$/,
    );
    for (const [i, name] of NAMES.entries()) {
      expect(lines[i]).toMatch(new RegExp(`^${name} +\\d+\\.\\d .* \\d+\\.\\d$`));
      expect(lines[i]).toHaveLength(heading.length);
      expect(lines[i + 6]).toMatch(new RegExp(`^${name}: .*\\.$`));
    }
  });
});

describe('lm train', () => {
  const out = join(root, 'lm');
  const train = (...args: string[]) =>
    runProgram('lm', ['train', join(root, 'text.txt'), '--out', out, '--blas', 'wasm', ...args]);
  const report = () => readFile(join(out, 'report.html'), 'utf8');

  it('stopped by Ctrl-C leaves a report of what was done, which is complete when the training is', async () => {
    await writeFile(join(root, 'text.txt'), TEXT);
    let stopped = false;
    const small = '--hidden 16 --layers 1 --batch 8 --steps 10 --epochs 40'.split(' ');
    await runProgram('lm', ['train', join(root, 'text.txt'), '--out', out, '--blas', 'wasm', ...small], {
      onStderr(text, child) {
        if (!stopped && text.includes('epoch 2.00')) stopped = child.kill('SIGINT');
      },
    });
    expect(await report()).toContain('still going on');
    expect(await train('--resume', '--quiet')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await report()).toContain('Beside an n-gram model');
  });
});
