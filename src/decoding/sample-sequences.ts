/** Sampling of whole sequences, for many sources at once. Knows no model and no words. */
import type { Random } from '../base/random.ts';
import { type SamplingOptions, sampleToken } from './sampling.ts';
import { applyRules, type Sequence, type SequenceRules } from './sequence.ts';
import type { StepFunction } from './step.ts';

export interface SequenceSamplingOptions extends SamplingOptions, SequenceRules {
  /** Sequences for each source; 1 by default. */
  samples?: number;
}

/**
 * Draws sequences for each of N sources, token by token, until each has drawn its end. A sequence that is as long as it
 * may be, or that nothing may follow, is cut off there: it has no log-probability of an end.
 *
 * The step function sees N rows first and up to N × samples from then on; those that have ended leave it.
 *
 * @returns for each source its `samples` sequences, in the order they were drawn; some may be the same. Their
 *   log-probabilities are the model's, whatever the temperature.
 */
export function sampleSequences(
  step: StepFunction,
  sources: number,
  options: SequenceSamplingOptions,
  random: Random,
): Sequence[][] {
  const { samples = 1, start, end, maxLength } = options;
  const sampled = Array.from({ length: sources }, () => Array.from({ length: samples }, emptySequence));
  // All samples of a source draw their first token from the same row.
  let growing = sampled.flatMap((sequences, row) => sequences.map((sequence) => ({ sequence, row })));
  let weights: Float64Array | undefined;

  for (let length = 0; length < maxLength && growing.length > 0; length++) {
    const rows = length === 0 ? sources : growing.length;
    const logProbs =
      length === 0
        ? step(new Array<number>(rows).fill(start), [...sampled.keys()])
        : step(
            growing.map(({ sequence }) => sequence.tokens.at(-1) ?? start),
            growing.map(({ row }) => row),
          );
    const V = logProbs.length / rows;
    weights ??= new Float64Array(V);

    const continued: typeof growing = [];
    for (const [i, { sequence, row: source }] of growing.entries()) {
      const row = length === 0 ? source : i;
      const distribution = logProbs.subarray(row * V, (row + 1) * V);
      applyRules(distribution, sequence.tokens, options);
      const token = sampleToken(distribution, options, random, weights);
      const logProb = distribution[token] ?? Number.NaN;
      if (!(logProb > Number.NEGATIVE_INFINITY)) continue; // nothing may follow
      sequence.logProbs.push(logProb);
      sequence.logProb += logProb;
      if (token === end) continue;
      sequence.tokens.push(token);
      continued.push({ sequence, row });
    }
    growing = continued;
  }
  return sampled;
}

function emptySequence(): Sequence {
  return { tokens: [], logProbs: [], logProb: 0 };
}
