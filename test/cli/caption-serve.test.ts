import { expect, it } from 'vitest';
import { refusedBy, runProgram } from './run-program.ts';

const refused = refusedBy('caption');

it.each([
  ['a folder of trainings that is not there', ['--runs', 'none'], /--runs names no folder: found none/],
  ['a file in its place', ['--runs', 'package.json'], /--runs names no folder: found package\.json/],
  ['others without a token', ['--host', '0.0.0.0'], /others than this machine could use the server/],
])('caption serve refuses %s', async (_, args, line) => {
  expect(await runProgram('caption', ['serve', '--port', '0', ...args])).toEqual(refused(2, line));
});
