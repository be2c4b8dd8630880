/** Counts of the runs of 1 to 4 words in a caption, which BLEU and CIDEr both rest on. */

/** The longest run that the metrics look at. */
export const MAX_N = 4;

/** Counts by n-gram, one map for each n from 1: `ngrams[n - 1].get('a red boat')`. */
export type NgramCounts = readonly Map<string, number>[];

export function countNgrams(words: readonly string[]): NgramCounts {
  return Array.from({ length: MAX_N }, (_, i) => {
    const n = i + 1;
    const counts = new Map<string, number>();
    for (let start = 0; start + n <= words.length; start++) {
      const ngram = words.slice(start, start + n).join(' ');
      counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
    }
    return counts;
  });
}
