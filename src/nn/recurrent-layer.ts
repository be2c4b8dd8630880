/**
 * One recurrent layer over a whole batch of sequences, with explicit backpropagation through time (Werbos 1990):
 *
 *     h_t = cell(x_t W_xh + b + h_{t-1} W_hh)          + v W_ih at the first step
 *
 * What a lecture writes for one step is done here for all steps where it can be: the products of the inputs are one
 * product, the steps are a loop of one product and one kernel, the gradients of the weights are one product again.
 * Sequences do not depend on each other: the loop runs for a share of them on each thread, and no thread waits. It does
 * not know what is read (`layer-input.ts`), nor what happens between pre-activations and states (`cell.ts`).
 *
 * N sequences at a step, M rows (all steps of all sequences, see `packing.ts`), D inputs, H hidden units,
 * G = gates · H.
 */
import type { Random } from '../base/random.ts';
import { partOf, runAtOnce, type Steps } from '../base/steps.ts';
import { copyRows, type Matrix } from '../compute/arena.ts';
import type { Engine } from '../compute/engine.ts';
import { grown } from '../compute/workspace.ts';
import type { Cell } from './cell.ts';
import { inSharesSteps } from './in-shares.ts';
import { fillForMemory, fillUniform } from './initialisation.ts';
import { LayerBuffers } from './layer-buffers.ts';
import type { LayerInput } from './layer-input.ts';
import { Linear } from './linear.ts';
import { type Packing, runningIn, type Share } from './packing.ts';
import { Parameter } from './parameter.ts';
import type { LayerState } from './state.ts';

/** A batch of sequences as a layer sees it. */
export interface RecurrentBatch {
  packing: Packing;
  input: LayerInput;
  /** v [N₀, condition], which enters the first step: z₀ += v W_ih. */
  condition?: Matrix | undefined;
}

/** Gradients at the ends of sequences: of states, [N, H] each as the states themselves, and of the condition. */
export interface StateGradients {
  /** That of the states in which the sequences ended, where something was read off them; not changed. */
  end?: LayerState | undefined;
  /** Takes that of the states from which the sequences started. */
  start?: LayerState | undefined;
  /** Takes that of the condition [N, condition]. */
  condition?: Matrix | undefined;
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
  /** x W_xh + b */
  readonly #input: Linear;
  /** h W_hh, with a bias of its own where the cell keeps the two apart. */
  readonly #recurrent: Linear;
  #buffers: LayerBuffers | undefined;

  constructor(engine: Engine, cell: Cell, shape: LayerShape) {
    const { name, inputs, hidden, condition } = shape;
    const parameter = (role: string, rows: number, kind = {}) =>
      new Parameter(engine.arena, `${name}.${role}`, rows, cell.gates * hidden, kind);
    this.cell = cell;
    this.shape = shape;
    this.inputWeights = parameter('input', inputs);
    this.recurrentWeights = parameter('recurrent', hidden, { recurrent: true });
    this.bias = parameter('bias', 1);
    this.recurrentBias = cell.separateRecurrent ? parameter('recurrent_bias', 1) : undefined;
    this.conditionWeights = condition > 0 ? parameter('condition', condition) : undefined;
    this.#engine = engine;
    this.#input = new Linear(engine, this.inputWeights, this.bias);
    this.#recurrent = new Linear(engine, this.recurrentWeights, this.recurrentBias);
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
    this.#input.factor.multiply(target, values, 0);
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
  forward(batch: RecurrentBatch, state: LayerState): Matrix {
    runAtOnce(this.#inTime(batch, state));
    return this.#end(batch, state);
  }

  /** `forward`, a while at a time. */
  *forwardSteps(batch: RecurrentBatch, state: LayerState): Steps<Matrix> {
    const inTime = this.#inTime(batch, state);
    yield 0.4;
    yield* partOf(inTime, 0.4, 1);
    return this.#end(batch, state);
  }

  /** Does what is done for all steps at once, and returns what is to be done step by step. */
  #inTime({ packing, input, condition }: RecurrentBatch, state: LayerState): Steps<void> {
    const { kernels, product } = this.#engine;
    const { batch, rows } = packing;
    const buffers = this.reserve(rows, batch);
    const { z, recurrent } = buffers;
    buffers.setStart(state, packing);

    input.forward(this.#input, z.rowRange(0, rows)); // z = x W_xh + b
    this.#recurrent.fillBias(recurrent.rowRange(0, rows));
    if (condition && this.conditionWeights) {
      product.multiply(z.rowRange(0, batch), condition, this.conditionWeights.value, { beta: 1 }); // z₀ += v W_ih
    }
    return inSharesSteps(this.#engine, { packing, input }, this.#recurrent.factor, 'forward', (t, share) => {
      const step = buffers.step(packing, t, share);
      input.forwardStep(this.#input, t, step.z, step.hPrevious); // z_t += x_t W_xh, where x_t is chosen by h_{t-1}
      this.#recurrent.add(step.recurrent, step.hPrevious); // z_t += h_{t-1} W_hh
      this.cell.forward(kernels, step.offsets); // h_t, c_t
    });
  }

  /** Moves the state to where the sequences ended, and returns all states. */
  #end({ packing }: RecurrentBatch, state: LayerState): Matrix {
    const buffers = this.reserve(packing.rows, packing.batch);
    buffers.copyEnd(state, packing);
    return buffers.states(packing);
  }

  /**
   * The activations of the cells after each step of the last `forward` [M, H], which must have had the same packing:
   * tanh(c) where the cell keeps a state c, else h. Valid until the next call.
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
   * @param dx takes the gradient of the input [M, D], where one is wanted; a chooser learns only with it
   * @param states gradients at both ends, where they are wanted
   */
  backward(dh: Matrix, batch: RecurrentBatch, dx?: Matrix, states?: StateGradients): void {
    runAtOnce(this.backwardSteps(dh, batch, dx, states));
  }

  /** `backward`, a while at a time. */
  *backwardSteps(
    dh: Matrix,
    { packing, input, condition }: RecurrentBatch,
    dx?: Matrix,
    { end, start, condition: dCondition }: StateGradients = {},
  ): Steps<void> {
    const { kernels, product } = this.#engine;
    const { batch, rows } = packing;
    const buffers = this.reserve(rows, batch);

    buffers.dc.data.fill(0);
    if (end?.c) copyRows(buffers.dc, 0, end.c, 0, batch);
    if (start) buffers.dhInitial.data.fill(0);
    const inTime = inSharesSteps(
      this.#engine,
      { packing, input },
      this.#recurrent.transposedFactor,
      'backward',
      (t, share) => {
        const step = buffers.step(packing, t, share);
        const gradients = buffers.gradients(dh, packing, t, share);
        const { dhPrevious } = gradients;
        if (end) this.#addEnd(gradients.dh, end.h, packing, t, share); // dh_t += dh_end
        this.cell.backward(kernels, step.offsets, gradients); // dz_t from dh_t and dc_t; dc_{t-1}
        input.backwardStep(this.#input, t, step.z, dhPrevious, dx); // dh_{t-1} += that of the choice of x_t
        if (t > 0) this.#recurrent.inputGradient(dhPrevious, step.recurrent, 1); // dh_{t-1} += dz_t W_hhᵀ
      },
    );
    yield* partOf(inTime, 0, 0.4);
    if (start) {
      const dhInitial = buffers.dhInitial.rowRange(0, batch);
      this.#recurrent.inputGradient(dhInitial, buffers.recurrent.rowRange(0, batch), 1); // of all shares at once
      copyRows(start.h, 0, dhInitial, 0, batch);
      if (start.c) copyRows(start.c, 0, buffers.dc, 0, batch);
    }

    yield 0.4;
    const dz = buffers.z.rowRange(0, rows);
    this.#recurrent.backward(buffers.recurrent.rowRange(0, rows), buffers.statesBefore(packing));
    this.#conditionBackward(dz.rowRange(0, batch), condition);
    if (dCondition && this.conditionWeights) {
      product.multiply(dCondition, dz.rowRange(0, batch), this.conditionWeights.value, { transposeB: true });
    }
    yield 0.6;
    input.backward(this.#input, dz);
    yield 0.8;
    if (dx) input.gradient(this.#input, dz, dx);
  }

  /** dh_t [N, H] += the gradient of the states in which sequences end, for those of a share that end at step t. */
  #addEnd(dh: Matrix, dhEnd: Matrix, packing: Packing, t: number, share: Share): void {
    const running = runningIn(share, packing, t + 1);
    const count = dh.rows - running;
    if (count === 0) return;
    const from = running + share.from;
    const [target, source] = [dh.rowRange(running, dh.rows), dhEnd.rowRange(from, from + count)];
    this.#engine.kernels.add(target.offset, source.offset, target.size);
  }

  /** Sets the gradient of W_ih from that of the first step's pre-activations [N₀, G]. */
  #conditionBackward(dz: Matrix, condition: Matrix | undefined): void {
    if (!this.conditionWeights) return;
    const { gradient } = this.conditionWeights;
    if (condition) this.#engine.product.multiply(gradient, condition, dz, { transposeA: true });
    else gradient.data.fill(0);
  }
}
