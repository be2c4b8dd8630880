/**
 * CIDEr and CIDEr-D (Vedantam et al. 2015, "CIDEr: Consensus-based Image Description Evaluation", sections 3 and 6):
 * the cosine between n-gram vectors weighted by how rare an n-gram is among the pictures scored. So a score depends on
 * the whole set; with one picture every weight is zero. Words are not stemmed, as in pycocoevalcap.
 */

import { partOf, runAtOnce, type Steps } from '../base/steps.ts';
import type { TokenizedCaption } from './bleu.ts';
import { countNgrams, MAX_N } from './ngrams.ts';

const SIGMA = 6;

/** A caption as one tf-idf vector for each n. */
export interface CiderVectors {
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
  return runAtOnce(ciderSteps(captions));
}

/** `cider`, caption by caption. */
export function* ciderSteps(captions: readonly TokenizedCaption[]): Steps<Cider> {
  const scorer = yield* partOf(CiderScorer.createSteps(captions.map(({ references }) => references)), 0, 0.4);
  const scores: Cider[] = [];
  for (const [picture, { candidate }] of captions.entries()) {
    scores.push(...scorer.score(picture, [candidate]));
    yield 0.4 + (0.6 * scores.length) / captions.length;
  }
  const mean = (of: (score: Cider) => number) => scores.reduce((sum, score) => sum + of(score), 0) / scores.length;
  return { cider: mean(({ cider }) => cider), ciderPlain: mean(({ ciderPlain }) => ciderPlain) };
}

/** Scores single captions against the references of a set of pictures, which say how rare each n-gram is. */
export class CiderScorer {
  readonly #references: readonly (readonly (readonly string[])[])[];
  readonly #frequencies: ReadonlyMap<string, number>;
  readonly #logPictures: number;

  /**
   * @param references of each picture, in words
   * @param frequencies where they were counted before: the number of pictures among whose references an n-gram is
   */
  constructor(
    references: readonly (readonly (readonly string[])[])[],
    frequencies: ReadonlyMap<string, number> = runAtOnce(documentFrequencies(references)),
  ) {
    this.#references = references;
    this.#frequencies = frequencies;
    this.#logPictures = Math.log(references.length);
  }

  /** Makes a scorer, picture by picture. */
  static *createSteps(references: readonly (readonly (readonly string[])[])[]): Steps<CiderScorer> {
    return new CiderScorer(references, yield* documentFrequencies(references));
  }

  /** The scores of candidates, in words, for a picture of the set. */
  score(picture: number, candidates: readonly (readonly string[])[]): Cider[] {
    const references = this.#references[picture]!.map((words) => this.#vectorsOf(words));
    return candidates.map((words) => {
      const candidate = this.#vectorsOf(words);
      const similarities = references.map((reference) => ciderSimilarity(candidate, reference));
      const mean = (of: 'clipped' | 'plain') =>
        similarities.reduce((sum, similarity) => sum + similarity[of], 0) / references.length;
      return { cider: 10 * mean('clipped'), ciderPlain: 10 * mean('plain') };
    });
  }

  /** The CIDEr-D of each of a picture's references against its others, of which there is at least one. */
  scoreReferences(picture: number): number[] {
    const vectors = this.#references[picture]!.map((words) => this.#vectorsOf(words));
    return vectors.map((one) => {
      const others = vectors.filter((other) => other !== one);
      return (10 * others.reduce((sum, other) => sum + ciderSimilarity(one, other).clipped, 0)) / others.length;
    });
  }

  #vectorsOf(words: readonly string[]): CiderVectors {
    return ciderVectors(words, (ngram) => this.#logPictures - Math.log(Math.max(1, this.#frequencies.get(ngram) ?? 0)));
  }
}

/** The number of pictures among whose references, in words, an n-gram is, its words with blanks between. */
export function* documentFrequencies(
  references: readonly (readonly (readonly string[])[])[],
): Steps<Map<string, number>> {
  const frequencies = new Map<string, number>();
  for (const [picture, captions] of references.entries()) {
    yield picture / references.length;
    const seen = new Set(captions.flatMap((words) => countNgrams(words).flatMap((ofLength) => [...ofLength.keys()])));
    for (const ngram of seen) frequencies.set(ngram, (frequencies.get(ngram) ?? 0) + 1);
  }
  return frequencies;
}

/** @param rarityOf the weight of an n-gram, its words with blanks between: log(pictures / pictures that have it) */
export function ciderVectors(words: readonly string[], rarityOf: (ngram: string) => number): CiderVectors {
  const counts = countNgrams(words);
  const weights = counts.map(
    (ofLength) => new Map(Array.from(ofLength, ([ngram, count]) => [ngram, count * rarityOf(ngram)])),
  );
  const norms = weights.map((ofLength) => Math.hypot(...ofLength.values()));
  const length = [...counts[1]!.values()].reduce((sum, count) => sum + count, 0);
  return { weights, norms, length };
}

/** The mean over n of the two cosines, CIDEr-D's and CIDEr's; 0 to 1. */
export function ciderSimilarity(candidate: CiderVectors, reference: CiderVectors): { clipped: number; plain: number } {
  let clipped = 0;
  let plain = 0;
  for (let i = 0; i < MAX_N; i++) {
    const norm = candidate.norms[i]! * reference.norms[i]! || 1;
    for (const [ngram, weight] of candidate.weights[i]!) {
      const other = reference.weights[i]!.get(ngram) ?? 0;
      clipped += (Math.min(weight, other) * other) / norm;
      plain += (weight * other) / norm;
    }
  }
  return { clipped: (clipped * lengthPenalty(candidate.length, reference.length)) / MAX_N, plain: plain / MAX_N };
}

/** What CIDEr-D is multiplied by for captions of these lengths, see `CiderVectors`. */
export function lengthPenalty(candidate: number, reference: number): number {
  return Math.exp(-((candidate - reference) ** 2) / (2 * SIGMA ** 2));
}
