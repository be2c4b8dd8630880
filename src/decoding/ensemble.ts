import { exponential } from './exponential.ts';
import type { StepFunction } from './step.ts';

/**
 * Several models that write together: each reads the same tokens, and what may follow has the mean of the probabilities
 * that they give it. Their V tokens must mean the same.
 */
export function meanOfSteps(steps: readonly StepFunction[]): StepFunction {
  const [first, ...others] = steps;
  if (!first) throw new RangeError('an ensemble of no models');
  if (others.length === 0) return first;
  let mean = new Float32Array();
  return (tokens, parents) => {
    const given = steps.map((step) => step(tokens, parents));
    const size = given[0]?.length ?? 0;
    if (mean.length < size) mean = new Float32Array(size);
    for (let i = 0; i < size; i++) {
      let sum = 0;
      for (const logProbs of given) sum += exponential(logProbs[i] ?? Number.NaN);
      mean[i] = Math.log(sum / given.length);
    }
    return mean.subarray(0, size);
  };
}
