/**
 * Features of a picture as far as words tell them: a ridge regression from the words of captions to the features of the
 * pictures that they belong to. Knows word ids, no texts and no pictures.
 *
 * P pictures, V words, D features.
 */
import { inPieces, partOf, type Steps } from '../base/steps.ts';

/** The words of a picture's captions, each with its value; words without one have the value 0. */
export interface WordBag {
  ids: Int32Array;
  values: Float32Array;
}

/** Weight of the squared coefficients beside the squared errors: the best of 10, 30 and 100 on held-out pictures. */
const RIDGE = 10;
/** Steps of the solver: after 10 the predictions explain 98 % of what they do after 20, and 40 explain no more. */
const ITERATIONS = 20;
/** Pictures between two turns of everything else. */
const TURN = 256;

/**
 * The words of a picture's captions: each has the square root of the share of captions that use it, so that a word of one
 * caption among five counts almost half of one that all five use.
 *
 * @param captions word ids of each caption
 */
export function wordBag(captions: readonly (readonly number[])[]): WordBag {
  const counts = new Map<number, number>();
  for (const words of captions) for (const id of new Set(words)) counts.set(id, (counts.get(id) ?? 0) + 1);
  return {
    ids: Int32Array.from(counts.keys()),
    values: Float32Array.from(counts.values(), (count) => Math.sqrt(count / captions.length)),
  };
}

/**
 * Fits coefficients B [V, D] that minimise ‖XB - Y‖² + λ‖B‖² (Hoerl and Kennard 1970), where row p of X [P, V] is the bag
 * of picture p and row p of Y [P, D] its features, standardised. The normal equations are solved by conjugate gradients
 * (Hestenes and Stiefel 1952), all D columns at once, since X is sparse.
 *
 * @param features of all pictures of which `pictures` are to be fitted to, [·, D]
 * @param pictures numbers of the pictures, in `bags` and `features` alike
 */
export function* fitWordRegressionSteps(
  bags: readonly WordBag[],
  features: Float32Array,
  pictures: readonly number[],
  { V, D }: { V: number; D: number },
): Steps<Float32Array> {
  const coefficients = new Float32Array(V * D);
  const residual = new Float32Array(V * D);
  for (const [i, p] of pictures.entries()) {
    if (i % TURN === 0) yield 0;
    addOuter(residual, bags[p]!, features.subarray(p * D, (p + 1) * D));
  }
  const direction = residual.slice();
  const image = new Float32Array(V * D);
  let norms = yield* partOf(productsSteps(residual, residual, D), 0, 0);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const done = iteration / ITERATIONS;
    const inTurns = (work: (i: number) => void) =>
      partOf(
        inPieces(image.length, (from, to) => {
          for (let i = from; i < to; i++) work(i);
        }),
        done,
        done,
      );
    yield* inTurns((i) => {
      image[i] = RIDGE * direction[i]!;
    });
    for (const [i, p] of pictures.entries()) {
      if (i % TURN === 0) yield (iteration + i / pictures.length) / ITERATIONS;
      addOuter(image, bags[p]!, predictFeatures(direction, bags[p]!, D));
    }
    const curvature = yield* partOf(productsSteps(direction, image, D), done, done);
    const step = norms.map((norm, d) => (norm > 0 ? norm / curvature[d]! : 0));
    yield* inTurns((i) => {
      coefficients[i]! += step[i % D]! * direction[i]!;
      residual[i]! -= step[i % D]! * image[i]!;
    });
    const next = yield* partOf(productsSteps(residual, residual, D), done, done);
    const factors = norms.map((norm, d) => (norm > 0 ? next[d]! / norm : 0));
    yield* inTurns((i) => {
      direction[i] = residual[i]! + factors[i % D]! * direction[i]!;
    });
    norms = next;
  }
  return coefficients;
}

/** The features [D] that coefficients [V, D] predict for words: xB. */
export function predictFeatures(coefficients: Float32Array, { ids, values }: WordBag, D: number): Float32Array {
  const predicted = new Float32Array(D);
  for (let k = 0; k < ids.length; k++) {
    const [row, value] = [ids[k]! * D, values[k]!];
    for (let d = 0; d < D; d++) predicted[d]! += value * coefficients[row + d]!;
  }
  return predicted;
}

/** target [V, D] += xᵀ · row [D] */
function addOuter(target: Float32Array, { ids, values }: WordBag, row: Float32Array): void {
  const D = row.length;
  for (let k = 0; k < ids.length; k++) {
    const [at, value] = [ids[k]! * D, values[k]!];
    for (let d = 0; d < D; d++) target[at + d]! += value * row[d]!;
  }
}

/** The scalar product of each of D columns of a with that of b. */
function* productsSteps(a: Float32Array, b: Float32Array, D: number): Steps<Float64Array> {
  const sums = new Float64Array(D);
  yield* inPieces(a.length, (from, to) => {
    for (let i = from; i < to; i++) sums[i % D]! += a[i]! * b[i]!;
  });
  return sums;
}
