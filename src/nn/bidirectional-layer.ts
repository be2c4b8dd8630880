/**
 * Two recurrent layers over the same sequences, one from the first step to the last and one from the last to the first
 * (Schuster and Paliwal 1997). The output at each step is the states of both there: [M, 2H], from the start | from the
 * end. It knows no cell, and not what is read.
 *
 * M rows of all steps, H hidden units of each direction.
 */
import type { Random } from '../base/random.ts';
import { partOf, runAtOnce, type Steps } from '../base/steps.ts';
import { copyColumns, type Integers, type Matrix } from '../compute/arena.ts';
import type { Engine } from '../compute/engine.ts';
import { Workspace } from '../compute/workspace.ts';
import type { Cell } from './cell.ts';
import { IdInput, type LayerInput, VectorInput } from './layer-input.ts';
import { type Packing, reversedRows } from './packing.ts';
import type { Parameter } from './parameter.ts';
import { type LayerShape, type RecurrentBatch, RecurrentLayer, type StateGradients } from './recurrent-layer.ts';
import type { LayerState } from './state.ts';

export class BidirectionalLayer {
  readonly onward: RecurrentLayer;
  readonly reversed: RecurrentLayer;
  readonly #engine: Engine;
  readonly #workspace: Workspace;
  /** Where each row goes when the sequences are reversed, and what the reversed direction has read, in the last pass. */
  #rows: Integers | undefined;
  #reversedInput: LayerInput | undefined;

  constructor(engine: Engine, cell: Cell, { name, ...sizes }: Omit<LayerShape, 'condition'>) {
    this.onward = new RecurrentLayer(engine, cell, { name, ...sizes, condition: 0 });
    this.reversed = new RecurrentLayer(engine, cell, { name: `${name}.reversed`, ...sizes, condition: 0 });
    this.#engine = engine;
    this.#workspace = new Workspace(engine.arena);
  }

  get parameters(): Parameter[] {
    return [...this.onward.parameters, ...this.reversed.parameters];
  }

  initialise(random: Random, memory = 0): void {
    this.onward.initialise(random, memory);
    this.reversed.initialise(random, memory);
  }

  newState(batch: number): LayerState {
    return { ...this.onward.newState(batch), reversed: this.reversed.newState(batch) };
  }

  /** As `RecurrentLayer.forward`, [M, 2H]. The state becomes where each direction ended: the one at the first step. */
  forward(batch: RecurrentBatch, state: LayerState): Matrix {
    return runAtOnce(this.forwardSteps(batch, state));
  }

  /** `forward`, a while at a time. */
  *forwardSteps({ packing, input }: RecurrentBatch, state: LayerState): Steps<Matrix> {
    if (!state.reversed) throw new RangeError('a state of one direction for a layer of two');
    this.#rows = this.#workspace.integers('rows', reversedRows(packing));
    this.#reversedInput = this.#reverseInput(input, packing, this.#rows);
    const onward = yield* partOf(this.onward.forwardSteps({ packing, input }, state), 0, 0.5);
    const reversing = this.reversed.forwardSteps({ packing, input: this.#reversedInput }, state.reversed);
    const reversed = yield* partOf(reversing, 0.5, 1);
    const back = this.#reverse('reversed', reversed, this.#rows);
    const output = this.#workspace.matrix('output', packing.rows, 2 * onward.cols);
    copyColumns(output, 0, onward, 0, onward.cols);
    copyColumns(output, onward.cols, back, 0, back.cols);
    return output;
  }

  /** As `RecurrentLayer.backward`, for the gradient of the output [M, 2H]. */
  backward(dOutput: Matrix, batch: RecurrentBatch, dInput?: Matrix, states?: StateGradients): void {
    runAtOnce(this.backwardSteps(dOutput, batch, dInput, states));
  }

  /** `backward`, a while at a time. */
  *backwardSteps(
    dOutput: Matrix,
    { packing, input }: RecurrentBatch,
    dInput?: Matrix,
    { end, start }: StateGradients = {},
  ): Steps<void> {
    const H = dOutput.cols / 2;
    const { rows: M } = packing;
    if (!this.#rows || !this.#reversedInput) throw new RangeError('a backward pass before any forward pass');
    const dHalf = this.#workspace.matrix('half of the gradient', M, H);
    copyColumns(dHalf, 0, dOutput, H, H);
    const dReversed = this.#reverse('reversed gradient', dHalf, this.#rows);
    const dReversedInput = dInput && this.#workspace.matrix('gradient of the reversed input', M, dInput.cols);
    const states = { end: end?.reversed, start: start?.reversed };
    const read = { packing, input: this.#reversedInput };
    yield* partOf(this.reversed.backwardSteps(dReversed, read, dReversedInput, states), 0, 0.5);
    copyColumns(dHalf, 0, dOutput, 0, H);
    yield* partOf(this.onward.backwardSteps(dHalf, { packing, input }, dInput, { end, start }), 0.5, 1);
    if (!dInput || !dReversedInput) return;
    this.#engine.kernels.scatterAddRows(dInput.offset, dReversedInput.offset, this.#rows.offset, M, dInput.cols);
  }

  #reverseInput(input: LayerInput, packing: Packing, rows: Integers): LayerInput {
    if (input instanceof VectorInput) return new VectorInput(this.#reverse('input', input.values, rows));
    if (!(input instanceof IdInput)) throw new RangeError('an input that is chosen step by step, read from its end');
    const { data } = input.ids;
    const reversed = rows.data.subarray(0, packing.rows).map((row) => data[row]!);
    return new IdInput(this.#workspace.integers('ids', reversed));
  }

  #reverse(name: string, matrix: Matrix, rows: Integers): Matrix {
    const target = this.#workspace.matrix(name, matrix.rows, matrix.cols);
    this.#engine.kernels.gatherRows(target.offset, matrix.offset, rows.offset, matrix.rows, matrix.cols);
    return target;
  }
}
