/**
 * What a recurrent layer reads at the steps of a batch: vectors, ids that stand for one-hot vectors, or vectors that
 * are chosen step by step, by the state before each. Each of the three brings x W_xh + b into the layer's
 * pre-activations, and the gradients back. It knows no cell and not what the vectors stand for.
 *
 * M rows of all steps, N of one; D inputs, H hidden, G pre-activations.
 */
import type { Integers, Matrix } from '../compute/arena.ts';
import type { Linear } from './linear.ts';
import { type Packing, stepRows } from './packing.ts';

export interface LayerInput {
  /** Whether vectors are chosen by the states before their steps, so that all sequences must take a step together. */
  readonly isChosen: boolean;

  /** z [M, G] = x W_xh + b, where what is chosen later counts as 0. @param linear W_xh and b of the layer */
  forward(linear: Linear, z: Matrix): void;

  /** z_t [N, G] += x_t W_xh for what is chosen at step t. @param hPrevious the state before it [N, H] */
  forwardStep(linear: Linear, t: number, z: Matrix, hPrevious: Matrix): void;

  /**
   * Backpropagates through the choice of step t, from the last step to the first.
   *
   * @param dz gradient of z_t [N, G]
   * @param dhPrevious gradient of the state before the step [N, H], to which that of the choice is added
   * @param dx see `gradient`; the step's rows are set. Without it nothing is learned of how to choose
   */
  backwardStep(linear: Linear, t: number, dz: Matrix, dhPrevious: Matrix, dx: Matrix | undefined): void;

  /** After all steps: sets the gradients of W_xh and b from dz [M, G]. */
  backward(linear: Linear, dz: Matrix): void;

  /** After all steps: sets dx [M, D], the gradient of x, from dz [M, G], but for what is chosen. */
  gradient(linear: Linear, dz: Matrix, dx: Matrix): void;
}

/** M vectors x [M, D]. */
export class VectorInput implements LayerInput {
  readonly isChosen = false;
  readonly values: Matrix;

  constructor(values: Matrix) {
    this.values = values;
  }

  forward(linear: Linear, z: Matrix): void {
    linear.forward(z, this.values);
  }

  forwardStep(): void {}

  backwardStep(): void {}

  backward(linear: Linear, dz: Matrix): void {
    linear.backward(dz, this.values);
  }

  gradient(linear: Linear, dz: Matrix, dx: Matrix): void {
    linear.inputGradient(dx, dz);
  }
}

/** M ids that stand for one-hot vectors of D values: their rows of W_xh are looked up. */
export class IdInput implements LayerInput {
  readonly isChosen = false;
  readonly ids: Integers;

  constructor(ids: Integers) {
    this.ids = ids;
  }

  forward(linear: Linear, z: Matrix): void {
    linear.forwardIds(z, this.ids);
  }

  forwardStep(): void {}

  backwardStep(): void {}

  backward(linear: Linear, dz: Matrix): void {
    linear.backwardIds(dz, this.ids);
  }

  gradient(linear: Linear, dz: Matrix, dx: Matrix): void {
    linear.inputGradient(dx, dz);
  }
}

/** Chooses the vectors of each step: attention, glimpses. */
export interface InputChooser {
  /** Sets the rows of step `t` in the input's vectors. @param hPrevious the state before the step [N, H] */
  choose(t: number, hPrevious: Matrix): void;

  /**
   * Backpropagates through the choice, from the last step to the first.
   *
   * @param dx gradient of the step's vectors [N, D]
   * @param dhPrevious gradient of the state before the step [N, H]; that of the choice is added
   */
  backward(t: number, dx: Matrix, dhPrevious: Matrix): void;
}

/** M vectors x [M, D], those of each step set by a chooser just before it. */
export class ChosenInput implements LayerInput {
  readonly isChosen = true;
  readonly values: Matrix;
  readonly #packing: Packing;
  readonly #chooser: InputChooser;

  constructor(values: Matrix, packing: Packing, chooser: InputChooser) {
    this.values = values;
    this.#packing = packing;
    this.#chooser = chooser;
  }

  forward(linear: Linear, z: Matrix): void {
    linear.fillBias(z);
  }

  forwardStep(linear: Linear, t: number, z: Matrix, hPrevious: Matrix): void {
    this.#chooser.choose(t, hPrevious);
    linear.add(z, stepRows(this.values, this.#packing, t));
  }

  backwardStep(linear: Linear, t: number, dz: Matrix, dhPrevious: Matrix, dx: Matrix | undefined): void {
    if (!dx) return;
    const dStep = stepRows(dx, this.#packing, t);
    linear.inputGradient(dStep, dz);
    this.#chooser.backward(t, dStep, dhPrevious);
  }

  backward(linear: Linear, dz: Matrix): void {
    linear.backward(dz, this.values);
  }

  /** Nothing: each step has set its rows, see `backwardStep`. */
  gradient(): void {}
}
