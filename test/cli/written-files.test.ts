import { expect, it } from 'vitest';
import { Status } from '../../src/cli/progress.ts';
import { WrittenFiles } from '../../src/cli/written-files.ts';
import { listenToStderr } from './said.ts';

const said = listenToStderr();

it('says of each file that it is written, and nothing by --quiet', () => {
  new WrittenFiles(new Status(), ['a\n.json']).add('a\n.json');
  new WrittenFiles(new Status(true), ['b.json']).add('b.json');
  expect(said()).toBe('written: a\\n.json\n');
});

it.each([
  [[], [], undefined, 'nothing was written'],
  [[], [], 'maps stay', 'nothing was written; maps stay'],
  [['a', undefined], [], undefined, 'a was not written'],
  [['a', 'b'], [], undefined, 'a, b were not written'],
  [['a', 'b', undefined], ['a'], 'maps stay', 'a was written, b was not; maps stay'],
  [['a', 'b', 'c', 'd'], ['a', 'b'], undefined, 'a, b were written, c, d were not'],
])('says when it is stopped of %j of which %j are there', (asked, written, kept, words) => {
  const files = new WrittenFiles(new Status(), asked);
  for (const file of written) files.add(file);
  files.sayStopped(kept);
  expect(said().split('\n').at(-2)).toBe(`stopped; ${words}`);
});
