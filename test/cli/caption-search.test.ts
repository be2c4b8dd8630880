import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { temporaryFolder } from '../training/small-training.ts';
import { refusedBy, runProgram } from './run-program.ts';
import { writeSquares } from './squares.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
const search = (text: string, ...args: string[]) =>
  runProgram('caption', ['search', text, root, '--quiet', ...args, '--tfjs', 'wasm', '--blas', 'wasm'], {
    cache: inject('features'),
  });
beforeAll(async () => {
  await writeSquares(root, ['red', 'green', 'blue']);
  await writeFile(join(root, 'torn.png'), 'torn');
});

it('prints the pictures, best first, and writes a page; names what it can not read or does not know', async () => {
  const html = join(root, 'page.html');
  const text = await search('a red zyzzyva', '--html', html);
  expect(text.code).toBe(1); // torn.png
  expect(text.stderr).toMatch(/^caption: left out, .*: zyzzyva\ncaption: .*torn\.png is not a picture[^\n]*\n$/);
  const lines = text.stdout.trimEnd().split('\n');
  const scores = lines.map((line) => Number(line.slice(0, 7)));
  expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  expect(lines.map((line) => line.slice(9)).sort()).toEqual(
    ['blue', 'green', 'red'].map((name) => join(root, `${name}.png`)),
  );
  expect((await readFile(html, 'utf8')).match(/<img /g)).toHaveLength(3);
  const json = await search('a red', '--json', '--top', '1');
  const [best, ...others] = json.stdout.trimEnd().split('\n');
  expect(others).toEqual([]);
  const { file, score } = JSON.parse(best!);
  expect([file, score.toFixed(2)]).toEqual([lines[0]!.slice(9), scores[0]!.toFixed(2)]);
});

it('has one line for a text of unknown words alone', async () => {
  expect(await search('zyzzyva')).toEqual(refusedBy('caption')(2, /the captioner knows no word of what is looked for/));
});
