/** Drawing a token from the distribution that a model gives. Knows no model. */
import type { Random } from '../base/random.ts';
import { exponential } from './exponential.ts';

export interface SamplingOptions {
  /** Divides the logits: below 1 more careful, above 1 more daring; 0 takes the likeliest token. */
  temperature: number;
  /** Draws from the k likeliest tokens only; those as likely as the k-th are among them. */
  topK?: number | undefined;
  /** Draws from the likeliest tokens that together have at least this probability (Holtzman et al. 2020). */
  topP?: number | undefined;
  /** Draws from the tokens with at least this share of the likeliest one's probability (Nguyen et al. 2024). */
  minP?: number | undefined;
}

/** What tokens are drawn by: a token's weight over the total is its probability. */
export interface TokenWeights {
  /** [V] */
  weights: Float64Array;
  total: number;
}

/**
 * Draws one token. Takes time in proportion to V: nothing is sorted.
 *
 * @param logProbs of all V tokens, not changed
 * @param weights working memory [V], for a caller that draws again and again
 * @returns the token; its log-probability is `logProbs[token]`, whatever the options
 */
export function sampleToken(
  logProbs: Float32Array,
  options: SamplingOptions,
  random: Random,
  weights?: Float64Array,
): number {
  return drawToken(tokenWeights(logProbs, options, weights), random);
}

/** Prepares drawing, for a caller that draws several times after the same tokens; parameters as of `sampleToken`. */
export function tokenWeights(
  logProbs: Float32Array,
  { temperature, topK, topP, minP }: SamplingOptions,
  weights: Float64Array = new Float64Array(logProbs.length),
): TokenWeights {
  const likeliest = indexOfMaximum(logProbs);
  if (temperature === 0) {
    weights.fill(0)[likeliest] = 1;
    return { weights, total: 1 };
  }
  // The likeliest weighs 1: at a low temperature the weights would all underflow to 0 otherwise.
  const highest = logProbs[likeliest]!;
  let total = 0;
  for (let token = 0; token < logProbs.length; token++) {
    const weight = exponential((logProbs[token]! - highest) / temperature);
    weights[token] = weight;
    total += weight;
  }
  if (topK !== undefined && topK < weights.length) {
    total = dropBelow(weights, cutoff(weights, topK, countOne));
  }
  if (topP !== undefined && topP < 1) {
    total = dropBelow(weights, cutoff(weights, topP * total, itself));
  }
  if (minP !== undefined && minP > 0) total = dropBelow(weights, minP);
  return { weights, total };
}

const countOne = (): number => 1;
const itself = (weight: number): number => weight;

/**
 * The largest weight such that those at least as large measure `wanted` together, by Hoare's quickselect: the weights
 * above a pivot either measure enough, and the cutoff is among them, or are all in, and it is below.
 */
function cutoff(weights: Float64Array, wanted: number, measure: (weight: number) => number): number {
  const values = weights.slice();
  let [from, to, missing] = [0, values.length, wanted];
  while (to - from > 1) {
    const pivot = values[(from + to) >> 1]!;
    // Larger ones to the front, smaller ones to the back, equal ones between.
    let [larger, i, smaller, above, equal] = [from, from, to, 0, 0];
    while (i < smaller) {
      const value = values[i]!;
      if (value > pivot) {
        values[i++] = values[larger]!;
        values[larger++] = value;
        above += measure(value);
      } else if (value < pivot) {
        values[i] = values[--smaller]!;
        values[smaller] = value;
      } else {
        i++;
        equal += measure(value);
      }
    }
    if (above >= missing) to = larger;
    else if (above + equal >= missing || smaller === to) return pivot;
    else {
      missing -= above + equal;
      from = smaller;
    }
  }
  return values[from]!;
}

/** Sets the weights below the cutoff to 0. @returns the sum of the others */
function dropBelow(weights: Float64Array, lowest: number): number {
  let total = 0;
  for (let token = 0; token < weights.length; token++) {
    const weight = weights[token]!;
    if (weight >= lowest) total += weight;
    else weights[token] = 0;
  }
  return total;
}

/** Draws in proportion to the weights. Rounding can leave a rest above the last weight: the last token gets it. */
export function drawToken({ weights, total }: TokenWeights, random: Random): number {
  let rest = random.uniform() * total;
  let last = 0;
  for (let token = 0; token < weights.length; token++) {
    const weight = weights[token]!;
    if (weight === 0) continue;
    last = token;
    rest -= weight;
    if (rest < 0) break;
  }
  return last;
}

function indexOfMaximum(values: Float32Array): number {
  let [best, highest] = [0, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value > highest) [best, highest] = [i, value];
  }
  return best;
}
