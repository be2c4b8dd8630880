/** A baseline without a model: of the captions of similar pictures the one most like the others. */
import type { Steps } from '../base/steps.ts';
import { countNgrams, MAX_N, type NgramCounts } from '../metrics/ngrams.ts';

/** A caption's n-grams by number, with weights whose dot product with another caption's is their similarity. */
interface CaptionVector {
  ngrams: number[];
  weights: number[];
}

/**
 * Captions of pictures, prepared to find the consensus caption of any of them (Devlin et al. 2015, "Exploring nearest
 * neighbor approaches for image captioning", section 3). The similarity of two captions is CIDEr without clipping: the
 * mean over n from 1 to 4 of the cosine of their n-gram counts, weighted by rarity (Vedantam et al. 2015, section 3).
 */
export class MostAgreed {
  readonly #vectors: readonly (readonly CaptionVector[])[];
  /** Working memory of `find`: the sum of vectors, by n-gram; zero between calls. */
  readonly #sum: Float64Array;

  private constructor(vectors: readonly (readonly CaptionVector[])[], ngrams: number) {
    this.#vectors = vectors;
    this.#sum = new Float64Array(ngrams);
  }

  /** @param captions of each picture, as words */
  static *createSteps(captions: readonly (readonly (readonly string[])[])[]): Steps<MostAgreed> {
    const numbers = new Map<string, number>();
    const frequencies: number[] = [];
    const counts: NgramCounts[][] = [];
    for (const written of captions) {
      const ofPicture = written.map(countNgrams);
      const different = new Set(ofPicture.flat().flatMap((ofLength) => [...ofLength.keys()]));
      for (const ngram of different) {
        const number = numbers.get(ngram) ?? frequencies.push(0) - 1;
        numbers.set(ngram, number);
        frequencies[number]! += 1;
      }
      counts.push(ofPicture);
      yield (0.5 * counts.length) / captions.length;
    }
    const rarity = frequencies.map((frequency) => Math.log(captions.length / frequency));
    const vectors: CaptionVector[][] = [];
    for (const written of counts) {
      vectors.push(written.map((ofCaption) => vectorOf(ofCaption, numbers, rarity)));
      yield 0.5 + (0.5 * vectors.length) / captions.length;
    }
    return new MostAgreed(vectors, frequencies.length);
  }

  /**
   * Of all captions of some pictures the one with the highest sum of similarities to them all, the first of equals.
   *
   * @param pictures by their numbers; at least one must have a caption
   */
  find(pictures: readonly number[]): { picture: number; caption: number } {
    const pool = pictures.flatMap((picture) =>
      this.#vectors[picture]!.map((vector, caption) => ({ picture, caption, vector })),
    );
    // The sum of the products with all vectors is the product with their sum.
    for (const { vector } of pool) {
      for (const [i, ngram] of vector.ngrams.entries()) this.#sum[ngram]! += vector.weights[i]!;
    }
    const scores = pool.map(({ vector }) =>
      vector.ngrams.reduce((score, ngram, i) => score + this.#sum[ngram]! * vector.weights[i]!, 0),
    );
    for (const { vector } of pool) for (const ngram of vector.ngrams) this.#sum[ngram] = 0;
    const { picture, caption } = pool[scores.indexOf(Math.max(...scores))]!;
    return { picture, caption };
  }
}

function vectorOf(counts: NgramCounts, numbers: ReadonlyMap<string, number>, rarity: readonly number[]): CaptionVector {
  const vector: CaptionVector = { ngrams: [], weights: [] };
  for (const ofLength of counts) {
    const ngrams = Array.from(ofLength.keys(), (ngram) => numbers.get(ngram)!);
    const weights = Array.from(ofLength.values(), (count, i) => count * rarity[ngrams[i]!]!);
    const norm = Math.hypot(...weights) * Math.sqrt(MAX_N) || 1;
    vector.ngrams.push(...ngrams);
    vector.weights.push(...weights.map((weight) => weight / norm));
  }
  return vector;
}
