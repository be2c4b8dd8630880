/** Dropout: values set to 0 at random while a network trains. It knows no layer. */
import type { Matrix } from '../compute/arena.ts';
import type { Kernels } from '../compute/kernels.ts';

/**
 * Which values a training step drops. The masks are a function of the seed: the backward pass applies the same ones
 * to the gradients, and a resumed training finds them again.
 */
export interface Dropout {
  /** Probability that a value is dropped, from 0 to below 1. */
  rate: number;
  /** A new random integer for each training step. */
  seed: number;
}

/**
 * Inverted dropout (Srivastava et al. 2014) from `source` to `target`, which may be the same.
 *
 * @param site tells apart the places in a model that drop values in the same step
 */
export function applyDropout(
  kernels: Kernels,
  { rate, seed }: Dropout,
  site: number,
  target: Matrix,
  source: Matrix = target,
): void {
  const siteSeed = Math.imul(seed ^ Math.imul(site + 1, 0x9e3779b9), 0x85ebca6b);
  kernels.dropout(target.offset, source.offset, target.size, Math.floor(rate * 2 ** 32), 1 / (1 - rate), siteSeed);
}
