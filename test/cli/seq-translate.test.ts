import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../training/small-training.ts';
import { type Ended, oneLine, runProgram } from './run-program.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
const path = (name: string) => join(root, name);
const seq = (...args: string[]) => runProgram('seq', args);
const SMALL =
  '--task translate --attention --hidden 16 --embedding 8 --batch 8 --lr 0.02 --dropout 0 --blas wasm'.split(' ');

/** Colours and things, which change places: rouge after chat. */
const COLOURS = [
  ['red', 'rouge'],
  ['black', 'noir'],
] as const;
const THINGS = [
  ['cat', 'chat'],
  ['dog', 'chien'],
] as const;
const PAIRS = Array.from({ length: 80 }, (_, i) => {
  const [colour, thing] = [COLOURS[i % 2]!, THINGS[(i >> 1) % 2]!];
  return [`a ${colour[0]} ${thing[0]}.`, `un ${thing[1]} ${colour[1]}.`] as const;
});

function expectDone({ code, stderr }: Ended): void {
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
}

function expectLine(ended: Ended, message: RegExp, code = 1): void {
  expect(ended).toEqual({ code, stdout: '', stderr: expect.stringMatching(oneLine('seq', message)) });
}

beforeAll(async () => {
  await writeFile(path('pairs.tsv'), PAIRS.map((pair) => `${pair.join('\t')}\n`).join(''));
  await writeFile(path('text.en'), PAIRS.map(([english]) => `${english}\n`).join(''));
  await writeFile(path('text.fr'), PAIRS.map(([, french]) => `${french}\n`).join(''));
  await writeFile(path('short.fr'), 'un\n');
});

describe('seq, translating', () => {
  it('trains on two files, says what it is worth and leaves a report', async () => {
    const [english, french] = [path('text.en'), path('text.fr')];
    const ended = await seq(
      ...['train', english, french, '--val-file', english, french],
      ...[...SMALL, '--epochs', '25', '--out', path('model')],
    );
    expectDone(ended);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).toMatch(/80 pairs, 9 different words into 9; .* measured on 80: text\.en, text\.fr/);
    expect(ended.stderr).toMatch(/done: BLEU 100\.0 on text\.en, text\.fr, in .*use with `seq predict --model/);
    expect(await readFile(join(path('model'), 'report.html'), 'utf8')).toContain('What it writes');
  });

  it('translates texts, a line each', async () => {
    const texts = ['--text', 'a red dog.', '--text', '', '--text', 'a black cat.'];
    const plain = await seq('predict', '--model', path('model'), '--blas', 'wasm', '--quiet', ...texts);
    expect(plain).toEqual({ code: 0, stderr: '', stdout: 'un chien rouge.\n\nun chat noir.\n' });
    const json = await seq('predict', '--model', path('model'), '--blas', 'wasm', '--quiet', '--json', ...texts);
    const [first] = json.stdout.split('\n');
    expect(JSON.parse(first!)).toMatchObject({
      text: 'a red dog.',
      translation: 'un chien rouge.',
      logProb: expect.any(Number),
      alignment: { source: ['a', ' red', ' dog', '.'], target: ['un', ' chien', ' rouge', '.', ''] },
    });
  });

  it('is measured on other pairs, and says what it is', async () => {
    const measured = await seq('evaluate', path('pairs.tsv'), '--model', path('model'), '--blas', 'wasm', '--json');
    expectDone(measured);
    expect(JSON.parse(measured.stdout)).toMatchObject({ data: 'pairs.tsv', pairs: 80, bleu: expect.closeTo(100, 6) });
    const report = ['--report', path('report.html'), '--beam', '2'];
    const table = await seq('evaluate', path('pairs.tsv'), '--model', path('model'), '--blas', 'wasm', ...report);
    expect(await readFile(path('report.html'), 'utf8')).toMatch(
      /Translations of pairs\.tsv.*BLEU 100\.00<.* on 80 pairs, .*by a beam search of 2 hypotheses/s,
    );
    expect(table.stdout).toMatch(/BLEU +100\.00\nloss +0\.\d{4}\nperplexity +1\.\d\d\n/);
    const { stdout } = await seq('info', path('model'));
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'translation', shape: { attention: true, hidden: 16 } });
  });

  it('goes on where it was stopped', async () => {
    const out = ['--out', path('half')];
    expectDone(await seq('train', path('pairs.tsv'), ...SMALL, '--epochs', '1', ...out));
    const resumed = await seq('train', path('pairs.tsv'), '--resume', '--blas', 'wasm', ...out);
    expectDone(resumed);
    expect(resumed.stderr).toMatch(/76 pairs/);
  });

  it('refuses in one line what it can not do', async () => {
    const out = ['--out', path('none')];
    const files = [path('text.en'), path('short.fr')];
    expectLine(
      await seq('train', ...files, ...SMALL, ...out),
      /.*text\.en and .*short\.fr are not translations of each other: found 80 lines and 1,/,
    );
    expectLine(
      await seq('train', path('text.en'), ...SMALL, ...out),
      /there is nothing to read in .*text\.en: found no tab in line 1/,
    );
    const nowhere = ['--model', path('model'), '--report', join(path('pairs.tsv'), 'report.html'), '--quiet'];
    const unwritten = await seq('evaluate', path('pairs.tsv'), ...nowhere);
    expect(unwritten).toMatchObject({ code: 1, stdout: '' }); // told before the work
    expect(unwritten.stderr).toMatch(oneLine('seq', /.*pairs\.tsv.*report\.html/));
    const explain = ['--explain', '--text', 'a', '--model', path('model'), '--blas', 'wasm', '--quiet'];
    expectLine(await seq('predict', ...explain), /--explain is for labels of texts: found a translator/, 2);
    const odd = ['--skip-odd', '--model', path('model'), '--quiet'];
    expectLine(await seq('predict', ...odd), /--skip-odd does not apply to a translator/, 2);
    const backend = /--cnn-backend does not apply to a translator/;
    const evaluated = await seq('evaluate', path('pairs.tsv'), '--model', path('model'), '--cnn-backend', 'wasm');
    expectLine(evaluated, backend, 2);
    expectLine(await seq('train', path('pairs.tsv'), ...SMALL, ...out, '--cnn-backend', 'wasm'), backend, 2);
    const wide = ['--beam', '193', '--text', 'a', '--model', path('model'), '--blas', 'wasm', '--quiet'];
    expectLine(await seq('predict', ...wide), /the beam is too wide: found 193, expected at most 192/, 2);
  });
});
