/** Gradients of a whole model against the loss itself, where a numerical gradient of each weight would take too long. */
import type { Parameter } from '../../src/nn/parameter.ts';

/** How far weights are moved: differences of float32 losses then show four digits of the slope. */
const STEP = 4e-3;

/**
 * For each parameter the slope of the loss along its gradient, as a share of that gradient's norm: 1 where it is right.
 *
 * @param lossAt the loss at the weights as they are; the parameters must have the gradients of the loss where they are now
 * @param least norm of a gradient that is not passed over: slopes of less drown in the rounding of losses
 */
export function slopesAlongGradients(
  parameters: readonly Parameter[],
  lossAt: () => number,
  least = 0,
): { name: string; slope: number }[] {
  const gradients = parameters.map(({ gradient }) => gradient.data.slice());
  return parameters.flatMap((parameter, i) => {
    const gradient = gradients[i]!;
    const norm = Math.hypot(...gradient);
    if (norm < least) return [];
    const move = (by: number) =>
      parameter.edit((values) => values.set(values.map((x, j) => x + (by * gradient[j]!) / norm)));
    move(STEP);
    const up = lossAt();
    move(-2 * STEP);
    const down = lossAt();
    move(STEP);
    return [{ name: parameter.name, slope: (up - down) / (2 * STEP) / norm }];
  });
}
