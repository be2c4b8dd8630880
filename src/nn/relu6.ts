/** The gradient through ReLU6 (Krizhevsky 2010), whose forward pass is part of the layers'. Knows no layer. */
import type { Matrix } from '../compute/arena.ts';
import type { Engine } from '../compute/engine.ts';

/**
 * The gradient of y = min(6, max(0, z)) becomes that of z: 0 where y is 0 or 6.
 *
 * @throws RangeError when there is no y
 */
export function relu6Backward({ kernels }: Engine, dy: Matrix, y: Matrix | undefined): void {
  if (!y) throw new RangeError('the gradient through ReLU6 takes what ReLU6 has given');
  kernels.relu6Backward(dy.offset, y.offset, dy.size);
}
