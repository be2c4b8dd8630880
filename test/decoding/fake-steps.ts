/** Step functions made of plain tables, in place of a model. */
import { Random } from '../../src/base/random.ts';
import type { StepFunction } from '../../src/decoding/step.ts';

/** Log-probabilities [V] of the token after `tokens` (the start included) for a source. */
export type Distribution = (source: number, tokens: readonly number[]) => ArrayLike<number>;

/** A step function that finds out from `parents` alone what each row has read so far, as a model's state does. */
export function stepsOf(distribution: Distribution): StepFunction {
  let rows: { source: number; tokens: number[] }[] = [];
  let first = true;
  return (tokens, parents) => {
    if (first) rows = parents.map((source) => ({ source, tokens: [] }));
    first = false;
    rows = tokens.map((token, i) => {
      const parent = rows[parents[i]!]!;
      return { source: parent.source, tokens: [...parent.tokens, token] };
    });
    return Float32Array.from(rows.flatMap((row) => Array.from(distribution(row.source, row.tokens))));
  };
}

/** A distribution that is different, and the same again, for every seed, source and sequence. */
export function randomDistribution(V: number, seed: number): Distribution {
  return (source, tokens) => {
    const random = new Random([seed, source, ...tokens].reduce((hash, x) => Math.imul(hash ^ (x + 7), 0x01000193), 1));
    return logSoftmax(Array.from({ length: V }, () => 4 * random.uniform()));
  };
}

/** The same distribution always. */
export function constantDistribution(probabilities: readonly number[]): Distribution {
  const logProbs = probabilities.map(Math.log);
  return () => logProbs;
}

function logSoftmax(logits: readonly number[]): Float32Array {
  const logSum = Math.log(logits.reduce((sum, x) => sum + Math.exp(x), 0));
  return Float32Array.from(logits, (x) => x - logSum);
}
