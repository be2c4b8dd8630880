import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../training/small-training.ts';
import { type Ended, oneLine, runProgram } from './run-program.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

const lines = join(root, 'lines.txt');
const model = join(root, 'model');
/** Some lines many times, so that a few passes teach them. */
const LINES = Array.from({ length: 600 }, (_, i) => ['abc', 'ba', 'cab', 'bb', 'aca'][i % 5]!);
const SMALL = ['--hidden', '24', '--layers', '1', '--batch', '20', '--epochs', '8', '--lr', '0.02', '--blas', 'wasm'];

const lm = (...args: string[]) => runProgram('lm', [...args, '--quiet']);
const sample = (...args: string[]) => lm('sample', '--model', model, '--seed', '1', '--blas', 'wasm', ...args);
const score = (...args: string[]) => lm('score', '--model', model, '--blas', 'wasm', ...args);

function expectLine(ended: Ended, message: RegExp, code = 1): void {
  expect(ended).toEqual({ code, stdout: '', stderr: expect.stringMatching(oneLine('lm', message)) });
}

let trained: Ended;
beforeAll(async () => {
  await writeFile(lines, LINES.join('\n'));
  trained = await runProgram('lm', ['train', '--lines', lines, '--val-fraction', '0', '--out', model, ...SMALL]);
}, 60_000);

describe('lm train', () => {
  it('--lines learns lines, and says how many', () => {
    expect(trained).toMatchObject({ code: 0, stdout: '' });
    expect(trained.stderr).toContain('600 lines, 2,160 characters with their ends, 4 different ones; ');
  });

  it('--column learns the texts of a table, --documents whole files', async () => {
    const table = join(root, 'table.csv');
    await writeFile(table, `id,word\n${LINES.map((line, i) => `${i},${line}`).join('\n')}\n`);
    const folder = join(root, 'documents');
    await mkdir(folder);
    for (const i of [1, 2, 3]) await writeFile(join(folder, `${i}.txt`), `${LINES[i]}\n${LINES[i + 1]}\n`);
    const few = ['--val-fraction', '0', '--hidden', '8', '--epochs', '1', '--blas', 'wasm'];
    const [rows, documents] = await Promise.all([
      lm('train', table, '--column', 'word', '--out', join(root, 'rows'), ...few),
      lm('train', '--documents', folder, '--out', join(root, 'poems'), ...few),
    ]);
    expect([rows.code, documents.code]).toEqual([0, 0]);
    const configOf = async (out: string) => JSON.parse(await readFile(join(root, out, 'config.json'), 'utf8'));
    expect(await configOf('rows')).toMatchObject({
      settings: { sequences: { are: 'rows', column: 'word' }, steps: 400 },
      text: { sequences: { training: 600, validation: 0, longest: 3 } },
    });
    expect(await configOf('poems')).toMatchObject({ text: { sequences: { training: 3, longest: 7 } } });
    const { stdout } = await lm(
      'sample',
      '--model',
      join(root, 'poems'),
      '--samples',
      '2',
      '--length',
      '5',
      '--blas',
      'wasm',
    );
    expect(stdout.split('---\n')).toHaveLength(2);
  });

  it('refuses what sequences have not', async () => {
    const out = ['--out', join(root, 'no'), ...SMALL];
    expectLine(
      await lm('train', '--lines', lines, '--split', 'char-rnn', ...out),
      /--split does not apply to sequences/,
      2,
    );
    expectLine(
      await lm('train', lines, '--continue', model, '--out', join(root, 'no')),
      /a model of sequences can go on .* --lines, --documents or/,
    );
    expectLine(
      await lm('train', '--lines', lines, '--val-fraction', '0.0001', ...out),
      /nothing is held out .* --val-fraction/,
    );
  });
});

describe('lm sample', () => {
  it('writes whole sequences, a line each, which a prime may begin', async () => {
    const { code, stdout, stderr } = await sample('--samples', '20');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const written = stdout.trimEnd().split('\n');
    expect(written).toHaveLength(20);
    expect(written.filter((line) => LINES.includes(line)).length).toBeGreaterThan(15);
    const begun = (await sample('--samples', '5', '--prime', 'c')).stdout.trimEnd().split('\n');
    expect(begun.map((line) => line[0])).toEqual(['c', 'c', 'c', 'c', 'c']);
    expect((await sample('--prime', 'a', '--length', '1')).stdout).toMatch(/^a.?\n$/);
  });

  it('--json ends a whole sequence by <end>, so that its log p is that of lm score', async () => {
    const { text, logProb, tokens } = JSON.parse((await sample('--json')).stdout);
    expect(tokens.at(-1).token).toBe('<end>');
    const file = join(root, 'one.txt');
    await writeFile(file, text);
    expect(JSON.parse((await score('--json', file)).stdout).logProb).toBeCloseTo(logProb, 4);
  });

  it('--unique leaves out those that it has learned from, and says when nothing is left', async () => {
    const written = (await sample('--samples', '5', '--unique', '--temperature', '1.5')).stdout.trimEnd().split('\n');
    expect(new Set(written).size).toBe(5);
    expect(written.filter((line) => LINES.includes(line))).toEqual([]);
    expectLine(
      await sample('--unique', '--temperature', '0'),
      /the model writes nothing new: found 1,000 .* --temperature/,
    );
  });

  it('--interactive writes on after each line of a pipe', async () => {
    const args = [
      'sample',
      '--model',
      model,
      '--interactive',
      '--seed',
      '1',
      '--temperature',
      '0',
      '--blas',
      'wasm',
      '--quiet',
    ];
    const { code, stdout, stderr } = await runProgram('lm', args, { input: Buffer.from('ab\nX\nca') });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'c\nb\n' });
    expect(stderr).toMatch(/^the line has "X", which the model has never seen.*\n$/);
    expectLine(await sample('--interactive', '--json'), /--json does not apply to an interactive text/, 2);
  });
});

it('Ctrl-C ends a text of lm sample --interactive, and where there is none the program', async () => {
  const text = join(root, 'text-model');
  const few = ['--val-fraction', '0', '--hidden', '8', '--epochs', '0.1', '--batch', '4', '--blas', 'wasm'];
  expect((await lm('train', lines, '--out', text, ...few)).code).toBe(0);
  const args = ['sample', '--model', text, '--interactive', '--length', '1000000000', '--blas', 'wasm', '--quiet'];
  const child = spawn(process.execPath, [fileURLToPath(new URL('../../dist/cli/lm.js', import.meta.url)), ...args]);
  const ended = once(child, 'close');
  child.stdin.write('abc\n');
  await once(child.stdout.resume(), 'data');
  child.kill('SIGINT');
  child.stdin.write('X\n'); // read when the text has ended, which would take a day
  const [complaint] = await once(child.stderr, 'data');
  expect(String(complaint)).toContain('the line has "X"');
  child.kill('SIGINT'); // nothing is being written
  expect(await ended).toEqual([130, null]);
}, 60_000);

describe('lm score', () => {
  it('--lines gives log p of each line with its end', async () => {
    const file = join(root, 'scored.txt');
    await writeFile(file, 'abc\r\n\nccc');
    const { stdout } = await score('--lines', file);
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((row) => row.split('\t'));
    expect(rows.map(([, tokens, unknown, line]) => [tokens, unknown, line])).toEqual([
      ['4', '0', 'abc'],
      ['1', '0', ''],
      ['4', '0', 'ccc'],
    ]);
  });
});
