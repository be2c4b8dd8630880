import { describe, expect, it } from 'vitest';
import type { Caption } from '../../src/captioning/caption.ts';
import { byConsensus } from '../../src/captioning/consensus.ts';
import { rarityOf } from '../../src/captioning/vocabulary.ts';
import { sentenceBleu } from '../../src/metrics/bleu.ts';
import { countNgrams, MAX_N } from '../../src/metrics/ngrams.ts';
import { vocabularyOf } from './small-captioning.ts';

/** Words in the order of how often they come: a, dog, runs, brown, on, grass, cat. */
const vocabulary = vocabularyOf(
  ['a dog runs', 'a brown dog runs on grass', 'a dog runs on a brown brown', 'a dog', 'a dog runs', 'a cat', 'a grass'],
  1,
);

function caption(text: string, logProb = -5): Caption {
  return { caption: text, logProb, words: text.split(' ').map((word) => ({ word, logProb: -1 })) };
}
const texts = (captions: Caption[]) => captions.map((one) => one.caption);

const ngramsOf = (text: string) => countNgrams(text.split(' '));
const bleu = (one: string, other: string) => sentenceBleu(ngramsOf(one), [ngramsOf(other)]);

/** The same by arrays: CIDEr-D's definition, an n-gram as rare as its rarest word. */
function naiveSimilarity(one: string, other: string): number {
  const grams = (text: string, n: number) => {
    const words = text.split(' ');
    return words.slice(0, Math.max(0, words.length - n + 1)).map((_, i) => words.slice(i, i + n).join(' '));
  };
  const count = (list: string[], gram: string) => list.filter((each) => each === gram).length;
  const rarity = (gram: string) => Math.max(...gram.split(' ').map((word) => rarityOf(word, vocabulary)));
  let sum = 0;
  for (let n = 1; n <= MAX_N; n++) {
    const [a, b] = [grams(one, n), grams(other, n)];
    const norm = (list: string[]) =>
      Math.sqrt([...new Set(list)].reduce((s, g) => s + (count(list, g) * rarity(g)) ** 2, 0));
    let product = 0;
    for (const gram of new Set(a)) {
      const [x, y] = [count(a, gram) * rarity(gram), count(b, gram) * rarity(gram)];
      product += Math.min(x, y) * y;
    }
    sum += product / (norm(a) * norm(b) || 1);
  }
  const bigrams = (text: string) => Math.max(0, text.split(' ').length - 1);
  return (sum / MAX_N) * Math.exp(-((bigrams(one) - bigrams(other)) ** 2) / 72);
}

describe('rarityOf', () => {
  it('is the logarithm of the rank, 0 for the most frequent word, the highest for one that is not known', () => {
    expect(rarityOf('a', vocabulary)).toBe(0);
    expect(rarityOf('dog', vocabulary)).toBeCloseTo(Math.log(2));
    expect(rarityOf('zebra', vocabulary)).toBeGreaterThan(rarityOf('cat', vocabulary));
  });
});

describe('byConsensus', () => {
  const drawn = ['a brown dog runs', 'a brown dog runs on grass', 'a dog runs on grass', 'a cat', 'a brown dog'].map(
    (text) => caption(text),
  );

  it('puts first what the drawn captions agree on, rather than the likeliest', () => {
    const likeliest = caption('a cat', -1);
    const [best] = byConsensus([likeliest, caption('a dog'), ...drawn], drawn, vocabulary);
    expect(best?.caption).toBe('a brown dog runs on grass');
  });

  it('orders by the mean CIDEr-D and half BLEU-4 to the drawn captions, and a twentieth of log p a word', () => {
    const candidates = [caption('a brown dog runs', -9), caption('a cat', -2), caption('a dog runs on', -4)];
    const score = ({ caption: text, logProb, words }: Caption) =>
      drawn.reduce((sum, other) => sum + naiveSimilarity(text, other.caption) + bleu(text, other.caption) / 2, 0) /
        drawn.length +
      (0.05 * logProb) / (words.length + 1);
    const expected = candidates.toSorted((a, b) => score(b) - score(a));
    expect(texts(byConsensus(candidates, drawn, vocabulary))).toEqual(texts(expected));
  });

  it('counts a caption as often as it was drawn, and gives it once', () => {
    const often = [...drawn, ...Array.from({ length: 20 }, () => caption('a cat'))];
    const ranked = texts(byConsensus(often, often, vocabulary));
    expect(ranked[0]).toBe('a cat');
    expect(ranked).toHaveLength(new Set(ranked).size);
    expect(ranked.toSorted()).toEqual(texts(drawn).toSorted());
  });

  it('leaves equal similarity to the likelihood', () => {
    const pair = [caption('a grass', -6), caption('a cat', -4)].map((one) => ({ ...one }));
    const other = [caption('brown runs')];
    expect(texts(byConsensus(pair, other, vocabulary))).toEqual(['a cat', 'a grass']);
  });
});
