import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEXT } from '../language/small-language.ts';
import { temporaryFolder } from '../training/small-training.ts';
import { type Ended, oneLine, runProgram } from './run-program.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
const text = join(root, 'text.txt');
const model = join(root, 'model');
const SMALL = ['--hidden', '16', '--layers', '1', '--batch', '8', '--steps', '10', '--blas', 'wasm'];

const lm = (...args: string[]) => runProgram('lm', args);
let trained: Ended;
beforeAll(async () => {
  await writeFile(text, TEXT);
  trained = await lm('train', text, '--out', model, '--epochs', '3', ...SMALL);
});

describe('lm train', () => {
  it('ends with 0, shows its progress on stderr and nothing on stdout', () => {
    expect(trained).toMatchObject({ code: 0, stdout: '' });
    const lines = trained.stderr.split('\n');
    expect(lines[0]).toMatch(/^matrix products: wasm/);
    expect(lines[1]).toMatch(/^2,700 characters, 31 different ones; [\d,]+ parameters/);
    expect(
      lines.filter((line) => /^epoch [123]\.00 {2}training loss \d\.\d+ {2}validation: loss/.test(line)),
    ).toHaveLength(3);
    expect(trained.stderr).toMatch(
      /\ndone: validation loss \d\.\d{4} nats per character on the last 10 % of the text, in .*lm sample --model .*model`\n$/,
    );
  });

  it('stopped by Ctrl-C saves what was done, ends with 130 and can be resumed', async () => {
    const folder = join(root, 'stopped');
    let asked = false;
    const stopped = await runProgram('lm', ['train', text, '--out', folder, '--epochs', '2000', ...SMALL], {
      onStderr(written, child) {
        if (!asked && written.includes('epoch 1.00')) asked = child.kill('SIGINT') !== undefined;
      },
    });
    expect(stopped).toMatchObject({ code: 130, stdout: '' });
    const [, updates] =
      /\nstopped at update (\d+), saved; go on with `.*lm.js train .* --resume`\n$/.exec(stopped.stderr) ?? [];
    expect(Number(updates)).toBeGreaterThan(20);

    let resumed = '';
    const again = await runProgram('lm', ['train', text, '--out', folder, '--resume', '--blas', 'wasm'], {
      onStderr(written, child) {
        if (!resumed && written.includes('\nepoch')) resumed = String(child.kill('SIGTERM'));
      },
    });
    expect(again.code).toBe(130);
    expect(Number(/stopped at update (\d+)/.exec(again.stderr)?.[1])).toBeGreaterThan(Number(updates));
  });

  it('refuses a folder with a model, and settings with --resume', async () => {
    expect(await lm('train', text, '--out', model)).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(oneLine('lm', /.*model holds a model already\. Go on with it by --resume/)),
    });
    expect(await lm('train', text, '--out', model, '--resume', '--lr', '1')).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(oneLine('lm', /--lr can't be given with --resume/)),
    });
  });

  it('has one line for a text that is not there, and for a disk that is full', async () => {
    const out = join(root, 'not-made');
    expect(await lm('train', join(root, 'none.txt'), '--out', out, '--quiet', '--blas', 'wasm')).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(oneLine('lm', /cannot read the text .*none\.txt: found no such file/)),
    });
    if (process.platform === 'win32') return;
    const full = await runProgram('lm', ['train', text, '--out', out, '--quiet', ...SMALL], { before: 'ulimit -f 8' });
    expect(full).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        oneLine('lm', /cannot write .*: found a file that grows larger than it may be.* Check the free space/),
      ),
    });
  });
});

describe('lm sample', () => {
  const sample = (...args: string[]) => lm('sample', '--model', model, '--seed', '1', '--blas', 'wasm', ...args);

  const prime = ['--prime', 'The quick', '--length', '300'];
  let plain: Ended;
  beforeAll(async () => {
    plain = await sample(...prime);
  });

  it('writes the prime and so many characters to stdout, a notice to stderr', () => {
    expect(plain).toMatchObject({ code: 0, stderr: expect.stringMatching(/^matrix products: wasm.*\n$/) });
    expect(plain.stdout).toMatch(/^The quick(?:.|\n){300}\n$/);
  });

  it('as JSON says the same text for the same seed, its log-probability and each token', async () => {
    const json = await sample(...prime, '--json', '--quiet');
    expect(json).toMatchObject({ code: 0, stderr: '' });
    const { text, logProb, tokens } = JSON.parse(json.stdout);
    expect(`${text}\n`).toBe(plain.stdout);
    expect(tokens).toHaveLength(300);
    expect(`The quick${tokens.map(({ token }: { token: string }) => token).join('')}`).toBe(text);
    expect(logProb).toBeCloseTo(tokens.reduce((sum: number, token: { logProb: number }) => sum + token.logProb, 0));
  });

  it('ends before the stop text', async () => {
    const stop = plain.stdout.slice(100, 103);
    const stopped = await sample(...prime, '--stop', stop);
    const end = plain.stdout.indexOf(stop, 'The quick'.length);
    expect(stopped).toMatchObject({ code: 0, stdout: `${plain.stdout.slice(0, end)}\n` });
  });

  it('ends before the first of several stop texts', async () => {
    const stops = [plain.stdout.slice(100, 103), plain.stdout.slice(60, 63)];
    const stopped = await sample(...prime, ...stops.flatMap((stop) => ['--stop', stop]));
    const ends = stops.map((stop) => plain.stdout.indexOf(stop, 'The quick'.length));
    expect(stopped.stdout).toBe(`${plain.stdout.slice(0, Math.min(...ends))}\n`);
  });

  it('writes several texts, apart, or as JSON lines', async () => {
    const three = ['--samples', '3', '--length', '40', '--quiet'];
    const { stdout } = await sample(...three);
    const texts = stdout.split('---\n');
    expect(texts.map((text) => text.length)).toEqual([41, 41, 41]);
    expect(new Set(texts).size).toBe(3);
    const json = (await sample(...three, '--json')).stdout.trimEnd().split('\n');
    expect(json.map((line) => `${JSON.parse(line).text}\n`)).toEqual(texts);
  });

  it('draws from all tokens, or with --min-p from the likely ones', async () => {
    const likeliest = await sample('--temperature', '0', '--length', '60', '--quiet');
    expect(await sample('--min-p', '1', '--length', '60', '--quiet')).toEqual(likeliest);
    expect((await sample('--length', '60', '--quiet')).stdout).not.toBe(likeliest.stdout);
  });

  it('refuses a prime that the model can not read before it writes anything', async () => {
    expect(await sample('--prime', 'The Ж', '--quiet')).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(oneLine('lm', /the prime has "Ж", which the model has never seen/)),
    });
  });

  it('has one line for a model that is torn', async () => {
    const weights = join(model, 'weights.safetensors');
    const content = await readFile(weights);
    await writeFile(weights, content.subarray(0, 3000));
    expect(await sample('--quiet')).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(oneLine('lm', /.*weights\.safetensors: tensor .* is cut off/)),
    });
    await writeFile(weights, content);
  });
});

describe('lm', () => {
  it('info prints what a model is as one JSON value', async () => {
    const { code, stdout, stderr } = await lm('info', model);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      folder: model,
      kind: 'language',
      shape: { cell: 'lstm', hidden: 16, layers: 1 },
      scores: { loss: expect.any(Number), iteration: expect.any(Number) },
      vocabulary: { size: 31 },
    });
  });

  it('ends with 2 for wrong usage', async () => {
    const [nothing, unknown] = await Promise.all([lm(), lm('write')]);
    expect(nothing).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/^Usage: lm/) });
    expect(unknown).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^lm: unknown command 'write'/),
    });
  });
});
