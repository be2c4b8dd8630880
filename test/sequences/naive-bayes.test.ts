import { expect, test } from 'vitest';
import { runAtOnce } from '../../src/base/steps.ts';
import { baselinesSteps } from '../../src/sequences/baselines.ts';
import { NaiveBayes } from '../../src/sequences/naive-bayes.ts';

const baselinesOf = (...args: Parameters<typeof baselinesSteps>) => runAtOnce(baselinesSteps(...args));
const examples = (pairs: [string, string][]) =>
  pairs.map(([text, label]) => ({ inputs: text.split(' '), labels: [label] }));

test('NaiveBayes classifies as by hand (Manning, Raghavan and Schütze 2008, example 13.1)', () => {
  const bayes = new NaiveBayes(
    examples([
      ['chinese beijing chinese', 'yes'],
      ['chinese chinese shanghai', 'yes'],
      ['chinese macao', 'yes'],
      ['tokyo japan chinese', 'no'],
    ]),
  );
  // 3/4 · (3/7)³ · 1/14 · 1/14 ≈ 0.0003 against 1/4 · (2/9)³ · 2/9 · 2/9 ≈ 0.0001
  expect(bayes.classify(['chinese', 'chinese', 'chinese', 'tokyo', 'japan'])).toBe('yes');
  // 3/4 · 1/14 · 1/14 ≈ 0.004 against 1/4 · 2/9 · 2/9 ≈ 0.012
  expect(bayes.classify(['tokyo', 'japan'])).toBe('no');
  expect(bayes.classify(['never', 'seen'])).toBe('yes');
});

test('baselines measure each way on the other examples', () => {
  const training = examples([
    ['good', 'pos'],
    ['very good', 'pos'],
    ['bad', 'neg'],
  ]);
  const validation = examples([
    ['good', 'pos'],
    ['bad', 'neg'],
    ['bad good', 'neg'],
    ['bad', 'neg'],
  ]);
  expect(baselinesOf('classify', training, validation)).toEqual({ 'most frequent label': 0.25, 'naive Bayes': 0.75 });
  expect(baselinesOf('classify', training, [])).toEqual({});
});

test('baselines tag each word as it is tagged most, an unknown one as most words are', () => {
  const tagged = (pairs: [string, string][]) => ({
    inputs: pairs.map(([w]) => w),
    labels: pairs.map(([, tag]) => tag),
  });
  const training = [
    tagged([
      ['the', 'DET'],
      ['run', 'NOUN'],
    ]),
    tagged([
      ['run', 'VERB'],
      ['run', 'VERB'],
      ['go', 'VERB'],
    ]),
  ];
  const validation = [
    tagged([
      ['the', 'DET'],
      ['run', 'NOUN'],
      ['walk', 'VERB'],
    ]),
  ];
  expect(baselinesOf('tag', training, validation)).toEqual({
    'most frequent label': 1 / 3,
    'most frequent tag of each word': 2 / 3,
  });
});
