/**
 * One recurrent core, every arrangement. An arrangement says what is read at each step (ids, or vectors) and at which
 * steps something is written; nothing else differs:
 *
 *     one to one    one to many    many to one    many to many,       many to many,
 *                                                 after reading       in step
 *         y          y  y  y             y                 y  y        y  y  y
 *         ↑          ↑  ↑  ↑             ↑                 ↑  ↑        ↑  ↑  ↑
 *         h          h→ h→ h       h→ h→ h        h→ h→ h→ h→ h        h→ h→ h
 *         ↑          ↑             ↑  ↑  ↑        ↑  ↑  ↑              ↑  ↑  ↑
 *         x          v             x  x  x        x  x  x              x  x  x
 *
 *     one step,     LanguageModel  written at     EncoderDecoder       written at each step: here,
 *     written at    with a         the end, or                         or LanguageModel where what is
 *     the end       condition      mean, max                           written is read at the next step
 *
 * A model that writes what it reads next is a `LanguageModel`; a model of this file reads sequences that are given in
 * full; an `EncoderDecoder` is one after the other. All are made of the same parts: input reader → recurrent stack →
 * softmax output. None knows what its ids, vectors and choices stand for. A picture that is read
 * by glimpses is many to one as well: at each step x is what the network sees where h has told it to look
 * (`nn/glimpse-reader.ts`). A step without steps before it is a plain network: with the cell `rnn`
 * h = tanh(W_xh x + b), y = W_hy h + b_y.
 *
 * N sequences, M rows of all sequences and steps (packed, see `nn/packing.ts`), H hidden.
 */
import type { Random } from '../base/random.ts';
import { partOf, runAtOnce, type Steps } from '../base/steps.ts';
import type { Matrix } from '../compute/arena.ts';
import type { Engine } from '../compute/engine.ts';
import type { BidirectionalLayer } from '../nn/bidirectional-layer.ts';
import { type CellName, cells } from '../nn/cell.ts';
import type { Dropout } from '../nn/dropout.ts';
import type { Packing } from '../nn/packing.ts';
import type { Parameter } from '../nn/parameter.ts';
import { type Pooling, StepPooling } from '../nn/pooling.ts';
import type { RecurrentBatch, RecurrentLayer } from '../nn/recurrent-layer.ts';
import { bidirectionalLayers, RecurrentStack, recurrentLayers } from '../nn/recurrent-stack.ts';
import type { StackState } from '../nn/state.ts';
import { InputReader, type InputShape, type StepInputs } from './input-reader.ts';
import { type Loss, SoftmaxOutput, type Targets } from './softmax-output.ts';
import type { TrainingNoise } from './token-batch.ts';

export interface Arrangement {
  /** What is read at each step. */
  reads: InputShape;
  /** When it is written: at each step, or once for what is kept of all steps. */
  writes: 'each' | Pooling;
}

export interface SequenceShape extends Arrangement {
  /** What is written: one of so many. */
  choices: number;
  cell: CellName;
  layers: number;
  /** H, units of each layer and direction. */
  hidden: number;
  /** Whether the sequences are read from the end too. */
  bidirectional: boolean;
}

/** Sequences, packed, and what should be written: M targets where something is written at each step, else N. */
export interface SequenceBatch extends Targets {
  packing: Packing;
  inputs: StepInputs;
}

/** The part of a batch that is read: no targets. */
export type ReadBatch = Pick<SequenceBatch, 'packing' | 'inputs'>;

/** What a forward pass leaves for the backward pass. */
interface ForwardPass {
  recurrent: RecurrentBatch;
  /** [M, H or 2H]; what is kept of it [N, H or 2H] where one label is written; its logits. */
  hidden: Matrix;
  written: Matrix;
  logits: Matrix;
}

export class SequenceModel {
  readonly shape: SequenceShape;
  readonly engine: Engine;
  readonly reader: InputReader;
  readonly stack: RecurrentStack<RecurrentLayer | BidirectionalLayer>;
  readonly output: SoftmaxOutput;
  readonly #pooling: StepPooling | undefined;

  /** A model with all weights zero: to be initialised, or filled from a file. */
  constructor(engine: Engine, shape: SequenceShape) {
    const { reads, writes, choices, hidden, layers, bidirectional } = shape;
    const directions = bidirectional ? 2 : 1;
    const cell = cells[shape.cell];
    if ('glimpses' in reads && (bidirectional || writes === 'each')) {
      throw new RangeError('glimpses are chosen in one direction, for one label');
    }
    this.shape = shape;
    this.engine = engine;
    this.reader = new InputReader(engine, reads, hidden);
    const sizes = { inputs: this.reader.size, hidden, layers };
    this.stack = new RecurrentStack<RecurrentLayer | BidirectionalLayer>(
      engine,
      bidirectional
        ? bidirectionalLayers(engine, cell, sizes)
        : recurrentLayers(engine, cell, { ...sizes, condition: 0 }),
    );
    this.#pooling = writes === 'each' ? undefined : new StepPooling(engine, writes, directions);
    this.output = new SoftmaxOutput(engine, directions * hidden, choices);
  }

  get parameters(): Parameter[] {
    return [...this.reader.parameters, ...this.stack.parameters, ...this.output.parameters];
  }

  get choices(): number {
    return this.shape.choices;
  }

  /** Number of weights and biases. */
  get size(): number {
    return this.parameters.reduce((sum, { value }) => sum + value.size, 0);
  }

  /**
   * Random weights, equal for equal seeds; biases are zero but for an LSTM's forget gates.
   *
   * @param memory how many steps units should remember at most from the start; 0 where nothing is known of that
   */
  initialise(random: Random, memory = 0): this {
    this.reader.initialise(random);
    this.stack.initialise(random, memory);
    this.output.initialise(random);
    return this;
  }

  /** The state that `batch` sequences start from: zeros. It stays in the arena; make it once and reset it. */
  newState(batch: number): StackState {
    return this.stack.newState(batch);
  }

  /** The loss of a batch. The sequences start from `state`, which becomes where they end. */
  loss(batch: SequenceBatch, state: StackState): Loss {
    return this.output.loss(runAtOnce(this.#forwardSteps(batch, state)).logits, batch);
  }

  /** The loss of a batch, and in every parameter's `gradient` that of the mean loss over its targets. */
  lossAndGradients(batch: SequenceBatch, state: StackState, noise: TrainingNoise = {}): Loss {
    return runAtOnce(this.lossAndGradientsSteps(batch, state, noise));
  }

  /** `lossAndGradients`, a while at a time: forwards, then backwards. */
  *lossAndGradientsSteps(
    batch: SequenceBatch,
    state: StackState,
    { dropout, smoothing = 0 }: TrainingNoise = {},
  ): Steps<Loss> {
    const forward = yield* partOf(this.#forwardSteps(batch, state, dropout), 0, 0.4);
    const { recurrent, hidden, written, logits } = forward;
    yield 0.4;
    const output = this.output.backwardSteps(logits, written, batch, smoothing);
    const { loss, dHidden: dWritten } = yield* partOf(output, 0.4, 0.5);
    const dHidden = this.#pooling ? this.#pooling.backward(dWritten, recurrent.packing) : dWritten;
    const dInput = this.reader.gradient(hidden.rows);
    yield* partOf(this.stack.backwardSteps(dHidden, recurrent, dropout, dInput), 0.5, 1);
    this.reader.backward(dInput, dropout);
    return loss;
  }

  /**
   * Reads a batch: the log-probabilities of the choices [N, choices], or [M, choices] where something is written at
   * each step, valid until the next call. The sequences start from `state`, which becomes where they end.
   */
  logProbs(batch: ReadBatch, state: StackState): Float32Array {
    return runAtOnce(this.logProbsSteps(batch, state));
  }

  /** `logProbs`, a while at a time. */
  *logProbsSteps(batch: ReadBatch, state: StackState): Steps<Float32Array> {
    const { logits } = yield* this.#forwardSteps(batch, state);
    this.output.logSoftmax(logits);
    return logits.data;
  }

  *#forwardSteps({ packing, inputs }: ReadBatch, state: StackState, dropout?: Dropout): Steps<ForwardPass> {
    const input = this.reader.read(inputs, packing, dropout);
    const recurrent: RecurrentBatch = { packing: this.reader.steps(packing), input };
    const hidden = yield* this.stack.forwardSteps(recurrent, state, dropout);
    const written = this.#pooling ? this.#pooling.forward(hidden, recurrent.packing) : hidden;
    return { recurrent, hidden, written, logits: this.output.logits(written) };
  }
}
