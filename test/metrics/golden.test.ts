import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Split } from '../../src/datasets/dataset.ts';
import { readCaptionDataset } from '../../src/datasets/read.ts';
import { scoreCaptions } from '../../src/metrics/score.ts';
import { tokenizeCaption } from '../../src/metrics/tokenize.ts';

// What pycocoevalcap answers; made by scripts/reference/caption-metrics.py.
type CaptionSet = Record<string, { candidate: string; references: readonly string[] }>;
interface Golden {
  scores: Record<string, number>;
  tokens: Record<string, string[]>;
}
interface DatasetGolden {
  pictures: number;
  scores: Record<string, number>;
  /** SHA-256 of the words of all candidates and references, a caption a line. */
  words: string;
}
const read = (name: string) => JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8'));
const sets: Record<string, CaptionSet> = read('caption-sets.json');
const golden: Record<string, Golden> = read('golden.json');
const datasetGolden: Record<string, DatasetGolden> = read('golden-datasets.json');

const wordsOf = ({ candidate, references }: CaptionSet[string]) =>
  [candidate, ...references].map((caption) => tokenizeCaption(caption).join(' '));

function expectScores(set: CaptionSet, expected: Record<string, number>): void {
  const pictures = Object.entries(set);
  const scores = scoreCaptions(
    new Map(pictures.map(([id, { candidate }]) => [id, candidate])),
    new Map(pictures.map(([id, { references }]) => [id, references])),
  );
  for (const [metric, value] of Object.entries(expected)) {
    expect(scores[metric as keyof typeof scores], metric).toBeCloseTo(value, 6);
  }
}

describe.each(Object.entries(sets))('pycocoevalcap on %s', (name, set) => {
  test.each(Object.entries(set))('tokenizes %s alike', (id, pictures) => {
    expect(wordsOf(pictures)).toEqual(golden[name]?.tokens[id]);
  });

  test('scores alike', () => {
    expectScores(set, golden[name]?.scores ?? { none: 0 });
  });
});

describe.each([
  ['Flickr8k dev', '../../../shared/data/flickr8k', ['val'], 1000],
  ['coco-subset', '../../data/coco-subset', ['train', 'val'], 570],
] as const)('pycocoevalcap on all captions of %s', (dataset, path, splits, pictures) => {
  const folder = join(import.meta.dirname, path);

  test.skipIf(!existsSync(folder)).each(['one caption against the others', 'captions of the next picture'] as const)(
    'tokenizes and scores alike: %s',
    async (name) => {
      const { scores, words, ...expected } = datasetGolden[`${dataset}, ${name}`]!;
      const set = captionSet(name, await captionsOf(folder, splits));
      expect(expected).toEqual({ pictures });
      expect(Object.keys(set)).toHaveLength(pictures);
      const lines = Object.values(set).flatMap(wordsOf);
      expect(
        createHash('sha256')
          .update(lines.map((line) => `${line}\n`).join(''))
          .digest('hex'),
      ).toBe(words);
      expectScores(set, scores);
    },
  );
});

async function captionsOf(folder: string, splits: readonly Split[]): Promise<string[][]> {
  const dataset = await readCaptionDataset(folder);
  return splits.flatMap((split) => dataset.splits.get(split) ?? []).map(({ captions }) => captions);
}

/** What people wrote, as if some of it were a captioner's: of the same picture, or of the next one. */
function captionSet(name: string, captions: readonly (readonly string[])[]): CaptionSet {
  const next = name === 'captions of the next picture';
  const entries = captions.map(([first = '', ...others], i) => {
    const [following = ''] = captions[(i + 1) % captions.length] ?? [];
    return [
      `p${i}`,
      next ? { candidate: following, references: [first, ...others] } : { candidate: first, references: others },
    ];
  });
  return Object.fromEntries(entries);
}
