import { expect, test } from 'vitest';
import { editDistance } from '../../src/base/edit-distance.ts';

test.each([
  ['', '', 0],
  ['', 'abc', 3],
  ['abc', '', 3],
  ['kitten', 'sitting', 3],
  ['flaw', 'lawn', 2],
  ['same', 'same', 0],
])('between %j and %j', (a, b, edits) => {
  expect(editDistance(a, b)).toBe(edits);
  expect(
    editDistance(
      Uint16Array.from(a, (x) => x.charCodeAt(0)),
      Array.from(b, (x) => x.charCodeAt(0)),
    ),
  ).toBe(edits);
});

test('gives up where there are as many as was asked', () => {
  expect(editDistance('aaaaaaaaaa', 'bbbbbbbbbb', 3)).toBeGreaterThanOrEqual(3);
  expect(editDistance('kitten', 'sitting', 4)).toBe(3);
});
