import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomTextModel } from '../language/random-text-model.ts';
import { wasm } from '../nn/engines.ts';
import { temporaryFolder } from '../training/small-training.ts';
import { oneLine, runProgram } from './run-program.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
const [model, text, short] = ['model', 'text.txt', 'short.txt'].map((name) => join(root, name)) as [
  string,
  string,
  string,
];
const TEXT = 'abc\nb<a\n'.repeat(400);

const score = (...args: string[]) =>
  runProgram('lm', ['score', '--model', model, '--blas', 'wasm', '--quiet', ...args]);
beforeAll(async () => {
  await randomTextModel(wasm, ['\n', 'a', 'b', 'c', '<']).save(model);
  await writeFile(text, TEXT);
  await writeFile(short, 'ab\nxc\n');
});

describe('lm score', () => {
  it('prints a line for each file, and with --json a value that says the same', async () => {
    const [plain, json] = await Promise.all([score(text, short), score(text, short, '--json')]);
    const values = json.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(values).toHaveLength(2);
    expect(values[0]).toMatchObject({ file: text, tokens: 3200, unknown: 0 });
    expect(values[1]).toMatchObject({ file: short, tokens: 6, unknown: 1 });
    expect(values[0].nats).toBeCloseTo(-values[0].logProb / 3200, 9);
    expect(values[0].perplexity).toBeCloseTo(2 ** values[0].bits, 6);
    const { nats, bits, logProb } = values[0];
    expect(plain).toMatchObject({ code: 0, stderr: '' });
    expect(plain.stdout.split('\n')[0]).toBe(
      `${text}: log p ${logProb.toFixed(1)} nats, per character ${nats.toFixed(4)} nats (${bits.toFixed(4)} bits), ` +
        `perplexity ${values[0].perplexity.toPrecision(4)}; 3,200 characters, 0 of them unknown`,
    );
  });

  it('reads standard input', async () => {
    const args = ['score', '-', '--model', model, '--blas', 'wasm', '--quiet', '--json'];
    const { stdout } = await runProgram('lm', args, { input: Buffer.from(TEXT) });
    const [of] = (await score(text, '--json')).stdout.split('\n');
    const [piped, file] = [JSON.parse(stdout), JSON.parse(of ?? '')];
    expect(piped).toEqual({
      ...file,
      file: 'standard input',
      logProb: expect.closeTo(file.logProb, 2),
      nats: expect.closeTo(file.nats, 5),
      bits: expect.closeTo(file.bits, 5),
      perplexity: expect.closeTo(file.perplexity, 4),
    });
  });

  it('--tokens prints a line for each token where there are no colours, and the figures to stderr', async () => {
    const args = ['score', short, '--model', model, '--blas', 'wasm', '--tokens'];
    const { stdout, stderr } = await runProgram('lm', args);
    const rows = stdout
      .trim()
      .split('\n')
      .map((row) => row.split('\t'));
    expect(rows.map(([token]) => JSON.parse(token ?? ''))).toEqual(['a', 'b', '\n', 'x', 'c', '\n']);
    const { logProb } = JSON.parse((await score(short, '--json')).stdout);
    expect(rows.reduce((sum, [, value]) => sum + Number(value), 0)).toBeCloseTo(logProb, 2);
    expect(stderr).toContain(`log p ${logProb.toFixed(1)} nats`);
  });

  it('--tokens stopped in the midst of coloured text leaves the terminal its own colours', async () => {
    const long = join(root, 'long.txt');
    await writeFile(long, TEXT.repeat(200));
    const { code, stdout } = await runProgram('lm', ['score', long, '--model', model, '--blas', 'wasm', '--tokens'], {
      before: 'export FORCE_COLOR=1',
      onStderr: (_, child) => setTimeout(() => child.kill('SIGINT'), 100),
    });
    expect(code).toBeNull();
    expect(`\n${stdout}`.endsWith('\n\u001b[0m\n')).toBe(true); // painted text ends with a line end of its own
    expect(stdout.split('\n').length).toBeLessThan(160_000); // all lines
  });

  it('--tokens --json prints a value for each token before that of the file', async () => {
    const values = (await score(short, '--tokens', '--json')).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(values.slice(0, 6).map(({ token }) => token)).toEqual(['a', 'b', '\n', 'x', 'c', '\n']);
    expect(values.slice(0, 6).reduce((sum, { logProb }) => sum + logProb, 0)).toBeCloseTo(values[6].logProb, 4);
  });

  it('--lines prints a line for each line of the text', async () => {
    const { stdout } = await score(short, '--lines');
    const rows = stdout
      .trim()
      .split('\n')
      .map((row) => row.split('\t'));
    expect(rows).toEqual([
      [expect.stringMatching(/^-\d+\.\d{4}$/), '3', '0', 'ab'],
      [expect.stringMatching(/^-\d+\.\d{4}$/), '3', '1', 'xc'],
    ]);
    const [line] = (await score(short, '--lines', '--json')).stdout.split('\n');
    expect(JSON.parse(line ?? '')).toMatchObject({ line: 'ab', tokens: 3, unknown: 0 });
  });

  it('--html writes a page with the tokens escaped', async () => {
    const page = join(root, 'page.html');
    expect(await score(text, '--html', page)).toMatchObject({ code: 0 });
    const written = await readFile(page, 'utf8');
    expect(written.match(/<span class="s\d" title=/g)).toHaveLength(3200);
    expect(written).toContain('&#60;</span>');
  });

  it('has one line for what is wrong', async () => {
    const empty = join(root, 'empty.txt');
    await writeFile(empty, '');
    const lines = await Promise.all([
      score(join(root, 'none.txt')),
      score(empty),
      score(text, '--model', root),
      score(text, '--lines', '--tokens'),
    ]);
    expect(lines.map(({ code }) => code)).toEqual([1, 1, 1, 2]);
    const messages = [
      /cannot read the text .*none\.txt: found no such file/,
      /there is nothing to score in .*empty\.txt: found an empty text/,
      /cannot read the model config .*config\.json: found no such file/,
      /--lines has scores alone/,
    ];
    for (const [i, { stdout, stderr }] of lines.entries()) {
      expect(stdout).toBe('');
      expect(stderr).toMatch(oneLine('lm', messages[i]!));
    }
  });
});
