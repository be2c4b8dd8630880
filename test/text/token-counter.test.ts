import { describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { TokenCounter } from '../../src/text/token-counter.ts';

describe('the frequent tokens of a part', () => {
  it('are those that come so often in it, though the rest was counted too', () => {
    const random = new Random(1);
    const text = Array.from({ length: 300 }, () => String(random.integer(12) ** 2));
    for (const minCount of [1, 2, 5, 30]) {
      const counter = new TokenCounter(minCount);
      counter.add(text.slice(0, 100));
      counter.add(text.slice(100));
      expect(counter.tokens).toBe(300);
      expect(counter.different).toBe(new Set(text).size);
      for (const length of [0, 1, 50, 200, 300]) {
        const part = text.slice(0, length);
        const frequent = [...new Set(part)].filter(
          (token) => part.filter((other) => other === token).length >= minCount,
        );
        expect(new Set(counter.frequent(length))).toEqual(new Set(frequent));
      }
    }
  });

  it('are sorted, the most frequent of the whole text first', () => {
    const counter = new TokenCounter(1);
    counter.add([...'dcbaabbb']);
    expect(counter.frequent(8)).toEqual(['b', 'a', 'c', 'd']);
  });
});
