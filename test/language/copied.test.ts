import { describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { runAtOnce } from '../../src/base/steps.ts';
import { sharesCopiedSteps } from '../../src/language/copied.ts';
import { corpusOf } from '../../src/text/corpus.ts';

const sharesCopied = (...args: Parameters<typeof sharesCopiedSteps>) => runAtOnce(sharesCopiedSteps(...args));

const random = new Random(3);
const tokens = (count: number, V: number) => Uint32Array.from({ length: count }, () => random.integer(V));

describe('the share of a text that stands in a corpus', () => {
  it('is that of its runs, as a naive search finds them', () => {
    const corpus = tokens(3000, 3);
    const texts = [tokens(200, 3), tokens(200, 4), corpus.slice(500, 560)];
    const all = Array.from(corpus).join('');
    for (const n of [1, 5, 8]) {
      const naive = texts.map((text) => {
        const runs = Array.from({ length: text.length - n + 1 }, (_, i) => Array.from(text.slice(i, i + n)).join(''));
        return runs.filter((run) => all.includes(run)).length / runs.length;
      });
      expect(sharesCopied(texts, [corpusOf(corpus)], n)).toEqual(naive);
      expect(naive[2]).toBe(1);
    }
    expect(sharesCopied(texts, [corpusOf(corpus)], 8)[1]).toBeLessThan(0.5);
  });

  it('is 1 for a run at the very end of a long corpus, and for one across two of its pieces', () => {
    const corpus = tokens(140_000, 50);
    const copies = [corpus.slice(-20), corpus.slice(65_530, 65_550), corpus.slice(0, 20)];
    expect(sharesCopied(copies, [corpusOf(corpus)], 20)).toEqual([1, 1, 1]);
    expect(sharesCopied([tokens(40, 50)], [corpusOf(corpus)], 20)).toEqual([0]);
  });

  it('is 0 where the text or the corpus is shorter than a run', () => {
    expect(sharesCopied([[1, 2]], [corpusOf(tokens(100, 5))], 3)).toEqual([0]);
    expect(sharesCopied([[1, 2, 3]], [corpusOf(Uint32Array.of(1, 2))], 3)).toEqual([0]);
  });
});
