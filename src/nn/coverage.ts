/**
 * Doubly stochastic attention (Xu et al. 2015, section 4.2.1): a penalty λ Σ_j (1 - Σ_t α_tj)² for each sequence, by
 * which every place of its source is attended to about once over all steps. It knows only the weights α.
 *
 * N sequences, M rows of all steps, S places of the longest source.
 */
import type { Matrix } from '../compute/arena.ts';
import { type Packing, stepRows } from './packing.ts';

/**
 * Sets the gradient of the penalty by the weights [N, S], which is the same for all steps of a sequence:
 * -2 λ (1 - Σ_t α_tj), and 0 beyond the places of its source.
 *
 * @param weights α of all steps [M, S]
 * @param lengths places of the source that each sequence attends to
 */
export function coverageGradient(
  gradient: Matrix,
  weights: Matrix,
  packing: Packing,
  lengths: ArrayLike<number>,
  lambda: number,
): void {
  const S = weights.cols;
  const sums = gradient.data;
  sums.fill(0);
  for (const t of packing.counts.keys()) {
    const step = stepRows(weights, packing, t).data;
    for (let n = 0; n * S < step.length; n++) {
      for (let j = 0; j < lengths[n]!; j++) sums[n * S + j]! += step[n * S + j]!;
    }
  }
  for (let n = 0; n < packing.batch; n++) {
    for (let j = 0; j < lengths[n]!; j++) sums[n * S + j] = -2 * lambda * (1 - sums[n * S + j]!);
  }
}
