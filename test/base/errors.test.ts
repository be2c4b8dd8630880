import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { reasonOf } from '../../src/base/errors.ts';

const refused = (path: string) => readFile(path).catch(reasonOf);

it('says in words why the operating system refuses a file, with its code', async () => {
  expect(await refused(join(tmpdir(), 'there', 'is', 'none'))).toBe('no such file or folder (ENOENT)');
  expect(await refused(tmpdir())).toBe('a folder, not a file (EISDIR)');
  expect(await refused(`/${'x'.repeat(5000)}`)).toBe('a name that is too long (ENAMETOOLONG)');
});

it.each([
  [
    'a code that has no words here, without the call',
    'EXDEV: cross-device link not permitted, rename',
    'EXDEV: cross-device link not permitted',
  ],
  ['a program that is not there', 'spawn exiftool ENOENT', 'spawn exiftool ENOENT'],
  ['a connection', 'connect ECONNREFUSED 127.0.0.1:6379', 'connect ECONNREFUSED 127.0.0.1:6379'],
])('says what the system says: %s', (_, message, reason) => {
  expect(reasonOf(Object.assign(new Error(message), { syscall: 'any' }))).toBe(reason);
});

it('quotes the first line of any other error', () => {
  expect(reasonOf(new Error('ENOENT: torn, at 3\nmore'))).toBe('ENOENT: torn, at 3');
  expect(reasonOf('text')).toBe('text');
});
