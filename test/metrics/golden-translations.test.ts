import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sacreBleu } from '../../src/metrics/bleu.ts';

// What sacreBLEU answers; made by scripts/reference/translation-metrics.py.
const golden: { candidates: string[]; references: string[][]; bleu: number }[] = JSON.parse(
  readFileSync(join(import.meta.dirname, 'golden-translations.json'), 'utf8'),
);
const words = (text: string) => text.split(' ').filter(Boolean);

describe('sacreBleu', () => {
  it.each(golden.map((set, i) => [i + 1, set] as const))('is what sacreBLEU says of set %d', (_, set) => {
    const { candidates, references, bleu } = set;
    const translations = candidates.map((candidate, i) => ({
      candidate: words(candidate),
      references: references[i]!.map(words),
    }));
    expect(sacreBleu(translations)).toBeCloseTo(bleu, 9);
  });

  it('is 0 where nothing was written', () => {
    expect(sacreBleu([{ candidate: [], references: [['a', 'man']] }])).toBe(0);
  });
});
