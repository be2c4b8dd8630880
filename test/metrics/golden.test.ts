import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scoreCaptions } from '../../src/metrics/score.ts';
import { tokenizeCaption } from '../../src/metrics/tokenize.ts';

// What pycocoevalcap answers; made by scripts/reference/caption-metrics.py.
type CaptionSet = Record<string, { candidate: string; references: string[] }>;
type Golden = { scores: Record<string, number>; tokens: Record<string, string[]> };
const read = (name: string) => JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8'));
const sets: Record<string, CaptionSet> = read('caption-sets.json');
const golden: Record<string, Golden> = read('golden.json');

describe.each(Object.entries(sets))('pycocoevalcap on %s', (name, set) => {
  test.each(Object.entries(set))('tokenizes %s alike', (id, { candidate, references }) => {
    const words = [candidate, ...references].map((caption) => tokenizeCaption(caption).join(' '));
    expect(words).toEqual(golden[name]?.tokens[id]);
  });

  test('scores alike', () => {
    const pictures = Object.entries(set);
    const scores = scoreCaptions(
      new Map(pictures.map(([id, { candidate }]) => [id, candidate])),
      new Map(pictures.map(([id, { references }]) => [id, references])),
    );
    for (const [metric, value] of Object.entries(golden[name]?.scores ?? { none: 0 })) {
      expect(scores[metric as keyof typeof scores], metric).toBeCloseTo(value, 6);
    }
  });
});
