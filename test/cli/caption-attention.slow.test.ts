/** Captioners that look at places of the picture, by the commands that use captioners, with the CNN that ships. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { noRedis, startRedis } from '../bulk/redis-server.ts';
import { temporaryFolder } from '../training/small-training.ts';
import { type Ended, runProgram } from './run-program.ts';
import { writeSquares } from './squares.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
const [dataset, model, tuned, plain] = ['dataset', 'model', 'tuned', 'plain'].map((name) => join(root, name)) as [
  string,
  string,
  string,
  string,
];
const picture = join(dataset, 'val', 'red.png');
const caption = (...args: string[]) =>
  runProgram('caption', [...args, '--quiet', '--blas', 'wasm'], { cache: inject('features') });
const train = (out: string, ...args: string[]) =>
  caption('train', dataset, '--out', out, '--epochs', '1', '--threshold', '1', ...args);
const SMALL = ['--no-mirror', '--hidden', '16', '--embedding', '8'];
let tuning: Ended;

beforeAll(async () => {
  for (const split of ['train', 'val']) await writeSquares(join(dataset, split), ['red', 'green', 'blue']);
  expect(await train(model, ...SMALL, '--attention', '--grid', '3')).toMatchObject({ code: 0, stderr: '' });
  expect(await train(plain, ...SMALL)).toMatchObject({ code: 0, stderr: '' });
  tuning = await train(tuned, '--init', model, '--finetune-cnn', 'last', '--cnn-views', '2');
}, 300_000);

describe('a captioner with attention', () => {
  it('has its CNN learn with it, and is reported on by that', async () => {
    expect(tuning).toMatchObject({ code: 0, stderr: '' });
    const config = JSON.parse(await readFile(join(tuned, 'config.json'), 'utf8'));
    expect(config.pictures).toMatchObject({ cnn: 'efficientnet-lite2', folder: 'cnn', grid: 3 });
    expect(config.settings).toMatchObject({ coverage: 1, cnn: { learned: 1, views: 2 } });
    expect(await readFile(join(tuned, 'report.html'), 'utf8')).toContain('a map of 3 × 3 cells');
  });

  it('says where it looked: as JSON, on a page, as a figure, and in the report of an evaluation', async () => {
    const [html, svg, report] = ['page.html', 'figure.svg', 'report.html'].map((name) => join(root, name)) as [
      string,
      string,
      string,
    ];
    const shown = ['--explain', '--json', '--html', html, '--svg', svg];
    const { code, stdout } = await caption('describe', picture, '--model', tuned, ...shown);
    expect(code).toBe(0);
    const { where } = JSON.parse(stdout);
    expect(where).toMatchObject({ by: 'cells', grid: 3, fit: 'squash' });
    expect(where.words[0].falls).toHaveLength(9);
    expect(await readFile(svg, 'utf8')).toMatch(/^<svg /);
    const byAttention = await caption('describe', picture, '--model', tuned, '--explain-by', 'attention', '--json');
    const weighed = JSON.parse(byAttention.stdout).where;
    expect(weighed).toMatchObject({ by: 'attention', grid: 3 });
    for (const { weights } of weighed.words) {
      expect(weights.reduce((sum: number, weight: number) => sum + weight)).toBeCloseTo(1, 2);
    }
    const evaluation = await caption('evaluate', dataset, '--model', tuned, '--report', report);
    expect(evaluation).toMatchObject({ code: 0 });
    for (const page of [html, report]) expect(await readFile(page, 'utf8')).toContain('what the captioner reads there');
  });

  it.skipIf(noRedis)('describes what is queued as it describes a folder', async () => {
    const server = await startRedis();
    try {
      const folder = join(dataset, 'val');
      const [out, alone] = ['queued.jsonl', 'alone.jsonl'].map((name) => join(root, name)) as [string, string];
      const job = ['--queue', server.url, '--name', 'looked'];
      const submit = ['submit', folder, '--chunk', '2', '--model', model, ...job];
      expect(await caption('bulk', ...submit)).toMatchObject({ code: 0, stderr: '' });
      const work = ['work', '--model', model, ...job];
      expect(await caption('bulk', ...work)).toMatchObject({ code: 0, stderr: '' });
      const collected = await runProgram('caption', ['bulk', 'collect', ...job, '--out', out]);
      expect(collected.code).toBe(0);
      expect((await caption('describe', folder, '--model', model, '--out', alone)).code).toBe(0);
      const captionsIn = async (file: string) => {
        const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
        return lines.map((line) => JSON.parse(line).caption);
      };
      const captions = await captionsIn(out);
      expect(captions).toHaveLength(3);
      expect(captions).toEqual(await captionsIn(alone));
    } finally {
      await server.stop();
    }
  });

  it('finds pictures', async () => {
    const { code, stdout } = await caption('search', 'a red square', join(dataset, 'val'), '--model', tuned, '--json');
    expect(code).toBe(0);
    const scores = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).score);
    expect(scores).toHaveLength(3);
    expect(scores.every(Number.isFinite)).toBe(true);
  });

  it('writes together with one that does not look, and stands beside baselines', async () => {
    const together = await caption('describe', picture, '--model', model, '--model', plain);
    expect(together).toMatchObject({ code: 0, stderr: '' });
    const baselines = await caption('baselines', dataset, '--model', model, '--beam', '2', '--json');
    expect(JSON.parse(baselines.stdout).systems).toHaveLength(5);
  });

  it('learns to write captions that score well, and is exported', async () => {
    const cider = await train(join(root, 'cider'), '--init', model, '--finetune', 'cider');
    expect(cider).toMatchObject({ code: 0, stderr: '' });
    const onnx = join(root, 'onnx');
    expect(await runProgram('caption', ['export', '--model', model, '--onnx', onnx])).toMatchObject({ code: 0 });
    expect((await readdir(onnx)).length).toBeGreaterThan(2);
  });
});
