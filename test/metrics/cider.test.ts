import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CiderScorer, cider } from '../../src/metrics/cider.ts';
import { tokenizeCaption } from '../../src/metrics/tokenize.ts';

const read = (name: string) => JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8'));
const sets: Record<string, Record<string, { candidate: string; references: string[] }>> = read('caption-sets.json');
const golden: Record<string, { scores: { cider: number; ciderPlain: number } }> = read('golden.json');

describe('CiderScorer', () => {
  it.each(Object.entries(sets))('scores caption by caption what pycocoevalcap does on the whole: %s', (name, set) => {
    const captions = Object.values(set).map(({ candidate, references }) => ({
      candidate: tokenizeCaption(candidate),
      references: references.map(tokenizeCaption),
    }));
    const scorer = new CiderScorer(captions.map(({ references }) => references));
    const scores = captions.map(({ candidate }, picture) => scorer.score(picture, [candidate])[0]!);
    const mean = (of: 'cider' | 'ciderPlain') => scores.reduce((sum, score) => sum + score[of], 0) / scores.length;
    expect(mean('cider')).toBeCloseTo(golden[name]!.scores.cider, 6);
    expect(mean('ciderPlain')).toBeCloseTo(golden[name]!.scores.ciderPlain, 6);
    expect({ cider: mean('cider'), ciderPlain: mean('ciderPlain') }).toEqual(cider(captions));
  });

  const references = [
    [
      ['a', 'red', 'boat'],
      ['one', 'boat'],
    ],
    [['a', 'dog', 'runs']],
    [['a', 'dog', 'sleeps']],
  ];
  const scorer = new CiderScorer(references);

  it('scores each reference against the others of its picture', () => {
    const [first, second] = references[0]!;
    const alone = (words: string[]) => new CiderScorer([[words], ...references.slice(1)], frequencies);
    // Of the set as it is: the picture that a word is in does not change.
    const frequencies = new Map([
      ...['a', 'dog', 'a dog'].map((ngram) => [ngram, ngram === 'a' ? 3 : 2] as const),
      ...['red', 'boat', 'one', 'a red', 'red boat', 'one boat', 'a red boat'].map((ngram) => [ngram, 1] as const),
    ]);
    expect(scorer.scoreReferences(0)).toEqual([
      expect.closeTo(alone(second!).score(0, [first!])[0]!.cider, 10),
      expect.closeTo(alone(first!).score(0, [second!])[0]!.cider, 10),
    ]);
    expect(scorer.scoreReferences(0)[0]).toBeGreaterThan(0);
  });

  it('scores several candidates of a picture, each as it does alone and each against that picture', () => {
    const candidates = [['a', 'red', 'boat'], ['one', 'boat'], ['a', 'dog', 'runs'], []];
    const together = scorer.score(0, candidates);
    expect(together).toEqual(candidates.map((candidate) => scorer.score(0, [candidate])[0]));
    expect(together[0]!.cider).toBeGreaterThan(together[1]!.cider);
    expect(together.slice(2)).toEqual([
      { cider: 0, ciderPlain: 0 },
      { cider: 0, ciderPlain: 0 },
    ]);
    expect(scorer.score(1, candidates)[2]!.cider).toBeGreaterThan(0);
  });

  it('gives words that are in every picture no weight, and rarer ones more', () => {
    expect(scorer.score(0, [['a']])[0]!.cider).toBe(0);
    const [runs, dog] = scorer.score(1, [['runs'], ['dog']]);
    expect(runs!.cider).toBeGreaterThan(dog!.cider);
    expect(dog!.cider).toBeGreaterThan(0);
  });
});
