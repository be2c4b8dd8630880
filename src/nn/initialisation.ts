/** First weights, drawn at random. It knows parameters, not the layers that they belong to. */
import type { Random } from '../base/random.ts';
import type { Cell } from './cell.ts';
import type { Parameter } from './parameter.ts';

/** Values from U(-limit, limit). */
export function fillUniform(parameter: Parameter, limit: number, random: Random): void {
  parameter.edit((values) => {
    for (let i = 0; i < values.length; i++) values[i] = (2 * random.uniform() - 1) * limit;
  });
}

/**
 * Gate biases with which each unit remembers for a time of its own, 1 to `steps` steps: log of U(1, steps - 1) where it
 * keeps what it has, the opposite where it takes in what is new ("chrono initialisation", Tallec and Ollivier 2018).
 * A unit whose gate stands at b forgets by a factor of sigmoid(b) at each step, so that it holds on for 1 + exp(b) steps.
 *
 * @param bias of the gates [1, gates * H]; of a cell without gates it is left as it is
 * @param steps at least 3
 */
export function fillForMemory(bias: Parameter, { gates, memoryGates }: Cell, steps: number, random: Random): void {
  if (!memoryGates) return;
  const { keeps, takes } = memoryGates;
  const H = bias.value.cols / gates;
  bias.edit((values) => {
    for (let i = 0; i < H; i++) {
      const b = Math.log(1 + random.uniform() * (steps - 2));
      values[keeps * H + i] = b;
      if (takes !== undefined) values[takes * H + i] = -b;
    }
  });
}
