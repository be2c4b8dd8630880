/**
 * Many to many, after reading: an encoder reads a source, then a language model, the decoder, writes from where the
 * encoder ended (Sutskever et al. 2014):
 *
 *                      y₁ y₂ END
 *                      ↑  ↑  ↑
 *     h → h → h   →    h→ h→ h
 *     ↑   ↑   ↑        ↑  ↑  ↑
 *     x₃  x₂  x₁    START y₁ y₂        the source is read from its end, so that its beginning is remembered best
 *
 * With attention (Bahdanau et al. 2015) the encoder reads in both directions, and before each word the decoder attends
 * to its outputs at all places of the source, see `nn/attention.ts`. The model knows ids, not the words that they stand
 * for.
 *
 * N pairs of sequences, M' rows of the sources and M of the targets (packed, see `nn/packing.ts`), H hidden.
 */
import type { Random } from '../base/random.ts';
import { partOf, runAtOnce, type Steps } from '../base/steps.ts';
import { copyRows, type Matrix } from '../compute/arena.ts';
import type { Engine } from '../compute/engine.ts';
import { grown, Workspace } from '../compute/workspace.ts';
import type { BidirectionalLayer } from '../nn/bidirectional-layer.ts';
import { type CellName, cells } from '../nn/cell.ts';
import type { Dropout } from '../nn/dropout.ts';
import type { Packing } from '../nn/packing.ts';
import type { Parameter } from '../nn/parameter.ts';
import type { RecurrentBatch, RecurrentLayer } from '../nn/recurrent-layer.ts';
import { bidirectionalLayers, RecurrentStack, recurrentLayers } from '../nn/recurrent-stack.ts';
import { copyStateRow, type StackState } from '../nn/state.ts';
import { InputReader } from './input-reader.ts';
import { LanguageModel } from './language-model.ts';
import type { Loss } from './softmax-output.ts';
import type { TokenBatch, TrainingNoise } from './token-batch.ts';

export interface EncoderDecoderShape {
  /** Number of tokens of sources, and of targets. */
  source: number;
  target: number;
  /** E, at least 1 with attention. */
  embedding: number;
  cell: CellName;
  layers: number;
  /** H, units of each layer and direction. */
  hidden: number;
  attention: boolean;
}

/** Sources, packed, each in the order in which it is read. */
export interface SourceBatch {
  packing: Packing;
  ids: ArrayLike<number>;
}

/** Pairs; both sides are packed longest first, each by its own lengths. */
export interface PairBatch {
  source: SourceBatch;
  target: TokenBatch;
  /** Which source each target belongs to [N]. */
  order: readonly number[];
}

/** Gives the encoder other dropout masks than the decoder, whose sites have the same numbers. */
const ENCODER_SALT = 0x5bd1e995;

export class EncoderDecoder {
  readonly shape: EncoderDecoderShape;
  readonly engine: Engine;
  readonly decoder: LanguageModel;
  readonly reader: InputReader;
  readonly encoder: RecurrentStack<RecurrentLayer | BidirectionalLayer>;
  readonly #workspace: Workspace;
  #states: { start: StackState; dStart: StackState; dEnd: StackState; rows: number } | undefined;

  /** A model with all weights zero: to be initialised, or filled from a file. */
  constructor(engine: Engine, shape: EncoderDecoderShape) {
    const { source, target, embedding, layers, hidden, attention } = shape;
    const prefix = 'encoder.';
    this.shape = shape;
    this.engine = engine;
    this.reader = new InputReader(engine, { vocabulary: source, embedding }, hidden, prefix);
    const sizes = { prefix, inputs: this.reader.size, hidden, layers };
    this.encoder = new RecurrentStack<RecurrentLayer | BidirectionalLayer>(
      engine,
      attention
        ? bidirectionalLayers(engine, cells[shape.cell], sizes)
        : recurrentLayers(engine, cells[shape.cell], { ...sizes, condition: 0 }),
    );
    const memory = attention ? 2 * hidden : undefined;
    this.decoder = new LanguageModel(engine, { ...shape, vocabulary: target, condition: 0, memory });
    this.#workspace = new Workspace(engine.arena);
  }

  get parameters(): Parameter[] {
    return [...this.reader.parameters, ...this.encoder.parameters, ...this.decoder.parameters];
  }

  /** What it chooses among: the tokens of targets. */
  get choices(): number {
    return this.shape.target;
  }

  /** Number of weights and biases. */
  get size(): number {
    return this.parameters.reduce((sum, { value }) => sum + value.size, 0);
  }

  /** Random weights, equal for equal seeds; biases are zero but for an LSTM's forget gates. */
  initialise(random: Random): this {
    this.reader.initialise(random);
    this.encoder.initialise(random);
    this.decoder.initialise(random);
    return this;
  }

  /** The state that `batch` sources start from: zeros. It stays in the arena; make it once and reset it. */
  newState(batch: number): StackState {
    return this.encoder.newState(batch);
  }

  /** The loss of a batch. The sources start from `state`, which becomes where they end. */
  loss(batch: PairBatch, state: StackState): Loss {
    return runAtOnce(this.lossSteps(batch, state));
  }

  /** `loss`, a while at a time. */
  *lossSteps({ source, target, order }: PairBatch, state: StackState): Steps<Loss> {
    yield* partOf(this.#encodeSteps(source, state), 0, 0.5);
    yield 0.5;
    return yield* partOf(this.decoder.lossSteps({ ...target, sources: order }, this.#startOf(order, state)), 0.5, 1);
  }

  /** The loss of a batch, and in every parameter's `gradient` that of the mean loss over its targets. */
  lossAndGradients(batch: PairBatch, state: StackState, noise: TrainingNoise = {}): Loss {
    return runAtOnce(this.lossAndGradientsSteps(batch, state, noise));
  }

  /** `lossAndGradients`, a while at a time: the encoder, the decoder, back through the encoder. */
  *lossAndGradientsSteps(
    { source, target, order }: PairBatch,
    state: StackState,
    noise: TrainingNoise = {},
  ): Steps<Loss> {
    const dropout = noise.dropout && { ...noise.dropout, seed: noise.dropout.seed ^ ENCODER_SALT };
    const { recurrent, outputs } = yield* partOf(this.#encodeSteps(source, state, dropout), 0, 1 / 5);
    const start = this.#startOf(order, state);
    const { dStart, dEnd } = this.#statesFor(order.length);
    yield 1 / 5;
    const decoding = this.decoder.lossAndGradientsSteps({ ...target, sources: order }, start, noise, { start: dStart });
    const loss = yield* partOf(decoding, 1 / 5, 4 / 5);
    yield 4 / 5;
    for (const [n, from] of order.entries()) copyStateRow(dEnd, from, dStart, n);
    const dOutputs = this.#workspace.matrix('gradient of the outputs', outputs.rows, outputs.cols);
    if (this.decoder.attention) this.decoder.attention.memory.backward(dOutputs);
    else dOutputs.data.fill(0);
    const dInput = this.reader.gradient(outputs.rows);
    yield* partOf(this.encoder.backwardSteps(dOutputs, recurrent, dropout, dInput, { end: dEnd }), 4 / 5, 1);
    this.reader.backward(dInput, dropout);
    return loss;
  }

  /**
   * Reads sources: the state from which the decoder writes, source by source, valid until the next call. With attention
   * the decoder can attend to the sources, by their numbers, until then.
   *
   * @param state where the sources start; becomes where they end
   */
  read(source: SourceBatch, state: StackState): StackState {
    return runAtOnce(this.readSteps(source, state));
  }

  /** `read`, a while at a time. */
  *readSteps(source: SourceBatch, state: StackState): Steps<StackState> {
    yield* this.#encodeSteps(source, state);
    return this.#startOf(
      Array.from({ length: source.packing.batch }, (_, n) => n),
      state,
    );
  }

  *#encodeSteps(
    { packing, ids }: SourceBatch,
    state: StackState,
    dropout?: Dropout,
  ): Steps<{ recurrent: RecurrentBatch; outputs: Matrix }> {
    const recurrent: RecurrentBatch = { packing, input: this.reader.read({ ids }, packing, dropout) };
    const outputs = yield* this.encoder.forwardSteps(recurrent, state, dropout);
    this.decoder.attention?.memory.setOutputs(outputs, packing);
    return { recurrent, outputs };
  }

  /** Where the decoder starts, in the targets' order: where the encoder ended, reading from first step to last. */
  #startOf(order: readonly number[], end: StackState): StackState {
    const { start } = this.#statesFor(order.length);
    for (const [i, { h, c }] of start.entries()) {
      for (const [n, from] of order.entries()) {
        copyRows(h, n, end[i]!.h, from, 1);
        if (c) copyRows(c, n, end[i]!.c!, from, 1);
      }
    }
    return start;
  }

  #statesFor(N: number) {
    if (!this.#states || this.#states.rows < N) {
      const rows = grown(this.#states?.rows ?? 0, N);
      const [start, dStart, dEnd] = [0, 1, 2].map(() => this.decoder.newState(rows)) as [
        StackState,
        StackState,
        StackState,
      ];
      this.#states = { start, dStart, dEnd, rows };
    }
    return this.#states;
  }
}
