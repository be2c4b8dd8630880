import { expect, it } from 'vitest';
import { runAtOnce } from '../../src/base/steps.ts';
import { nearestSequenceSteps } from '../../src/language/nearest-sequence.ts';
import { SequenceCollector } from '../../src/text/sequence-list.ts';

const idsOf = (text: string) => Array.from(text, (letter) => letter.charCodeAt(0));

it.each([
  ['sitting', ['kitten', 'sitten', 'sit'], 'sitten', 2],
  ['abc', ['abcd', 'xbc', 'abc'], 'abc', 0],
  ['', ['ab', 'a'], 'a', 1],
  ['flaw', ['completely other', 'lawn', 'flow'], 'flow', 1],
  ['abcdef', ['fedcba', 'bcdefg'], 'bcdefg', 2],
])('the nearest to %j among %j', (text, others, nearest, edits) => {
  const collector = new SequenceCollector(256);
  for (const other of others) collector.add(idsOf(other), 0);
  const list = collector.list();
  const found = runAtOnce(nearestSequenceSteps(idsOf(text), list, 10));
  expect([others[found.index], found.edits]).toEqual([nearest, edits]);
});
