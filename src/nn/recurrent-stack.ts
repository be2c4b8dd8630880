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
import type { Packing } from './packing.ts';
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

/** Gradients of the states of all layers and of the first one's condition, see `StateGradients`. */
export interface StackStateGradients {
  end?: StackState | undefined;
  start?: StackState | undefined;
  condition?: Matrix | undefined;
}

/** A layer that reads in one direction, or in both. */
export interface StackLayer {
  readonly parameters: Parameter[];
  initialise(random: Random, memory?: number): void;
  newState(batch: number): LayerState;
  forward(batch: RecurrentBatch, state: LayerState): Matrix;
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
    this.#outputs = [];
    for (const [i, layer] of this.layers.entries()) {
      this.#keep(layer.forward(this.#batchOf(i, batch), this.#stateOf(i, batch, state)), batch.packing, dropout);
    }
    return this.#lastOutput();
  }

  /** `forward`, a while at a time. */
  *forwardSteps(batch: RecurrentBatch, state: StackState, dropout?: Dropout): Steps<Matrix> {
    this.#outputs = [];
    for (const [i, layer] of this.layers.entries()) {
      const running = layer.forwardSteps(this.#batchOf(i, batch), this.#stateOf(i, batch, state));
      this.#keep(yield* this.#inTurn(running, i), batch.packing, dropout);
    }
    return this.#lastOutput();
  }

  #lastOutput(): Matrix {
    const output = this.#outputs.at(-1);
    if (!output) throw new RangeError('a stack of no layers');
    return output;
  }

  /** What layer i reads: the batch, or the output of the layer below. */
  #batchOf(i: number, batch: RecurrentBatch): RecurrentBatch {
    const below = this.#outputs[i - 1];
    return below ? { packing: batch.packing, input: new VectorInput(below) } : batch;
  }

  #stateOf(i: number, { packing }: RecurrentBatch, state: StackState): LayerState {
    const layerState = state[i];
    if (!layerState) throw new RangeError(`a state of ${state.length} layers for a stack of ${this.layers.length}`);
    if (layerState.h.rows < packing.batch) {
      throw new RangeError(`a state of ${layerState.h.rows} rows for ${packing.batch} sequences`);
    }
    return layerState;
  }

  /** Keeps the output of the next layer for the layer above, and for `backward`. */
  #keep(output: Matrix, packing: Packing, dropout: Dropout | undefined): void {
    const i = this.#outputs.length;
    if (!dropout) {
      this.#outputs.push(output);
      return;
    }
    const dropped = this.#workspace.matrix(`output ${i}`, output.rows, output.cols);
    applyDropout(this.#engine.kernels, dropout, i, dropped, { source: output, packing });
    this.#outputs.push(dropped);
  }

  /**
   * Backpropagates through all layers of the last `forward`, which must have had the same batch and dropout.
   *
   * @param gradient of the last layer's output [M, H or 2H]; used as working memory
   * @param dInput takes the gradient of the input [M, D], where one is wanted
   * @param states gradients at both ends, where they are wanted
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
    { end, start, condition }: StackStateGradients = {},
  ): Steps<void> {
    for (const [i, layer] of [...this.layers.entries()].reverse()) {
      if (dropout) applyDropout(this.#engine.kernels, dropout, i, gradient, { packing: batch.packing });
      const states = { end: end?.[i], start: start?.[i], condition: i === 0 ? condition : undefined };
      const dBelow = i > 0 ? this.#workspace.matrix(`gradient ${i - 1}`, gradient.rows, gradient.cols) : undefined;
      const running = layer.backwardSteps(gradient, this.#batchOf(i, batch), dBelow ?? dInput, states);
      yield* this.#inTurn(running, this.layers.length - 1 - i);
      if (dBelow) gradient = dBelow;
    }
  }

  /** The work of one layer, after that of `done` others. */
  #inTurn<Result>(steps: Steps<Result>, done: number): Steps<Result> {
    const L = this.layers.length;
    return partOf(steps, done / L, (done + 1) / L);
  }
}
