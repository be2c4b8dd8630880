/** Several models as one step function. Knows no model and no words. */
import { exponential } from './exponential.ts';
import type { StepFunction } from './step.ts';

/**
 * Several models that write together: each reads the same tokens, and a token that may follow has the mean of the
 * probabilities that the models give it. Their V tokens must mean the same.
 */
export function meanOfSteps(steps: readonly StepFunction[]): StepFunction {
  const [first, ...others] = steps;
  if (!first) throw new RangeError('an ensemble of no models');
  if (others.length === 0) return first;
  let sums = new Float64Array();
  let mean = new Float32Array();
  return (tokens, parents) => {
    const given = steps.map((step) => step(tokens, parents));
    const size = given[0]!.length;
    if (sums.length < size) [sums, mean] = [new Float64Array(size), new Float32Array(size)];
    sums.fill(0, 0, size);
    for (const logProbs of given) {
      for (let i = 0; i < size; i++) sums[i]! += exponential(logProbs[i]!);
    }
    for (let i = 0; i < size; i++) mean[i] = Math.log(sums[i]! / given.length);
    return mean.subarray(0, size);
  };
}
