import { copyFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../training/small-training.ts';
import { refusedBy, runProgram } from './run-program.ts';
import { writeSquares } from './squares.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
const [red, blue] = [join(root, 'red.png'), join(root, 'blue.png')];
beforeAll(async () => {
  await writeSquares(root, ['red', 'blue']);
  await copyFile(red, join(root, 'red.jpg')); // its text would be the same file
  await writeFile(join(root, 'blue.txt'), 'hers');
});
const FAST = ['--beam', '1', '--max-length', '3', '--tfjs', 'wasm', '--blas', 'wasm'];
const describeWith = (...args: string[]) => runProgram('caption', ['describe', ...args, ...FAST]);

it('puts captions beside pictures that have none, and never over a text unless it is told to', {
  timeout: 120_000,
}, async () => {
  const files = await readdir(root);
  const dry = await describeWith(root, '--write', 'sidecar', '--dry-run');
  expect(dry).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/\n1 text would be written, 1 picture had one\n$/),
  });
  expect(dry.stderr).toMatch(/^caption: .*red\.png gets no text: .*red\.txt is for that of .*red\.jpg\. Rename one/m);
  expect(await readdir(root)).toEqual(files);
  const { code, stdout, stderr } = await describeWith(root, '--write', 'sidecar');
  expect(code).toBe(1);
  expect(stderr).toMatch(/\n1 text written, 1 picture had one\n$/);
  const said = /^(?:.*: )?(.*)\n/.exec(stdout)![1];
  expect(await readFile(join(root, 'red.txt'), 'utf8')).toBe(`${said}\n`);
  expect(await readFile(join(root, 'blue.txt'), 'utf8')).toBe('hers');
  await describeWith(blue, '--write', 'sidecar', '--overwrite');
  expect(await readFile(join(root, 'blue.txt'), 'utf8')).not.toBe('hers');
  const unsure = await describeWith(red, '--write', 'sidecar', '--overwrite', '--min-confidence', '1');
  expect(unsure.stderr).toMatch(/\n0 texts written, 1 caption left out, not sure enough\n$/);
});

it('has one line for options that contradict each other', async () => {
  const refused = refusedBy('caption');
  expect(await describeWith(red, '--dry-run')).toEqual(refused(2, /--dry-run does not apply to what is not put/));
  expect(await describeWith(red, '--write', 'sidecar', '--keep-times')).toEqual(
    refused(2, /--keep-times does not apply/),
  );
  expect(await describeWith(red, '--write', 'xmp', '--out', join(root, 'x.csv'))).toEqual(
    refused(2, /--write can not be given with --out/),
  );
});
