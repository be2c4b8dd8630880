/** Drawing a token from the distribution that a model gives. Knows no model. */
import type { Random } from '../base/random.ts';

export interface SamplingOptions {
  /** Divides the logits: below 1 more careful, above 1 more daring; 0 takes the likeliest token. */
  temperature: number;
  /** Draws from the k likeliest tokens only. */
  topK?: number | undefined;
  /** Draws from the likeliest tokens that together have at least this probability (Holtzman et al. 2020). */
  topP?: number | undefined;
}

/**
 * Draws one token.
 *
 * @param logProbs of all V tokens, not changed
 * @returns the token; its log-probability is `logProbs[token]`, whatever the options
 */
export function sampleToken(logProbs: Float32Array, options: SamplingOptions, random: Random): number {
  const { temperature, topK, topP } = options;
  const likeliest = indexOfMaximum(logProbs);
  if (temperature === 0) return likeliest;
  // The likeliest weighs 1: at a low temperature the weights would all underflow to 0 otherwise.
  const highest = logProbs[likeliest] ?? 0;
  const weights = Float64Array.from(logProbs, (logProb) => Math.exp((logProb - highest) / temperature));
  const tokens = [...weights.keys()];
  if (topK === undefined && topP === undefined) return draw(weights, tokens, random);

  const ranked = tokens.sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0)).slice(0, topK);
  return draw(weights, topP === undefined ? ranked : nucleus(weights, ranked, topP), random);
}

/** The shortest head of `ranked` that has at least the share `topP` of its weight. */
function nucleus(weights: Float64Array, ranked: number[], topP: number): number[] {
  const total = ranked.reduce((sum, token) => sum + (weights[token] ?? 0), 0);
  let sum = 0;
  const size = ranked.findIndex((token) => {
    sum += weights[token] ?? 0;
    return sum >= topP * total;
  });
  return size === -1 ? ranked : ranked.slice(0, size + 1);
}

/** Draws in proportion to the weights. Rounding can leave a rest above the last weight: the last token gets it. */
function draw(weights: Float64Array, tokens: readonly number[], random: Random): number {
  let rest = random.uniform() * tokens.reduce((sum, token) => sum + (weights[token] ?? 0), 0);
  let last = 0;
  for (const token of tokens) {
    const weight = weights[token] ?? 0;
    if (weight === 0) continue;
    last = token;
    rest -= weight;
    if (rest < 0) break;
  }
  return last;
}

function indexOfMaximum(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] ?? 0) > (values[best] ?? 0)) best = i;
  return best;
}
