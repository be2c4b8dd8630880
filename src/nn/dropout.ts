/** Dropout: values set to 0 at random while a network trains. It knows no layer. */
import type { Matrix } from '../compute/arena.ts';
import type { Kernels } from '../compute/kernels.ts';
import { type Packing, stepRows } from './packing.ts';

/**
 * Which values a training step drops. The masks are a function of the seed: the backward pass applies the same ones
 * to the gradients, and a resumed training finds them again.
 */
export interface Dropout {
  /** Probability that a value is dropped, from 0 to below 1. */
  rate: number;
  /** A new random integer for each training step. */
  seed: number;
  /**
   * Whether the same values of a sequence are dropped at all its steps (Gal and Ghahramani 2016, section 4), so that what is
   * dropped can't be found at the next step. Default: false
   */
  locked?: boolean | undefined;
}

/**
 * Inverted dropout (Srivastava et al. 2014) from `source` to `target`, which may be the same.
 *
 * @param site tells apart the places in a model that drop values in the same step
 * @param packing of the rows, where these are steps of sequences
 */
export function applyDropout(
  kernels: Kernels,
  { rate, seed, locked }: Dropout,
  site: number,
  target: Matrix,
  { source = target, packing }: { source?: Matrix; packing?: Packing } = {},
): void {
  const siteSeed = Math.imul(seed ^ Math.imul(site + 1, 0x9e3779b9), 0x85ebca6b);
  const [dropped, factor] = [Math.floor(rate * 2 ** 32), 1 / (1 - rate)];
  const drop = (to: Matrix, from: Matrix) =>
    kernels.dropout(to.offset, from.offset, to.size, dropped, factor, siteSeed);
  if (!locked || !packing) return drop(target, source);
  for (const t of packing.counts.keys()) drop(stepRows(target, packing, t), stepRows(source, packing, t));
}
