/**
 * The core that captions and texts share: embedding → recurrent stack → softmax, with an optional condition vector
 * that enters the first step through W_ih·v (Karpathy and Fei-Fei 2015, section 3.3). It knows ids; what they stand
 * for and where the condition comes from it does not know.
 *
 * N sequences, M tokens of all sequences and steps (packed, see `nn/packing.ts`), E embedding, H hidden, V vocabulary.
 */
import type { Random } from '../base/random.ts';
import type { Integers, Matrix } from '../compute/arena.ts';
import type { Engine } from '../compute/engine.ts';
import { Workspace } from '../compute/workspace.ts';
import { type CellName, cells } from '../nn/cell.ts';
import { applyDropout, type Dropout } from '../nn/dropout.ts';
import { fillUniform } from '../nn/initialisation.ts';
import { type Packing, uniformPacking } from '../nn/packing.ts';
import { Parameter, WeightFactor } from '../nn/parameter.ts';
import type { RecurrentBatch } from '../nn/recurrent-layer.ts';
import { RecurrentStack } from '../nn/recurrent-stack.ts';
import type { StackState } from '../nn/state.ts';

export interface LanguageModelShape {
  /** V, number of tokens. */
  vocabulary: number;
  /** E; 0 feeds one-hot vectors to the first layer, as character models do. */
  embedding: number;
  cell: CellName;
  layers: number;
  /** H, units of each layer. */
  hidden: number;
  /** Length of the condition vector v; 0 for none. */
  condition: number;
}

/** Sequences of tokens, packed: row r of step t is followed by row r of step t + 1. */
export interface TokenBatch {
  packing: Packing;
  /** M token ids that are read. */
  inputs: ArrayLike<number>;
  /** M token ids that should come next; -1 where nothing is asked. */
  targets: ArrayLike<number>;
  /** M factors of the tokens' losses, which may be negative; 1 each where none are given. */
  weights?: ArrayLike<number> | undefined;
  /** What gradients divide the sum of the losses by; the number of tokens that have a target where none is given. */
  divisor?: number;
  /** One vector v for each sequence, N₀ × condition. */
  condition?: Float32Array | undefined;
}

/** The part of a batch that is read; nothing is asked. */
export type InputBatch = Pick<TokenBatch, 'packing' | 'inputs' | 'condition'>;

export interface TrainingNoise {
  /** Dropout on embeddings, on the output of each layer and on the condition. */
  dropout?: Dropout | undefined;
  /** Share of the target that label smoothing gives to all tokens alike (Szegedy et al. 2016, section 7). */
  smoothing?: number;
}

/** A weighted sum of losses in nats over the tokens that have a target, and their number. */
export interface Loss {
  sum: number;
  tokens: number;
}

/** Dropout sites beside the layers', which are numbered from 0. */
const EMBEDDING_SITE = -1;
const CONDITION_SITE = -2;

export class LanguageModel {
  readonly shape: LanguageModelShape;
  readonly engine: Engine;
  /** [V, E] */
  readonly embedding: Parameter | undefined;
  readonly stack: RecurrentStack;
  /** W_hy [H, V] and b_y [1, V] */
  readonly outputWeights: Parameter;
  readonly outputBias: Parameter;
  readonly #byOutput: WeightFactor;
  readonly #byOutputTransposed: WeightFactor;
  readonly #workspace: Workspace;

  /** A model with all weights zero: to be initialised, or filled from a file. */
  constructor(engine: Engine, shape: LanguageModelShape) {
    const { vocabulary, embedding, hidden, layers, condition } = shape;
    const { arena } = engine;
    this.shape = shape;
    this.engine = engine;
    this.embedding = embedding > 0 ? new Parameter(arena, 'embedding', vocabulary, embedding) : undefined;
    this.stack = new RecurrentStack(engine, cells[shape.cell], {
      inputs: embedding > 0 ? embedding : vocabulary,
      hidden,
      layers,
      condition,
    });
    this.outputWeights = new Parameter(arena, 'output.weights', hidden, vocabulary);
    this.outputBias = new Parameter(arena, 'output.bias', 1, vocabulary);
    this.#byOutput = new WeightFactor(engine, this.outputWeights);
    this.#byOutputTransposed = new WeightFactor(engine, this.outputWeights, { transposed: true });
    this.#workspace = new Workspace(arena);
  }

  get parameters(): Parameter[] {
    const embedding = this.embedding ? [this.embedding] : [];
    return [...embedding, ...this.stack.parameters, this.outputWeights, this.outputBias];
  }

  /** Number of weights and biases. */
  get size(): number {
    return this.parameters.reduce((sum, { value }) => sum + value.size, 0);
  }

  /** Random weights, equal for equal seeds; biases are zero but for an LSTM's forget gates. */
  initialise(random: Random): this {
    if (this.embedding) fillUniform(this.embedding, 0.1, random);
    this.stack.initialise(random);
    fillUniform(this.outputWeights, 1 / Math.sqrt(this.shape.hidden), random);
    return this;
  }

  /**
   * Lets a new model start from how frequent tokens are: b_y = log p(token), one that never came counts as half a
   * time (as Karpathy's neuraltalk starts). Otherwise it learns the frequencies first, by large
   * and equal steps of all hidden units, which drive LSTM cells into saturation that they hardly leave again.
   *
   * @param counts V, how often each token comes
   */
  startAtFrequencies(counts: ArrayLike<number>): this {
    const seen = Float64Array.from(counts, (count) => Math.max(count, 0.5));
    const total = seen.reduce((sum, count) => sum + count, 0);
    this.outputBias.value.data.set(seen.map((count) => Math.log(count / total)));
    this.outputBias.version++;
    return this;
  }

  /**
   * Takes the weights of a model that is the same but for a smaller vocabulary; those of the new tokens, which come
   * last, stay as they are.
   *
   * @throws RangeError when a parameter is missing there or is larger
   */
  copyFrom(source: LanguageModel): void {
    for (const { name, value } of this.parameters) {
      const from = source.parameters.find((parameter) => parameter.name === name)?.value;
      if (!from || from.rows > value.rows || from.cols > value.cols) {
        throw new RangeError(`${name} of ${value.rows} × ${value.cols} can't take that of another shape`);
      }
      for (let row = 0; row < from.rows; row++) value.rowRange(row, row + 1).data.set(from.rowRange(row, row + 1).data);
    }
    for (const parameter of this.parameters) parameter.version++;
  }

  /** The state that `batch` sequences start from: zeros. It stays in the arena; make it once and reset it. */
  newState(batch: number): StackState {
    return this.stack.newState(batch);
  }

  /** The loss of a batch. The sequences start from `state`, which becomes where they end. */
  loss(batch: TokenBatch, state: StackState): Loss {
    const { logits } = this.#forward(batch, state);
    return this.#crossEntropy(logits, batch, 0, 0);
  }

  /**
   * The loss of a batch, and in every parameter's `gradient` that of the mean loss over its tokens. `state` as above;
   * no gradient flows into it.
   */
  lossAndGradients(batch: TokenBatch, state: StackState, { dropout, smoothing = 0 }: TrainingNoise = {}): Loss {
    const { kernels, product } = this.engine;
    const { hidden: H, vocabulary: V, embedding: E } = this.shape;
    const { recurrent, ids, hidden, logits } = this.#forward(batch, state, dropout);

    const tokens = countTargets(batch.targets);
    const loss = this.#crossEntropy(logits, batch, smoothing, 1 / (batch.divisor ?? Math.max(tokens, 1)));
    const dLogits = logits; // the kernel has replaced one by the other
    product.multiply(this.outputWeights.gradient, hidden, dLogits, { transposeA: true });
    this.outputBias.gradient.data.fill(0);
    kernels.addSumOfRows(this.outputBias.gradient.offset, dLogits.offset, dLogits.rows, V);
    const dHidden = this.#workspace.matrix('hidden gradient', dLogits.rows, H);
    this.#byOutputTransposed.multiply(dHidden, dLogits, 0);

    if (!this.embedding) {
      this.stack.backward(dHidden, recurrent, dropout);
      return loss;
    }
    const dEmbedded = this.#workspace.matrix('embedding gradient', dLogits.rows, E);
    this.stack.backward(dHidden, recurrent, dropout, dEmbedded);
    if (dropout) applyDropout(kernels, dropout, EMBEDDING_SITE, dEmbedded);
    const { gradient } = this.embedding;
    gradient.data.fill(0);
    kernels.scatterAddRows(gradient.offset, dEmbedded.offset, ids.offset, dEmbedded.rows, E);
    return loss;
  }

  /**
   * One step of N sequences, for decoding: the log-probabilities [N, V] of the token after each of `tokens`, valid
   * until the next call. Moves `state` on by the step. `condition` [N, ·] belongs to the first step alone.
   */
  step(tokens: ArrayLike<number>, state: StackState, condition?: Float32Array): Float32Array {
    return this.logProbs({ packing: uniformPacking(tokens.length, 1), inputs: tokens, condition }, state);
  }

  /**
   * Reads a batch: the log-probabilities [M, V] of the token after each input, valid until the next call. The
   * sequences start from `state`, which becomes where they end.
   */
  logProbs(batch: InputBatch, state: StackState): Float32Array {
    const { logits } = this.#forward(batch, state);
    this.engine.kernels.logSoftmax(logits.offset, logits.rows, logits.cols);
    return logits.data;
  }

  #forward(batch: InputBatch, state: StackState, dropout?: Dropout) {
    const { packing } = batch;
    checkIds('inputs', batch.inputs, packing.rows, 0, this.shape.vocabulary);
    const ids = this.#workspace.integers('inputs', batch.inputs);
    const input = this.embedding ? { values: this.#embed(this.embedding, ids, packing.rows, dropout) } : { ids };
    const recurrent: RecurrentBatch = { packing, input, condition: this.#condition(batch, dropout) };
    const hidden = this.stack.forward(recurrent, state, dropout);
    const logits = this.#workspace.matrix('logits', packing.rows, this.shape.vocabulary);
    this.engine.kernels.fillRows(logits.offset, this.outputBias.value.offset, logits.rows, logits.cols);
    this.#byOutput.multiply(logits, hidden, 1);
    return { recurrent, ids, hidden, logits };
  }

  #embed(embedding: Parameter, ids: Integers, rows: number, dropout?: Dropout): Matrix {
    const { kernels } = this.engine;
    const embedded = this.#workspace.matrix('embedded', rows, this.shape.embedding);
    kernels.gatherRows(embedded.offset, embedding.value.offset, ids.offset, rows, embedded.cols);
    if (dropout) applyDropout(kernels, dropout, EMBEDDING_SITE, embedded);
    return embedded;
  }

  #condition({ packing, condition }: InputBatch, dropout?: Dropout): Matrix | undefined {
    if (!condition) return undefined;
    const matrix = this.#workspace.matrix('condition', packing.batch, this.shape.condition);
    if (condition.length !== matrix.size) {
      throw new RangeError(
        `condition vectors of ${condition.length} values; expected ${packing.batch} × ${this.shape.condition}`,
      );
    }
    matrix.data.set(condition);
    if (dropout) applyDropout(this.engine.kernels, dropout, CONDITION_SITE, matrix);
    return matrix;
  }

  #crossEntropy(logits: Matrix, { targets, weights }: TokenBatch, smoothing: number, factor: number): Loss {
    const { rows, cols: V } = logits;
    checkIds('targets', targets, rows, -1, V);
    if (weights && weights.length !== rows) throw new RangeError(`${weights.length} weights for ${rows} rows`);
    const { kernels } = this.engine;
    const ids = this.#workspace.integers('targets', targets);
    const factors = this.#workspace.matrix('weights', rows, 1);
    if (weights) factors.data.set(weights);
    else factors.data.fill(1);
    const sum = kernels.softmaxCrossEntropy(logits.offset, ids.offset, factors.offset, rows, V, smoothing, factor);
    return { sum, tokens: countTargets(targets) };
  }
}

function countTargets(targets: ArrayLike<number>): number {
  let count = 0;
  for (let i = 0; i < targets.length; i++) if (targets[i] !== -1) count++;
  return count;
}

/** The kernels trust their ids: one out of range would read, or write, what lies beside the matrix. */
function checkIds(name: string, ids: ArrayLike<number>, count: number, lowest: number, V: number): void {
  if (ids.length !== count) throw new RangeError(`${ids.length} ${name} for a packing of ${count} rows`);
  for (let i = 0; i < count; i++) {
    const id = ids[i] ?? Number.NaN;
    if (!(Number.isInteger(id) && id >= lowest && id < V)) {
      throw new RangeError(`${name}: id ${id} in row ${i}; expected ${lowest} to ${V - 1}`);
    }
  }
}
