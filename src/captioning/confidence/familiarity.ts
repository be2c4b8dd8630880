/** How much a picture is like those that were learned from, by its features. Knows no captions. */
import { type Int8Rows, timesVector, toInt8 } from '../../base/int8.ts';
import type { Random } from '../../base/random.ts';
import { partOf, type Steps } from '../../base/steps.ts';
import type { Engine } from '../../compute/engine.ts';
import { nearestPicturesSteps, scaleRows, unitRows } from '../report/nearest.ts';

/** Centroids: enough to tell what is no photo at all from photos (64 tell less), few enough to be stored with a model. */
const CENTROIDS = 256;
const ITERATIONS = 10;

/**
 * The cosine of a picture's features with the nearest of some directions, which are the centroids of the features of the
 * pictures learned from (spherical k-means, Dhillon and Modha 2001). Screenshots, drawings and noise have a lower one
 * than photos.
 */
export class Familiarity {
  /** [K, D], each of length 1. */
  readonly centroids: Int8Rows;
  /** How many pictures were learned from. */
  readonly pictures: number;

  constructor(centroids: Int8Rows, pictures: number) {
    this.centroids = centroids;
    this.pictures = pictures;
  }

  /** @param pictures those learned from, by their features as the CNN gives them [N, D], which are overwritten */
  static *learnSteps(engine: Engine, pictures: Float32Array, D: number, random: Random): Steps<Familiarity> {
    const N = pictures.length / D;
    scaleRows(pictures, D);
    const first = random.shuffle([...Array(N).keys()]).slice(0, CENTROIDS);
    let centroids = new Float32Array(first.length * D);
    for (const [k, picture] of first.entries()) centroids.set(pictures.subarray(picture * D, (picture + 1) * D), k * D);
    for (let i = 0; i < ITERATIONS; i++) {
      const finding = nearestPicturesSteps(engine, pictures, centroids, D, 1);
      const nearest = yield* partOf(finding, i / ITERATIONS, (i + 1) / ITERATIONS);
      const sums = centroids.map((x) => 1e-3 * x); // one that is nearest to no picture stays where it is
      for (const [n, [k]] of nearest.entries()) for (let d = 0; d < D; d++) sums[k! * D + d]! += pictures[n * D + d]!;
      centroids = unitRows(sums, D);
    }
    return new Familiarity(toInt8(centroids, first.length), N);
  }

  /** The cosine of features [D] with the nearest centroid, at most 1; 0 for features of zeros. */
  of(features: Float32Array): number {
    const products = timesVector(this.centroids, new Float64Array(features));
    return Math.min(1, Math.max(...products) / (lengthOf(features) || 1));
  }
}

function lengthOf(vector: Float32Array): number {
  return Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
}
