/**
 * The gate of a context (Xu et al. 2015, section 4.2.1): before each step the state tells how much of what is attended
 * to matters beside the words, β = σ(h' W_β + b_β), a number for each sequence. It knows no places.
 *
 * N sequences at a step, H hidden.
 */
import type { Random } from '../base/random.ts';
import type { Matrix } from '../compute/arena.ts';
import type { Engine } from '../compute/engine.ts';
import { fillUniform } from './initialisation.ts';
import { Linear } from './linear.ts';
import { Parameter } from './parameter.ts';

export class ContextGate {
  /** W_β [H, 1] and b_β [1, 1] */
  readonly weights: Parameter;
  readonly bias: Parameter;
  readonly #linear: Linear;

  constructor(engine: Engine, hidden: number) {
    this.weights = new Parameter(engine.arena, 'attention.gate', hidden, 1);
    this.bias = new Parameter(engine.arena, 'attention.gate_bias', 1, 1);
    this.#linear = new Linear(engine, this.weights, this.bias);
  }

  get parameters(): Parameter[] {
    return [this.weights, this.bias];
  }

  /** Weights from U(-1/√H, 1/√H); the bias is zero, so that the gate begins half open. */
  initialise(random: Random): void {
    fillUniform(this.weights, 1 / Math.sqrt(this.weights.value.rows), random);
  }

  /** Sets β [N, 1] by the states before the step [N, H]. */
  forward(gates: Matrix, hPrevious: Matrix): void {
    this.#linear.forward(gates, hPrevious);
    const { data } = gates;
    for (let n = 0; n < data.length; n++) data[n] = 1 / (1 + Math.exp(-data[n]!));
  }

  /**
   * Backpropagates from the gradient of β [N, 1], which is used up.
   *
   * @param dhPrevious gradient of the states before the step [N, H], to which that of the gate is added
   * @param beta 0 sets the parameters' gradients, 1 adds to them
   */
  backward(dGates: Matrix, gates: Matrix, hPrevious: Matrix, dhPrevious: Matrix, beta: 0 | 1): void {
    for (let n = 0; n < dGates.rows; n++) dGates.data[n]! *= gates.data[n]! * (1 - gates.data[n]!);
    this.#linear.inputGradient(dhPrevious, dGates, 1);
    this.#linear.backward(dGates, hPrevious, beta);
  }
}
