/**
 * CIDEr and CIDEr-D (Vedantam et al. 2015, "CIDEr: Consensus-based Image Description Evaluation", sections 3 and 6):
 * the cosine between n-gram vectors weighted by how rare an n-gram is among the pictures scored. So a score depends on
 * the whole set; with one picture every weight is zero. Words are not stemmed, as in pycocoevalcap.
 */

import type { TokenizedCaption } from './bleu.ts';
import { countNgrams, MAX_N, type NgramCounts } from './ngrams.ts';

const SIGMA = 6;

/** A caption as one tf-idf vector for each n. */
interface Vectors {
  weights: Map<string, number>[];
  /** Euclidean length of each. */
  norms: number[];
  /** Bigrams, by which pycocoevalcap measures length. */
  length: number;
}

export interface Cider {
  /** CIDEr-D: counts clipped to the reference's, and a Gaussian penalty for another length; 0 to 10. */
  cider: number;
  /** CIDEr: the cosine alone; 0 to 10. */
  ciderPlain: number;
}

/** The means over the captions. */
export function cider(captions: readonly TokenizedCaption[]): Cider {
  const referenceCounts = captions.map(({ references }) => references.map(countNgrams));
  const frequencies = documentFrequencies(referenceCounts);
  const logPictures = Math.log(captions.length);
  const vectorsOf = (counts: NgramCounts) => tfIdf(counts, frequencies, logPictures);

  let clippedSum = 0;
  let plainSum = 0;
  for (const [i, { candidate }] of captions.entries()) {
    const vectors = vectorsOf(countNgrams(candidate));
    const references = (referenceCounts[i] ?? []).map(vectorsOf);
    for (const reference of references) {
      const { clipped, plain } = similarity(vectors, reference);
      clippedSum += clipped / references.length;
      plainSum += plain / references.length;
    }
  }
  return { cider: (10 * clippedSum) / captions.length, ciderPlain: (10 * plainSum) / captions.length };
}

/** The number of pictures among whose references an n-gram is. */
function documentFrequencies(referenceCounts: readonly NgramCounts[][]): Map<string, number> {
  const frequencies = new Map<string, number>();
  for (const references of referenceCounts) {
    const seen = new Set(references.flatMap((counts) => counts.flatMap((ofLength) => [...ofLength.keys()])));
    for (const ngram of seen) frequencies.set(ngram, (frequencies.get(ngram) ?? 0) + 1);
  }
  return frequencies;
}

function tfIdf(counts: NgramCounts, frequencies: Map<string, number>, logPictures: number): Vectors {
  const weights = counts.map((ofLength) => {
    const weighted = new Map<string, number>();
    for (const [ngram, count] of ofLength) {
      weighted.set(ngram, count * (logPictures - Math.log(Math.max(1, frequencies.get(ngram) ?? 0))));
    }
    return weighted;
  });
  const norms = weights.map((ofLength) => Math.hypot(...ofLength.values()));
  const length = [...(counts[1]?.values() ?? [])].reduce((sum, count) => sum + count, 0);
  return { weights, norms, length };
}

/** The mean over n of the two cosines. */
function similarity(candidate: Vectors, reference: Vectors): { clipped: number; plain: number } {
  let clipped = 0;
  let plain = 0;
  for (let i = 0; i < MAX_N; i++) {
    const norm = (candidate.norms[i] ?? 0) * (reference.norms[i] ?? 0) || 1;
    for (const [ngram, weight] of candidate.weights[i] ?? []) {
      const other = reference.weights[i]?.get(ngram) ?? 0;
      clipped += (Math.min(weight, other) * other) / norm;
      plain += (weight * other) / norm;
    }
  }
  const penalty = Math.exp(-((candidate.length - reference.length) ** 2) / (2 * SIGMA ** 2));
  return { clipped: (clipped * penalty) / MAX_N, plain: plain / MAX_N };
}
