/** A baseline without a model: of the captions of similar pictures the one most like the others. */
import { mapSteps, partOf, type Steps } from '../../base/steps.ts';
import { documentFrequencies } from '../../metrics/cider.ts';
import { countNgrams, MAX_N } from '../../metrics/ngrams.ts';

/** A caption's n-grams by number, with weights whose dot product with another caption's is their similarity. */
interface CaptionVector {
  ngrams: number[];
  weights: number[];
}

/** Gives the captions of a picture, in words. */
type CaptionsOf = (picture: number) => readonly (readonly string[])[];

/** Pictures whose vectors are kept when they were found: some 80 MB. */
const KEPT = 20_000;

/**
 * Finds the consensus caption of any pictures (Devlin et al. 2015, "Exploring nearest neighbor approaches for image
 * captioning", section 3). The similarity of two captions is CIDEr without clipping: the mean over n from 1 to 4 of the
 * cosine of their n-gram counts, weighted by rarity (Vedantam et al. 2015, section 3). Rarity is told from some pictures: the
 * n-grams of all would take gigabytes where there are many. One that none of these has is as rare as can be in the length of
 * a vector, and makes nothing similar.
 */
export class MostAgreed {
  readonly #captionsOf: CaptionsOf;
  readonly #numbers: ReadonlyMap<string, number>;
  /** By number; one more is that of n-grams that have none. */
  readonly #rarity: Float64Array;
  readonly #kept = new Map<number, readonly CaptionVector[]>();
  /** Working memory of `find`: the sum of vectors, by n-gram; zero between calls. */
  readonly #sum: Float64Array;

  private constructor(captionsOf: CaptionsOf, numbers: ReadonlyMap<string, number>, rarity: Float64Array) {
    this.#captionsOf = captionsOf;
    this.#numbers = numbers;
    this.#rarity = rarity;
    this.#sum = new Float64Array(numbers.size);
  }

  /** @param counted the pictures that tell how rare n-grams are */
  static *createSteps(captionsOf: CaptionsOf, counted: readonly number[]): Steps<MostAgreed> {
    const captions = yield* partOf(mapSteps(counted, captionsOf), 0, 0.3);
    const numbers = yield* partOf(documentFrequencies(captions), 0.3, 1);
    const rarity = new Float64Array(numbers.size + 1).fill(Math.log(counted.length));
    let number = 0;
    for (const [ngram, frequency] of numbers) {
      rarity[number] = Math.log(counted.length / frequency);
      numbers.set(ngram, number++);
    }
    return new MostAgreed(captionsOf, numbers, rarity);
  }

  /**
   * Of all captions of some pictures the one with the highest sum of similarities to them all, the first of equals.
   *
   * @param pictures by their numbers; at least one must have a caption
   */
  find(pictures: readonly number[]): { picture: number; caption: number } {
    const pool = pictures.flatMap((picture) =>
      this.#vectorsOf(picture).map((vector, caption) => ({ picture, caption, vector })),
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

  #vectorsOf(picture: number): readonly CaptionVector[] {
    const known = this.#kept.get(picture);
    if (known) return known;
    const vectors = this.#captionsOf(picture).map((words) => this.#vectorOf(words));
    if (this.#kept.size < KEPT) this.#kept.set(picture, vectors);
    return vectors;
  }

  #vectorOf(words: readonly string[]): CaptionVector {
    const vector: CaptionVector = { ngrams: [], weights: [] };
    const none = this.#numbers.size;
    for (const ofLength of countNgrams(words)) {
      const ngrams = Array.from(ofLength.keys(), (ngram) => this.#numbers.get(ngram) ?? none);
      const weights = Array.from(ofLength.values(), (count, i) => count * this.#rarity[ngrams[i]!]!);
      const norm = Math.hypot(...weights) * Math.sqrt(MAX_N) || 1;
      for (const [i, ngram] of ngrams.entries()) {
        if (ngram === none) continue;
        vector.ngrams.push(ngram);
        vector.weights.push(weights[i]! / norm);
      }
    }
    return vector;
  }
}
