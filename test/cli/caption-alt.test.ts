import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { temporaryFolder } from '../training/small-training.ts';
import { refusedBy, runProgram } from './run-program.ts';
import { writeSquares } from './squares.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
const caption = (...args: string[]) => runProgram('caption', ['alt', ...args], { cache: inject('features') });
const LITTLE = ['--tfjs', 'wasm', '--blas', 'wasm'];
const [page, text] = [join(root, 'page.html'), join(root, 'text.md')];
const HTML = '<img src=red.png><img src="https://example.org/x.png"><img src=torn.png><img src=red.png alt="">\r\n';
const MARKDOWN = '# x\n\n![](red.png) ![](none.png)\n';

beforeAll(async () => {
  await writeSquares(root, ['red']);
  await writeFile(join(root, 'torn.png'), 'torn');
  await writeFile(join(root, 'other.txt'), 'x');
  await Promise.all([writeFile(page, HTML), writeFile(text, MARKDOWN)]);
});

it('lists pictures without a text by their lines, and ends with 1 only where there are some', async () => {
  const whole = join(root, 'whole.html');
  await writeFile(whole, '<img src=red.png alt="x">');
  const [some, none] = await Promise.all([caption('--check', root), caption('--check', whole)]);
  const lines = [`${page}:1: red.png`, `${page}:1: https://example.org/x.png`, `${page}:1: torn.png`];
  const all = [...lines, `${text}:3: red.png`, `${text}:3: none.png`];
  expect(some).toEqual({
    code: 1,
    stdout: all.map((line) => `${line} has no alternative text\n`).join(''),
    stderr: '5 pictures without a text in 2 documents\n',
  });
  expect(none).toMatchObject({ code: 0, stdout: '' });
});

it('puts texts in, names what it can not describe, and with --dry-run changes nothing', async () => {
  const dry = await caption(join(root, '*'), '--dry-run', '--quiet', ...LITTLE);
  expect([await readFile(page, 'utf8'), await readFile(text, 'utf8')]).toEqual([HTML, MARKDOWN]);
  const { code, stdout, stderr } = await caption(root, ...LITTLE);
  expect(code).toBe(1); // none.png, torn.png
  expect(stdout).toBe(dry.stdout);
  const said = /^.*page\.html:1: red\.png: (.+)\n.*text\.md:3: red\.png: \1\n$/.exec(stdout)?.[1];
  expect(stderr).toMatch(/page\.html:1: https:\/\/example\.org\/x\.png is elsewhere, and is not fetched\n/);
  expect(stderr).toMatch(/text\.md:3: none\.png is not there\n/);
  expect(stderr).toMatch(/torn\.png is not a picture/);
  expect(stderr).toMatch(/\n2 documents changed\n$/);
  expect(await readFile(page, 'utf8')).toBe(HTML.replace('red.png', `red.png alt="${said}"`));
  expect(await readFile(text, 'utf8')).toBe(MARKDOWN.replace('[](red', `[${said}](red`));
});

it('leaves out what is not sure enough, and says how many', async () => {
  const path = join(root, 'unsure.md');
  await writeFile(path, MARKDOWN.replace('![](none.png)', ''));
  expect(await caption(path, '--min-confidence', '1', ...LITTLE)).toMatchObject({
    code: 0,
    stdout: '',
    stderr: expect.stringMatching(/(^|\n)left out: 1 picture whose caption is not sure enough\n0 documents changed\n$/),
  });
});

it('has one line for what is no document, no folder or does not apply', async () => {
  const refused = refusedBy('caption');
  expect(await caption(join(root, 'other.txt'), '--quiet')).toEqual(refused(1, /.*other\.txt is no document/));
  expect(await caption(join(root, '*.none'), '--quiet')).toEqual(refused(1, /no documents in /));
  expect(await caption(page, '--root', join(root, 'none'))).toEqual(refused(2, /--root names no folder: found /));
  expect(await caption(page, '--check', '--dry-run')).toEqual(refused(2, /--dry-run does not apply to --check/));
});
