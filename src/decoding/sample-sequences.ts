/** Sampling of whole sequences, for many sources at once. Knows no model and no words. */
import type { Random } from '../base/random.ts';
import { runAtOnce, type Steps } from '../base/steps.ts';
import { drawToken, type SamplingOptions, type TokenWeights, tokenWeights } from './sampling.ts';
import { emptySequence, readNext, type Sequence, type SequenceRules } from './sequence.ts';
import type { StepFunction } from './step.ts';

export interface SequenceSamplingOptions extends SamplingOptions, SequenceRules {
  /** Sequences for each source; 1 by default. */
  samples?: number;
}

/**
 * Draws sequences for each of N sources, token by token, until each has drawn its end. A sequence that is as long as it
 * may be, or that nothing may follow, is cut off there: it has no log-probability of an end.
 *
 * The step function sees N rows first and up to N × samples from then on: those that are the same so far are one row,
 * and those that have ended leave it.
 *
 * @param randoms what each source draws by: N, or one N times
 * @returns for each source its `samples` sequences, in the order they were drawn; some may be the same. Their
 *   log-probabilities are the model's, whatever the temperature.
 */
export function sampleSequences(
  step: StepFunction,
  randoms: readonly Random[],
  options: SequenceSamplingOptions,
): Sequence[][] {
  return runAtOnce(sampleSequencesSteps(step, randoms, options));
}

/** `sampleSequences`, token by token. */
export function* sampleSequencesSteps(
  step: StepFunction,
  randoms: readonly Random[],
  options: SequenceSamplingOptions,
): Steps<Sequence[][]> {
  const { samples = 1, end, maxLength } = options;
  const sampled = randoms.map((random, source) =>
    Array.from({ length: samples }, () => ({ ...emptySequence(source), random })),
  );
  let growing = sampled.flat();
  const memory: Float64Array[] = []; // of each row, used again at each step
  for (let length = 0; length < maxLength && growing.length > 0; length++) {
    yield length / maxLength;
    readNext(step, growing, options);
    const weightsOfRow: TokenWeights[] = [];
    growing = growing.filter((sequence) => {
      const { row, next, random } = sequence;
      memory[row] ??= new Float64Array(next.length);
      weightsOfRow[row] ??= tokenWeights(next, options, memory[row]);
      const token = drawToken(weightsOfRow[row]!, random);
      const logProb = sequence.next[token]!;
      if (!(logProb > Number.NEGATIVE_INFINITY)) return false; // nothing may follow
      sequence.logProbs.push(logProb);
      sequence.logProb += logProb;
      if (token !== end) sequence.tokens.push(token);
      return token !== end;
    });
  }
  return sampled.map((sequences) => sequences.map(({ tokens, logProbs, logProb }) => ({ tokens, logProbs, logProb })));
}
