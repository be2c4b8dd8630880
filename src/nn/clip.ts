/** Clipping of gradients before an update. It knows no optimiser. */
import type { Engine } from '../compute/engine.ts';
import type { Parameter } from './parameter.ts';

/** Clipping against exploding gradients: of each value (min-char-rnn), or of all together by their norm. */
export type Clipping = { by: 'value' | 'norm'; limit: number };

/**
 * Clips the gradients of all parameters together.
 *
 * By value: each into [-limit, limit]. By norm: all scaled by limit / norm where their norm is larger (Pascanu et al.
 * 2013, algorithm 1).
 *
 * @returns the norm of all gradients before clipping; not finite when the training has blown up
 */
export function clipGradients(
  { kernels }: Engine,
  parameters: readonly Parameter[],
  clipping: Clipping | undefined,
): number {
  const sums = parameters.map(({ gradient }) => kernels.sumOfSquares(gradient.offset, gradient.size));
  const norm = Math.sqrt(sums.reduce((sum, x) => sum + x, 0));
  if (clipping?.by === 'value') {
    for (const { gradient } of parameters) kernels.clip(gradient.offset, gradient.size, clipping.limit);
  } else if (clipping?.by === 'norm' && norm > clipping.limit) {
    for (const { gradient } of parameters) kernels.scale(gradient.offset, gradient.size, clipping.limit / norm);
  }
  return norm;
}
