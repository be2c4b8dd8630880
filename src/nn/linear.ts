/**
 * The affine map y = x W + b and its gradients, of which every layer is made: of what is read, of states, of what is
 * written. It knows no steps and no cell.
 *
 * M rows, D inputs, G outputs.
 */
import type { Integers, Matrix } from '../compute/arena.ts';
import type { Engine } from '../compute/engine.ts';
import { type Parameter, WeightFactor } from './parameter.ts';

export class Linear {
  /** W [D, G] */
  readonly weights: Parameter;
  /** b [1, G]; without one y = x W. */
  readonly bias: Parameter | undefined;
  /** W and Wᵀ as products take them. */
  readonly factor: WeightFactor;
  readonly transposedFactor: WeightFactor;
  readonly #engine: Engine;

  constructor(engine: Engine, weights: Parameter, bias?: Parameter) {
    this.weights = weights;
    this.bias = bias;
    this.factor = new WeightFactor(engine, weights);
    this.transposedFactor = new WeightFactor(engine, weights, { transposed: true });
    this.#engine = engine;
  }

  /** y [M, G] = x W + b for x [M, D]. */
  forward(y: Matrix, x: Matrix): void {
    this.fillBias(y);
    this.factor.multiply(y, x, this.bias ? 1 : 0);
  }

  /**
   * The same for one-hot vectors x, given by their M ids: x W is a row of W.
   *
   * @param table [any, G] whose rows stand in for those of W
   */
  forwardIds(y: Matrix, ids: Integers, table: Matrix = this.weights.value): void {
    const { kernels } = this.#engine;
    const bias = this.bias?.value.offset;
    if (bias === undefined) kernels.gatherRows(y.offset, table.offset, ids.offset, y.rows, y.cols);
    else kernels.gatherRowsPlus(y.offset, table.offset, bias, ids.offset, y.rows, y.cols);
  }

  /** y = b, where x W is added later. */
  fillBias(y: Matrix): void {
    if (this.bias) this.#engine.kernels.fillRows(y.offset, this.bias.value.offset, y.rows, y.cols);
  }

  /** y += x W */
  add(y: Matrix, x: Matrix): void {
    this.factor.multiply(y, x, 1);
  }

  /** Sets the gradients of W and b, or with beta 1 adds to them, from that of y [M, G] for x [M, D]. */
  backward(dy: Matrix, x: Matrix, beta: 0 | 1 = 0): void {
    this.#engine.product.multiply(this.weights.gradient, x, dy, { transposeA: true, beta });
    if (this.bias) this.#addRows(this.bias, dy, beta);
  }

  /** Sets the gradients of W and b for one-hot vectors given by their M ids. */
  backwardIds(dy: Matrix, ids: Integers): void {
    const { gradient } = this.weights;
    gradient.data.fill(0);
    this.#engine.kernels.scatterAddRows(gradient.offset, dy.offset, ids.offset, dy.rows, dy.cols);
    // Each row of dy was added to one row of this gradient: where these are fewer, they have the same sum.
    if (this.bias) this.#addRows(this.bias, gradient.rows < dy.rows ? gradient : dy, 0);
  }

  /** dx [M, D] = dy Wᵀ, or with beta 1 added to it. */
  inputGradient(dx: Matrix, dy: Matrix, beta: 0 | 1 = 0): void {
    this.transposedFactor.multiply(dx, dy, beta);
  }

  #addRows({ gradient }: Parameter, { offset, rows, cols }: Matrix, beta: 0 | 1): void {
    if (beta === 0) gradient.data.fill(0);
    this.#engine.kernels.addSumOfRows(gradient.offset, offset, rows, cols);
  }
}
