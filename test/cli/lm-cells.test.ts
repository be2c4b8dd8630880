import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shippedCaptioner } from '../../src/captioning/open.ts';
import { randomTextModel } from '../language/random-text-model.ts';
import { wasm } from '../nn/engines.ts';
import { temporaryFolder } from '../training/small-training.ts';
import { oneLine, runProgram } from './run-program.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
const [model, text, page, picture] = ['model', 'text.txt', 'cells.html', 'cells.svg'].map((name) =>
  join(root, name),
) as [string, string, string, string];
const TEXT = 'He said “come in” and (went) out.\nSo “it is” he said.\n'.repeat(40);

const cells = (...args: string[]) =>
  runProgram('lm', ['cells', '--model', model, '--blas', 'wasm', '--quiet', ...args]);
beforeAll(async () => {
  await randomTextModel(wasm, [...new Set(TEXT)], { cell: 'gru' }).save(model);
  await writeFile(text, TEXT);
});

describe('lm cells', () => {
  it('lists the best cells for each feature beside chance, and those that are missing', async () => {
    const [plain, json] = await Promise.all([cells(text, '--top', '2'), cells(text, '--top', '2', '--json')]);
    const { tokens, findings, missing } = JSON.parse(json.stdout);
    expect(tokens).toBe(TEXT.length);
    expect(missing).toEqual(expect.arrayContaining(['inside [ ]', 'indentation']));
    const quotes = findings.find(({ feature }: { feature: string }) => feature === 'inside quotes');
    expect(quotes).toMatchObject({ measure: 'AUC', chance: expect.any(Number) });
    expect(quotes.cells).toHaveLength(2);
    const { layer, cell, figure } = quotes.cells[0];
    expect(plain).toMatchObject({ code: 0, stderr: '' });
    expect(plain.stdout.split('\n')[0]).toMatch(/^feature +measure +chance +layer +cell +figure +reads as$/);
    const row = `inside quotes +AUC +${quotes.chance.toFixed(3)} +${layer} +${cell} +${figure.toFixed(3)} `;
    expect(plain.stdout).toMatch(new RegExp(row));
    expect(plain.stdout).toContain('too rare in this text: ');
  });

  it('prints the values of one cell where there are no colours, as in --json', async () => {
    const args = [text, '--cell', '3', '--layer', '1', '--from', '8', '--length', '5'];
    const [plain, json] = await Promise.all([cells(...args), cells(...args, '--json')]);
    const value = JSON.parse(json.stdout);
    expect(value).toMatchObject({ layer: 1, cell: 3, from: 8 });
    expect(value.tokens.map(({ token }: { token: string }) => token).join('')).toBe('“come');
    const rows = value.tokens.map(
      ({ token, value }: { token: string; value: number }) => `${JSON.stringify(token)}\t${value}\n`,
    );
    expect(plain.stdout).toBe(rows.join(''));
    expect(new Set(rows).size).toBeGreaterThan(3);
  });

  it('writes a page and a picture', async () => {
    const [first, second, without] = await Promise.all([
      cells(text, '--html', page, '--keep', '5', '--json'),
      cells(text, '--cell', '3', '--svg', picture, '--length', '50'),
      cells(text, '--json'),
    ]);
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(second.stdout).toBe('');
    expect(first.stdout).toBe(without.stdout);
    const written = await readFile(page, 'utf8');
    expect(written.match(/class="lead">.*/)![0]).toMatch(/2,160 characters: h after each .* keeps 5 of 12 cells/);
    expect(written.match(/id="cell-block-\d+"/g)).toHaveLength(5);
    expect(await readFile(picture, 'utf8')).toMatch(/^<svg .*layer 0, cell 3: h from -1/s);
  });

  it('reads standard input', async () => {
    const args = ['cells', '-', '--model', model, '--blas', 'wasm', '--quiet', '--json'];
    const { stdout } = await runProgram('lm', args, { input: Buffer.from(TEXT) });
    expect(stdout).toBe((await cells(text, '--json')).stdout);
  });

  it('has one line for what is wrong', async () => {
    const short = join(root, 'short.txt');
    await writeFile(short, TEXT.slice(0, 500));
    const wrong: [number, RegExp, string[]][] = [
      [1, /the model has no cell 6 in layer 0: expected 0 to 5/, [text, '--cell', '6']],
      [1, /the model has no layer 2: expected 0 to 1/, [text, '--cell', '0', '--layer', '2']],
      [1, /the text is too short to find cells by: found 500 tokens, expected at least 1,000/, [short]],
      [1, /there is nothing at --from 9999: found a text of 500 tokens/, [short, '--cell', '0', '--from', '9999']],
      [1, /config\.json.*the model is not a language model of `lm train`/, [text, '--model', shippedCaptioner()]],
      [2, /--svg needs a --cell/, [text, '--svg', picture]],
      [2, /--keep needs --html/, [text, '--keep', '5']],
      [2, /--layer needs a --cell/, [text, '--layer', '1']],
    ];
    for (const [code, message, args] of wrong) {
      expect(await cells(...args)).toEqual({
        code,
        stdout: '',
        stderr: expect.stringMatching(oneLine('lm', new RegExp(`.*${message.source}`))),
      });
    }
  });
});
