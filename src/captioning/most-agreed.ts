import { countNgrams, MAX_N } from '../metrics/ngrams.ts';

/** A caption's n-grams by number, with weights whose products with another caption's sum up to their similarity. */
interface CaptionVector {
  ngrams: number[];
  weights: number[];
}

/**
 * Captions of pictures, among which the one closest to the others is sought (Devlin et al. 2015, "Exploring nearest
 * neighbor approaches for image captioning", section 3). How similar two captions are is CIDEr without clipping: the
 * mean, over n from 1 to 4, of the cosines of their n-gram counts weighted by rarity (Vedantam et al. 2015, section 3).
 */
export class CaptionConsensus {
  readonly #vectors: CaptionVector[][];
  /** The sum of vectors, by n-gram; zero between calls. */
  readonly #sum: Float64Array;

  /** @param captions of each picture, in words */
  constructor(captions: readonly (readonly (readonly string[])[])[]) {
    const numbers = new Map<string, number>();
    const frequencies: number[] = [];
    const counts = captions.map((written) => written.map(countNgrams));
    for (const written of counts) {
      for (const ngram of new Set(
        written.flatMap((ofCaption) => ofCaption.flatMap((ofLength) => [...ofLength.keys()])),
      )) {
        const number = numbers.get(ngram) ?? frequencies.push(0) - 1;
        numbers.set(ngram, number);
        frequencies[number]! += 1;
      }
    }
    const rarity = frequencies.map((frequency) => Math.log(captions.length / frequency));
    this.#sum = new Float64Array(frequencies.length);
    this.#vectors = counts.map((written) =>
      written.map((ofCaption) => {
        const vector: CaptionVector = { ngrams: [], weights: [] };
        for (const ofLength of ofCaption) {
          const ngrams = Array.from(ofLength.keys(), (ngram) => numbers.get(ngram) ?? 0);
          const weights = Array.from(ofLength.values(), (count, i) => count * (rarity[ngrams[i] ?? 0] ?? 0));
          const norm = Math.hypot(...weights) * Math.sqrt(MAX_N) || 1;
          vector.ngrams.push(...ngrams);
          vector.weights.push(...weights.map((weight) => weight / norm));
        }
        return vector;
      }),
    );
  }

  /** Of all captions of some pictures the one with the highest sum of similarities to them all: the first of equals. */
  find(pictures: readonly number[]): { picture: number; caption: number } {
    const pool = pictures.flatMap((picture) =>
      (this.#vectors[picture] ?? []).map((vector, caption) => ({ picture, caption, vector })),
    );
    // The sum of the products with each is the product with their sum.
    for (const { vector } of pool)
      for (const [i, ngram] of vector.ngrams.entries()) this.#sum[ngram]! += vector.weights[i]!;
    const scores = pool.map(({ vector }) =>
      vector.ngrams.reduce((score, ngram, i) => score + this.#sum[ngram]! * vector.weights[i]!, 0),
    );
    for (const { vector } of pool) for (const ngram of vector.ngrams) this.#sum[ngram] = 0;
    const { picture = 0, caption = 0 } = pool[scores.indexOf(Math.max(...scores))] ?? {};
    return { picture, caption };
  }
}
