/**
 * Recurrent layers on top of each other, with dropout on the output of each (Zaremba et al. 2014). It knows neither
 * what the lowest layer reads nor what the highest is used for.
 *
 * N sequences, M rows of all steps, D inputs, H hidden units of each layer and direction.
 */
import type { Random } from '../base/random.ts';
import { partOf, runAtOnce, type Steps } from '../base/steps.ts';
import type { Matrix } from '../compute/arena.ts';
import type { Engine } from '../compute/engine.ts';
import { Workspace } from '../compute/workspace.ts';
import { BidirectionalLayer } from './bidirectional-layer.ts';
import type { Cell } from './cell.ts';
import { applyDropout, type Dropout } from './dropout.ts';
import { VectorInput } from './layer-input.ts';
import type { Parameter } from './parameter.ts';
import { type RecurrentBatch, RecurrentLayer, type StateGradients } from './recurrent-layer.ts';
import type { LayerState, StackState } from './state.ts';

export interface StackShape {
  /** Put before the names of all parameters. */
  prefix?: string;
  /** D, the size of the first layer's input. */
  inputs: number;
  /** H, of every layer. */
  hidden: number;
  layers: number;
  /** Size of the vector that enters the first step of the first layer; 0 for none. */
  condition: number;
}

/** Gradients of the states of all layers, see `StateGradients`. */
export interface StackStateGradients {
  end?: StackState | undefined;
  start?: StackState | undefined;
}

/** A layer that reads in one direction, or in both. */
export interface StackLayer {
  readonly parameters: Parameter[];
  initialise(random: Random, memory?: number): void;
  newState(batch: number): LayerState;
  forwardSteps(batch: RecurrentBatch, state: LayerState): Steps<Matrix>;
  backwardSteps(dh: Matrix, batch: RecurrentBatch, dInput?: Matrix, states?: StateGradients): Steps<void>;
}

/** Layers that read from the first step to the last. */
export function recurrentLayers(engine: Engine, cell: Cell, shape: StackShape): RecurrentLayer[] {
  const { prefix = '', inputs, hidden, layers, condition } = shape;
  return Array.from({ length: layers }, (_, i) =>
    i === 0
      ? new RecurrentLayer(engine, cell, { name: `${prefix}layers.0`, inputs, hidden, condition })
      : new RecurrentLayer(engine, cell, { name: `${prefix}layers.${i}`, inputs: hidden, hidden, condition: 0 }),
  );
}

/** Layers that read in both directions, each the output of both directions of the layer below [M, 2H]. */
export function bidirectionalLayers(
  engine: Engine,
  cell: Cell,
  { prefix = '', inputs, hidden, layers }: Omit<StackShape, 'condition'>,
): BidirectionalLayer[] {
  return Array.from(
    { length: layers },
    (_, i) =>
      new BidirectionalLayer(engine, cell, {
        name: `${prefix}layers.${i}`,
        inputs: i === 0 ? inputs : 2 * hidden,
        hidden,
      }),
  );
}

export class RecurrentStack<Layer extends StackLayer = RecurrentLayer> {
  readonly layers: readonly Layer[];
  readonly #engine: Engine;
  readonly #workspace: Workspace;
  /** The output of each layer in the last forward pass, after dropout: what the layer above has read. */
  #outputs: Matrix[] = [];

  constructor(engine: Engine, layers: readonly Layer[]) {
    this.layers = layers;
    this.#engine = engine;
    this.#workspace = new Workspace(engine.arena);
  }

  get parameters(): Parameter[] {
    return this.layers.flatMap((layer) => layer.parameters);
  }

  /** @param memory see `RecurrentLayer.initialise` */
  initialise(random: Random, memory = 0): void {
    for (const layer of this.layers) layer.initialise(random, memory);
  }

  /** The state that `batch` sequences start from: zeros. It stays in the arena; make it once and reset it. */
  newState(batch: number): StackState {
    return this.layers.map((layer) => layer.newState(batch));
  }

  /**
   * Runs all layers and returns the hidden states of the last [M, H or 2H], valid until the next call.
   *
   * @param state where the sequences start; becomes where each ended
   */
  forward(batch: RecurrentBatch, state: StackState, dropout?: Dropout): Matrix {
    return runAtOnce(this.forwardSteps(batch, state, dropout));
  }

  /** `forward`, a while at a time. */
  *forwardSteps(batch: RecurrentBatch, state: StackState, dropout?: Dropout): Steps<Matrix> {
    this.#outputs = [];
    let above = batch;
    let output: Matrix | undefined;
    for (const [i, layer] of this.layers.entries()) {
      const layerState = state[i];
      if (!layerState) throw new RangeError(`a state of ${state.length} layers for a stack of ${this.layers.length}`);
      if (layerState.h.rows < batch.packing.batch) {
        throw new RangeError(`a state of ${layerState.h.rows} rows for ${batch.packing.batch} sequences`);
      }
      output = yield* this.#inTurn(layer.forwardSteps(above, layerState), i);
      if (dropout) {
        const dropped = this.#workspace.matrix(`output ${i}`, output.rows, output.cols);
        applyDropout(this.#engine.kernels, dropout, i, dropped, output);
        output = dropped;
      }
      this.#outputs.push(output);
      above = { packing: batch.packing, input: new VectorInput(output) };
    }
    if (!output) throw new RangeError('a stack of no layers');
    return output;
  }

  /**
   * Backpropagates through all layers of the last `forward`, which must have had the same batch and dropout.
   *
   * @param gradient of the last layer's output [M, H or 2H]; used as working memory
   * @param dInput takes the gradient of the input [M, D], where one is wanted
   * @param states gradients of the states at both ends, where they are wanted
   */
  backward(
    gradient: Matrix,
    batch: RecurrentBatch,
    dropout?: Dropout,
    dInput?: Matrix,
    states?: StackStateGradients,
  ): void {
    runAtOnce(this.backwardSteps(gradient, batch, dropout, dInput, states));
  }

  /** `backward`, a while at a time. */
  *backwardSteps(
    gradient: Matrix,
    batch: RecurrentBatch,
    dropout?: Dropout,
    dInput?: Matrix,
    { end, start }: StackStateGradients = {},
  ): Steps<void> {
    for (const [i, layer] of [...this.layers.entries()].reverse()) {
      if (dropout) applyDropout(this.#engine.kernels, dropout, i, gradient);
      const states = { end: end?.[i], start: start?.[i] };
      const below = this.#outputs[i - 1];
      const read = below ? { packing: batch.packing, input: new VectorInput(below) } : batch;
      const dBelow = below && this.#workspace.matrix(`gradient ${i - 1}`, gradient.rows, gradient.cols);
      yield* this.#inTurn(layer.backwardSteps(gradient, read, dBelow ?? dInput, states), this.layers.length - 1 - i);
      if (dBelow) gradient = dBelow;
    }
  }

  /** The work of one layer, after that of `done` others. */
  #inTurn<Result>(steps: Steps<Result>, done: number): Steps<Result> {
    const L = this.layers.length;
    return partOf(steps, done / L, (done + 1) / L);
  }
}
