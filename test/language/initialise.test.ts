import { describe, expect, it } from 'vitest';
import { countIds } from '../../src/language/initialise.ts';
import { corpusOf } from '../../src/text/corpus.ts';

describe('countIds', () => {
  it('counts the tokens of all parts', () => {
    const parts = [corpusOf(Uint32Array.of(0, 1, 1, 3)), corpusOf(Uint32Array.of(3, 3))];
    expect([...countIds(parts, 5)]).toEqual([1, 2, 0, 3, 0]);
  });

  it('reads no more than the first million of a text of any size', () => {
    let read = 0;
    const endless = {
      length: 1e12,
      read(start: number, end: number) {
        read += end - start;
        return new Uint32Array(end - start).fill(1);
      },
    };
    expect([...countIds([corpusOf(Uint32Array.of(0)), endless, endless], 2)]).toEqual([1, 2 ** 20 - 1]);
    expect(read).toBe(2 ** 20 - 1);
  });
});
