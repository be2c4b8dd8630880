/**
 * One recurrent layer over a whole batch of sequences, with explicit backpropagation through time (Werbos 1990). What
 * a lecture writes for one step is done here for all steps where it can be: the products of the inputs are one
 * product, the steps are a loop of one product and one kernel, the gradients of the weights are one product again.
 * Sequences do not depend on each other: the loop runs for a share of them on each thread, and no thread waits.
 *
 * N sequences at a step, M rows (all steps of all sequences, see `packing.ts`), D inputs, H hidden units,
 * G = gates · H.
 */
import type { Random } from '../base/random.ts';
import { copyRows, type Integers, type Matrix } from '../compute/arena.ts';
import type { Engine } from '../compute/engine.ts';
import { grown } from '../compute/workspace.ts';
import type { Cell } from './cell.ts';
import { fillForMemory, fillUniform } from './initialisation.ts';
import { LayerBuffers } from './layer-buffers.ts';
import { type Packing, runningIn, type Share, sharesOf } from './packing.ts';
import { Parameter, WeightFactor } from './parameter.ts';
import type { LayerState } from './state.ts';

/**
 * What a layer reads: M vectors [M, D], or M ids that stand for one-hot vectors (their rows of W_xh are looked up).
 * Vectors may be chosen step by step, by what the layer remembers. For writing alone, ids may also stand for rows of a
 * matrix of vectors that were multiplied by W_xh before, see `project`.
 */
export type LayerInput =
  | { values: Matrix }
  | { values: Matrix; chooser: InputChooser }
  | { ids: Integers; projected?: Matrix };

/** Chooses what is read at each step. */
export interface InputChooser {
  /** Sets the rows of step `t` in the input's values. @param hPrevious the state before the step [N, H] */
  choose(t: number, hPrevious: Matrix): void;

  /**
   * Backpropagates through the choice, from the last step to the first.
   *
   * @param dInput gradient of the step's input [N, D]
   * @param dhPrevious gradient of the state before the step [N, H]; that of the choice is added
   */
  backward(t: number, dInput: Matrix, dhPrevious: Matrix): void;
}

/** A batch of sequences as a layer sees it. */
export interface RecurrentBatch {
  packing: Packing;
  input: LayerInput;
  /** v [N₀, condition], which enters the first step: z₀ += v W_ih. */
  condition?: Matrix | undefined;
}

/** Gradients of states: [N, H] each, as the states themselves. */
export interface StateGradients {
  /** That of the states in which the sequences ended, where something was read off them; not changed. */
  end?: LayerState | undefined;
  /** Takes that of the states from which the sequences started. */
  start?: LayerState | undefined;
}

export interface LayerShape {
  /** First part of the parameters' names. */
  name: string;
  /** D. */
  inputs: number;
  /** H. */
  hidden: number;
  /** Size of the vector that enters the first step; 0 for none. */
  condition: number;
}

export class RecurrentLayer {
  readonly cell: Cell;
  readonly shape: LayerShape;
  /** W_xh [D, G] */
  readonly inputWeights: Parameter;
  /** W_hh [H, G] */
  readonly recurrentWeights: Parameter;
  /** b [1, G] */
  readonly bias: Parameter;
  /** The bias of the recurrent product [1, G], for cells that keep it separate. */
  readonly recurrentBias: Parameter | undefined;
  /** W_ih [condition, G] */
  readonly conditionWeights: Parameter | undefined;
  readonly #engine: Engine;
  readonly #byInput: WeightFactor;
  readonly #byInputTransposed: WeightFactor;
  readonly #byRecurrent: WeightFactor;
  readonly #byRecurrentTransposed: WeightFactor;
  #buffers: LayerBuffers | undefined;

  constructor(engine: Engine, cell: Cell, shape: LayerShape) {
    const { name, inputs, hidden, condition } = shape;
    const parameter = (role: string, rows: number) =>
      new Parameter(engine.arena, `${name}.${role}`, rows, cell.gates * hidden);
    this.cell = cell;
    this.shape = shape;
    this.inputWeights = parameter('input', inputs);
    this.recurrentWeights = parameter('recurrent', hidden);
    this.bias = parameter('bias', 1);
    this.recurrentBias = cell.separateRecurrent ? parameter('recurrent_bias', 1) : undefined;
    this.conditionWeights = condition > 0 ? parameter('condition', condition) : undefined;
    this.#engine = engine;
    this.#byInput = new WeightFactor(engine, this.inputWeights);
    this.#byInputTransposed = new WeightFactor(engine, this.inputWeights, { transposed: true });
    this.#byRecurrent = new WeightFactor(engine, this.recurrentWeights);
    this.#byRecurrentTransposed = new WeightFactor(engine, this.recurrentWeights, { transposed: true });
  }

  get parameters(): Parameter[] {
    const { inputWeights, recurrentWeights, bias, recurrentBias, conditionWeights } = this;
    return [inputWeights, recurrentWeights, bias, recurrentBias, conditionWeights].filter((p) => p !== undefined);
  }

  /**
   * Weights from U(-1/√H, 1/√H), biases zero; an LSTM's forget gate starts open (bias 1, Gers et al. 2000).
   *
   * @param memory how many steps units should remember at most from the start (see `fillForMemory`); 0 for the above
   */
  initialise(random: Random, memory = 0): void {
    const { hidden } = this.shape;
    for (const weights of [this.inputWeights, this.recurrentWeights, this.conditionWeights]) {
      if (weights) fillUniform(weights, 1 / Math.sqrt(hidden), random);
    }
    if (this.cell.name === 'lstm') this.bias.edit((values) => values.fill(1, hidden, 2 * hidden));
    if (memory > 0) fillForMemory(this.bias, this.cell, memory, random);
  }

  /** The state [batch, H] that sequences start from: zeros. */
  newState(batch: number): LayerState {
    const { arena } = this.#engine;
    const h = arena.matrix(batch, this.shape.hidden);
    return this.cell.hasCellState ? { h, c: arena.matrix(batch, this.shape.hidden) } : { h };
  }

  /** x W_xh of vectors x [M, D], to be looked up at later steps. */
  project(target: Matrix, values: Matrix): void {
    this.#byInput.multiply(target, values, 0);
  }

  /** Makes room for batches of up to `rows` rows and `batch` sequences; `forward` does so too, but once is cheaper. */
  reserve(rows: number, batch: number): LayerBuffers {
    let buffers = this.#buffers;
    if (!buffers || buffers.rows < rows || buffers.batch < batch) {
      // Never smaller in either way than before: calls of two shapes in turn would take new memory each time.
      const [mostRows, mostSequences] = [grown(buffers?.rows ?? 0, rows), grown(buffers?.batch ?? 0, batch)];
      buffers = new LayerBuffers(this.#engine.arena, this.cell, this.shape.hidden, mostRows, mostSequences);
      this.#buffers = buffers;
    }
    return buffers;
  }

  /**
   * Runs all steps and returns the hidden states [M, H], valid until the next call.
   *
   * @param state where the sequences start; becomes where each ended
   */
  forward({ packing, input, condition }: RecurrentBatch, state: LayerState): Matrix {
    const { kernels, product } = this.#engine;
    const { batch, rows, counts } = packing;
    const buffers = this.reserve(rows, batch);
    const { h, c } = buffers;

    this.#multiplyInput(buffers.z.rowRange(0, rows), input);
    if (condition && this.conditionWeights) {
      product.multiply(buffers.z.rowRange(0, batch), condition, this.conditionWeights.value, { beta: 1 });
    }
    if (this.recurrentBias) {
      kernels.fillRows(buffers.recurrent.offset, this.recurrentBias.value.offset, rows, buffers.recurrent.cols);
    }
    copyRows(h, 0, state.h, 0, batch);
    if (c && state.c) copyRows(c, 0, state.c, 0, batch);

    this.#inShares(packing, input, this.#byRecurrent, (share) => {
      for (let t = 0; runningIn(share, packing, t) > 0; t++) {
        const step = buffers.step(packing, t, share);
        if ('chooser' in input) {
          input.chooser.choose(t, step.hPrevious);
          this.#byInput.multiply(step.z, stepRows(input.values, packing, t), 1);
        }
        this.#byRecurrent.multiply(step.recurrent, step.hPrevious, 1);
        this.cell.forward(kernels, step.offsets);
      }
    });

    for (const [t, N] of counts.entries()) {
      const running = counts[t + 1] ?? 0; // the others end here
      const row = batch + (packing.starts[t] ?? 0) + running;
      copyRows(state.h, running, h, row, N - running);
      if (c && state.c) copyRows(state.c, running, c, row, N - running);
    }
    return h.rowRange(batch, batch + rows);
  }

  /**
   * What there is to be seen in the cells after each step of the last `forward` [M, H], which must have had the same
   * packing: tanh(c) where the cell keeps a state c, else h. Valid until the next call.
   */
  activations(packing: Packing): Matrix {
    return this.reserve(packing.rows, packing.batch).activations(packing);
  }

  /**
   * Backpropagates through the steps of the last `forward` and sets the gradients of all parameters (what stood there
   * is overwritten). Unless it is asked for, no gradient flows into the states that the sequences started from:
   * truncated BPTT.
   *
   * @param dh gradient of the hidden states [M, H]; used as working memory
   * @param dInput takes the gradient of the input [M, D], where one is wanted; a chooser learns only with it
   * @param states gradients of the states at both ends, where they are wanted
   */
  backward(
    dh: Matrix,
    { packing, input, condition }: RecurrentBatch,
    dInput?: Matrix,
    { end, start }: StateGradients = {},
  ): void {
    const { kernels, product } = this.#engine;
    if ('projected' in input) throw new Error('nothing is learned from vectors that were multiplied before');
    const { starts, batch, rows, counts } = packing;
    const buffers = this.reserve(rows, batch);
    const rowBytes = dh.cols * 4;

    buffers.dc.data.fill(0);
    if (end?.c) copyRows(buffers.dc, 0, end.c, 0, batch);
    if (start) buffers.dhInitial.data.fill(0);
    this.#inShares(packing, input, this.#byRecurrentTransposed, (share) => {
      const { from } = share;
      for (let t = counts.length - 1; t >= 0; t--) {
        const N = runningIn(share, packing, t);
        if (N === 0) continue; // all of them are shorter
        const step = buffers.step(packing, t, share);
        const first = (starts[t] ?? 0) + from;
        const running = runningIn(share, packing, t + 1);
        if (running > 0) {
          const after = buffers.step(packing, t + 1, share);
          this.#byRecurrentTransposed.multiply(dh.rowRange(first, first + running), after.recurrent, 1);
        }
        if (end && N > running) {
          const ended = end.h.offset + (from + running) * rowBytes;
          kernels.add(dh.offset + (first + running) * rowBytes, ended, (N - running) * dh.cols);
        }
        const before = t > 0 ? dh.offset + (starts[t - 1] ?? 0) * rowBytes : buffers.dhInitial.offset;
        this.cell.backward(kernels, step.offsets, {
          dh: dh.offset + first * rowBytes,
          dhPrevious: before + from * rowBytes,
          dc: buffers.dc.offset + from * rowBytes,
        });
        if ('chooser' in input && dInput) {
          const dStep = stepRows(dInput, packing, t);
          this.#byInputTransposed.multiply(dStep, step.z, 0);
          const dhPrevious = t > 0 ? stepRows(dh, packing, t - 1) : buffers.dhInitial;
          input.chooser.backward(t, dStep, dhPrevious.rowRange(0, dStep.rows));
        }
      }
    });

    if (start) {
      const { dhInitial, dc } = buffers;
      this.#byRecurrentTransposed.multiply(dhInitial.rowRange(0, batch), buffers.step(packing, 0).recurrent, 1);
      copyRows(start.h, 0, dhInitial, 0, batch);
      if (start.c) copyRows(start.c, 0, dc, 0, batch);
    }

    const dz = buffers.z.rowRange(0, rows);
    const dRecurrent = buffers.recurrent.rowRange(0, rows);
    if (this.recurrentBias) this.#sumRows(this.recurrentBias, dRecurrent);
    product.multiply(this.recurrentWeights.gradient, buffers.statesBefore(packing), dRecurrent, { transposeA: true });
    if (this.conditionWeights) {
      const { gradient } = this.conditionWeights;
      if (condition) product.multiply(gradient, condition, dz.rowRange(0, batch), { transposeA: true });
      else gradient.data.fill(0);
    }
    if ('values' in input) {
      product.multiply(this.inputWeights.gradient, input.values, dz, { transposeA: true });
    } else {
      this.inputWeights.gradient.data.fill(0);
      kernels.scatterAddRows(this.inputWeights.gradient.offset, dz.offset, input.ids.offset, rows, dz.cols);
    }
    // Each row of dz was added to one row of this gradient: where these are fewer, they have the same sum.
    const { gradient } = this.inputWeights;
    this.#sumRows(this.bias, 'ids' in input && gradient.rows < rows ? gradient : dz);
    if (dInput && !('chooser' in input)) this.#byInputTransposed.multiply(dInput, dz, 0);
  }

  /**
   * Does work on the steps for shares of the sequences at once; where what is read is chosen step by step, for all
   * together, since a chooser's work is not only calls.
   */
  #inShares(packing: Packing, input: LayerInput, weights: WeightFactor, work: (share: Share) => void): void {
    const shares = sharesOf(packing, 'chooser' in input ? 1 : this.#engine.threads);
    if (shares.length > 1) weights.pack(packing.batch);
    this.#engine.together(shares.length, (i) => work(shares[i]!));
  }

  #sumRows({ gradient }: Parameter, { offset, rows, cols }: Matrix): void {
    gradient.data.fill(0);
    this.#engine.kernels.addSumOfRows(gradient.offset, offset, rows, cols);
  }

  /** z = x W_xh + b for all rows; b alone where x is yet to be chosen. */
  #multiplyInput(z: Matrix, input: LayerInput): void {
    const { kernels } = this.#engine;
    const bias = this.bias.value;
    if ('ids' in input) {
      const table = input.projected ?? this.inputWeights.value;
      kernels.gatherRowsPlus(z.offset, table.offset, bias.offset, input.ids.offset, z.rows, z.cols);
    } else {
      kernels.fillRows(z.offset, bias.offset, z.rows, z.cols);
      if (!('chooser' in input)) this.#byInput.multiply(z, input.values, 1);
    }
  }
}

/** The rows of a matrix that belong to one step. */
function stepRows(matrix: Matrix, { starts, counts }: Packing, t: number): Matrix {
  const first = starts[t] ?? 0;
  return matrix.rowRange(first, first + (counts[t] ?? 0));
}
