import { expect, it } from 'vitest';
import { missingResource } from '../../src/cli/missing-resource.ts';
import { printable, printableLines } from '../../src/cli/printable.ts';

it.each([
  ['a\nb\t.jpg', 'a\\nb\\t.jpg'],
  ['\u001b[31mred\u0007.jpg', '\\x1b[31mred\\x07.jpg'],
  ['c\u009bm\u2028', 'c\\x9bm\\u2028'],
  ['Straße 狗 👨‍👩‍👧.jpg', 'Straße 狗 👨‍👩‍👧.jpg'],
])('%j is printed in one line, and commands nothing', (name, shown) => {
  expect(printable(name)).toBe(shown);
});

it('text of several lines keeps its lines and tabs', () => {
  expect(printableLines('a\tb\nc\u001b[2J\r\n')).toBe('a\tb\nc\\x1b[2J\\r\n');
});

it.each([
  [Object.assign(new Error('ENOENT: process.cwd failed'), { syscall: 'uv_cwd', code: 'ENOENT' }), /current folder/],
  [
    Object.assign(new Error('EMFILE: too many open files, open'), { syscall: 'open', code: 'EMFILE' }),
    /too many files/,
  ],
  [new RangeError('WebAssembly.Memory(): could not allocate memory'), /not enough memory/],
  [new RangeError('Array buffer allocation failed'), /not enough memory/],
  [new TypeError('x is not a function'), undefined],
])('%s', (error, expected) => {
  if (expected) expect(missingResource(error)).toMatch(expected);
  else expect(missingResource(error)).toBeUndefined();
});
