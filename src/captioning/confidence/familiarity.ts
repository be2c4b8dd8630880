/** How much a picture is like those that were learned from, by its features. Knows no captions. */
import { fromHalf, toHalf } from '../../base/half.ts';
import type { Random } from '../../base/random.ts';
import type { Steps } from '../../base/steps.ts';
import { unitRows } from '../nearest.ts';

/** Centroids: enough to tell what is no photo at all from photos, few enough to be stored with a model. */
const CENTROIDS = 64;
const ITERATIONS = 10;

/**
 * The cosine of a picture's features with the nearest of some directions, which are the centroids of the features of the
 * pictures learned from (spherical k-means, Dhillon and Modha 2001). Screenshots, drawings and noise have a lower one
 * than photos.
 */
export class Familiarity {
  /** [K, D], each of length 1. */
  readonly centroids: Float32Array;
  /** How many pictures were learned from. */
  readonly pictures: number;

  constructor(centroids: Float32Array, pictures: number) {
    this.centroids = centroids;
    this.pictures = pictures;
  }

  /** @param features of the pictures learned from, as the CNN gives them [N, D] */
  static *learnSteps(features: Float32Array, D: number, random: Random): Steps<Familiarity> {
    const N = features.length / D;
    const pictures = unitRows(features, D);
    const first = random.shuffle([...Array(N).keys()]).slice(0, CENTROIDS);
    let centroids = new Float32Array(first.length * D);
    for (const [k, picture] of first.entries()) centroids.set(pictures.subarray(picture * D, (picture + 1) * D), k * D);
    for (let iteration = 0; iteration < ITERATIONS; iteration++) {
      const sums = centroids.map((x) => 1e-3 * x); // one that is nearest to no picture stays where it is
      for (let n = 0; n < N; n++) {
        if (n % 64 === 0) yield (iteration + n / N) / ITERATIONS;
        const picture = pictures.subarray(n * D, (n + 1) * D);
        const { k } = nearest(picture, centroids);
        for (let d = 0; d < D; d++) sums[k * D + d]! += picture[d]!;
      }
      centroids = unitRows(sums, D);
    }
    return new Familiarity(fromHalf(toHalf(centroids)), N); // as it is when it was stored
  }

  /** The cosine of features [D] with the nearest centroid, at most 1; 0 for features of zeros. */
  of(features: Float32Array): number {
    return nearest(features, this.centroids).product / (lengthOf(features) || 1);
  }
}

function nearest(vector: Float32Array, centroids: Float32Array): { k: number; product: number } {
  const D = vector.length;
  let found = { k: 0, product: Number.NEGATIVE_INFINITY };
  for (let k = 0; k * D < centroids.length; k++) {
    let product = 0;
    for (let d = 0; d < D; d++) product += vector[d]! * centroids[k * D + d]!;
    if (product > found.product) found = { k, product };
  }
  return found;
}

function lengthOf(vector: Float32Array): number {
  return Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
}
