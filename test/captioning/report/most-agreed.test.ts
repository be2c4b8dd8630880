import { expect, it } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { runAtOnce } from '../../../src/base/steps.ts';
import { MostAgreed } from '../../../src/captioning/report/most-agreed.ts';
import { CiderScorer } from '../../../src/metrics/cider.ts';

const random = new Random(5);
const NOUNS = ['dog', 'cat', 'man', 'girl', 'boat'];
const VERBS = ['runs', 'sits', 'jumps on', 'looks at'];
const pick = (words: readonly string[]) => words[random.integer(words.length)]!;
/** Captions of thirty pictures, three each, in words. */
const captions = Array.from({ length: 30 }, () =>
  Array.from({ length: 3 }, () => `a ${pick(NOUNS)} ${pick(VERBS)} the ${pick(NOUNS)}`.split(' ')),
);
const captionsOf = (picture: number) => captions[picture]!;
const all = [...captions.keys()];
const consensus = runAtOnce(MostAgreed.createSteps(captionsOf, all));

it('finds the caption with the highest mean CIDEr against all captions of the pictures', () => {
  const scorer = new CiderScorer(captions);
  for (const pictures of [
    [0, 1, 2],
    [3, 9, 27, 4, 11],
    [8, 20],
  ]) {
    const pool = pictures.flatMap((picture) => captions[picture]!.map((_, caption) => ({ picture, caption })));
    const scores = pool.map(({ picture, caption }) =>
      pictures.reduce((sum, other) => sum + scorer.score(other, [captions[picture]![caption]!])[0]!.ciderPlain, 0),
    );
    const found = consensus.find(pictures);
    const at = pool.findIndex(({ picture, caption }) => picture === found.picture && caption === found.caption);
    expect(scores[at]).toBeCloseTo(Math.max(...scores), 6);
    expect(Math.max(...scores)).toBeGreaterThan(Math.min(...scores) + 1);
  }
});

it('finds the same again: one search leaves nothing behind for the next', () => {
  const first = consensus.find([1, 2, 3]);
  consensus.find([4, 5, 6, 7, 8]);
  expect(consensus.find([1, 2, 3])).toEqual(first);
});

it('tells how rare n-grams are from some of the pictures, and finds captions of others', () => {
  const some = runAtOnce(MostAgreed.createSteps(captionsOf, [0, 1, 2, 3]));
  const strange = [['a', 'zebra', 'sleeps'], 'a dog runs the cat'.split(' '), 'a dog runs the boat'.split(' ')];
  const others = runAtOnce(MostAgreed.createSteps((picture) => captions[picture] ?? [strange[picture - 30]!], all));
  expect(some.find([10])).toMatchObject({ picture: 10 });
  expect(others.find([30, 31, 32]).picture).not.toBe(30);
});
