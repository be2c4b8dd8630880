import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sectionOf } from '../report/read-page.ts';
import { temporaryFolder } from '../training/small-training.ts';
import { oneLine, runProgram } from './run-program.ts';
import { writeSquares } from './squares.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
const folder = join(root, 'pictures');
const red = join(folder, 'red.png');
const torn = join(root, 'torn.png');
const odd = join(folder, `a <b> "q" 'é.png`);
beforeAll(async () => {
  await writeSquares(folder, ['red']);
  await copyFile(red, odd);
  await writeFile(torn, 'torn');
});

const FAST = ['--beam', '1', '--consensus', '0', '--max-length', '3', '--tfjs', 'wasm', '--blas', 'wasm'];
const describeTo = (file: string, args: readonly string[], options = {}) =>
  runProgram('caption', ['describe', '--html', file, ...FAST, ...args], options);
const pageAt = async (file: string) => {
  const page = await readFile(file, 'utf8');
  expect(page).toMatch(/^<!doctype html>.*<\/html>\n$/s);
  return { page, pictures: page.match(/<li data-sure/g)?.length ?? 0 };
};

describe('caption describe --html', () => {
  it('writes a page beside what goes to stdout, into a folder that it makes, over what stood there', async () => {
    const file = join(root, 'pages', 'page.html');
    await mkdir(join(root, 'pages'));
    await writeFile(file, 'before');
    const args = [folder, '-', torn, join(root, '*.gif'), '--json', '--quiet'];
    const { code, stdout, stderr } = await describeTo(file, args, { input: await readFile(red) });
    expect(code).toBe(1);
    expect(stderr.match(/^caption: .*$/gm)).toHaveLength(2); // torn.png, *.gif
    const said = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(said.map((one: { file: string }) => one.file)).toEqual([odd, red, '-']);
    const { page, pictures } = await pageAt(file);
    expect(pictures).toBe(3);
    for (const { caption } of said) expect(page).toContain(`alt="${caption}"`);
    expect(page).toContain('standard input');
    expect(page).toContain('a &#60;b&#62; &#34;q&#34; &#39;é.png');
    expect(sectionOf(page, 'Could not be read')).toMatch(/no pictures in .*gif: .*torn\.png is not a picture/);
    expect(sectionOf(page, 'How they were written')).toMatch(/the captioner that ships .* Decoding greedy /);
    expect(await readdir(join(root, 'pages'))).toEqual(['page.html']);
  });

  it('refuses to explain where nothing shows it, and a figure that is none, in a line', async () => {
    const [nowhere, picture, noPlaces] = await Promise.all(
      [['--explain'], ['--svg', 'figure.png'], ['--explain-by', 'cells', '--json']].map((args) =>
        runProgram('caption', ['describe', ...args, red]),
      ),
    );
    expect(nowhere).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(oneLine('caption', /--explain has nowhere to show/)),
    });
    expect(picture).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(oneLine('caption', /--svg is to name the figure/)),
    });
    expect(noPlaces).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(oneLine('caption', /--explain-by cells is for captioners that look at places/)),
    });
  });

  it('refuses a file that can not be written before anything is described, in a line', async () => {
    const [aFolder, picture, below] = await Promise.all([
      describeTo(folder, [red]),
      describeTo(red, [folder]),
      describeTo(join(torn, 'page.html'), [red]),
    ]);
    const refusal = (code: number, message: RegExp) => ({
      code,
      stdout: '',
      stderr: expect.stringMatching(oneLine('caption', message)),
    });
    expect(aFolder).toEqual(refusal(1, /cannot write \S+pictures: found a folder/));
    expect(picture).toEqual(refusal(2, /--html names a picture, which would be overwritten: found \S+red\.png, exp/));
    expect(below).toEqual(refusal(1, /cannot write \S+page\.html: found a file where its folder is to be/));
    expect((await readFile(red)).length).toBeGreaterThan(0);
  });

  it('stopped by Ctrl-C leaves a page of all that was described', async () => {
    const file = join(root, 'stopped.html');
    let stopped = false;
    // What is told of the torn picture is told when the eight before it were described.
    const args = [...new Array(10).fill(red), torn, ...new Array(500).fill(red)];
    const { code, stdout, stderr } = await describeTo(file, args, {
      onStderr(text: string, child: { kill(signal: NodeJS.Signals): boolean }) {
        if (!stopped && text.includes('torn.png')) stopped = child.kill('SIGINT');
      },
    });
    expect(code).toBe(130);
    const { page, pictures } = await pageAt(file);
    expect(pictures).toBeGreaterThanOrEqual(8);
    expect(pictures).toBe(stdout.split('\n').length - 1);
    const [, counts] = /<p class="soft">(.*?)<\/p>/.exec(page) ?? [];
    expect(counts).toMatch(/1 could not be read<\/a>; \d{3} are to come, unless this was stopped\.$/);
    expect(stderr).toContain(`${pictures} of 511 pictures are in ${file}`);
  });

  it('keeps what was written before a disk is full, and says so in a line', async () => {
    const file = join(root, 'full.html');
    const args = [...new Array(32).fill(red), '--quiet'];
    const { code, stdout, stderr } = await describeTo(file, args, { before: 'ulimit -f 80' });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      oneLine(
        'caption',
        /cannot write \S+full\.html: found a file that grows larger than it may be.*The page holds what was/,
      ),
    );
    const { pictures } = await pageAt(file);
    expect(pictures).toBeGreaterThanOrEqual(8);
    expect(pictures).toBeLessThan(stdout.split('\n').length - 1);
  });
});
