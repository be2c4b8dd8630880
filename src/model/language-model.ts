/**
 * The core that captions and texts share: embedding → recurrent stack → softmax, with an optional condition vector
 * that enters the first step through W_ih·v (Karpathy and Fei-Fei 2015, section 3.3). It knows ids; what they stand
 * for and where the condition comes from it does not know.
 *
 * N sequences, M tokens of all sequences and steps (packed, see `nn/packing.ts`), E embedding, H hidden, V vocabulary.
 */
import type { Random } from '../base/random.ts';
import { partOf, runAtOnce, type Steps } from '../base/steps.ts';
import type { Matrix } from '../compute/arena.ts';
import type { Engine } from '../compute/engine.ts';
import { Workspace } from '../compute/workspace.ts';
import type { Attention } from '../nn/attention.ts';
import { type CellName, cells } from '../nn/cell.ts';
import { applyDropout, type Dropout } from '../nn/dropout.ts';
import type { LayerInput } from '../nn/layer-input.ts';
import { uniformPacking } from '../nn/packing.ts';
import type { Parameter } from '../nn/parameter.ts';
import type { RecurrentBatch } from '../nn/recurrent-layer.ts';
import { RecurrentStack, recurrentLayers } from '../nn/recurrent-stack.ts';
import type { StackState } from '../nn/state.ts';
import { copyParameter } from './copy-parameter.ts';
import { InputReader } from './input-reader.ts';
import { ProjectedWords } from './projected-words.ts';
import { divisorOf, type Loss, SoftmaxOutput } from './softmax-output.ts';
import type { InputBatch, InputGradients, TokenBatch, TrainingNoise } from './token-batch.ts';

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
  /** Size of the vectors that it attends to while it writes, outputs of an encoder or given; none without attention. */
  memory?: number | undefined;
  /** Whether a gate scales what it attends to (Xu et al. 2015, section 4.2.1). Default: false */
  gate?: boolean | undefined;
}

/** What a forward pass leaves for the backward pass. */
interface ForwardPass {
  recurrent: RecurrentBatch;
  /** [M, H] and [M, V] */
  hidden: Matrix;
  logits: Matrix;
}

/** Dropout site beside the layers', which are numbered from 0, and the embedding's. */
const CONDITION_SITE = -2;

export class LanguageModel {
  readonly shape: LanguageModelShape;
  readonly engine: Engine;
  /** [V, E] */
  readonly embedding: Parameter | undefined;
  /** To the outputs of a translator's encoder, or to the map of a captioner's picture. */
  readonly attention: Attention | undefined;
  readonly stack: RecurrentStack;
  /** W_hy [H, V] and b_y [1, V] */
  readonly outputWeights: Parameter;
  readonly outputBias: Parameter;
  readonly #reader: InputReader;
  /** For steps of models that read nothing but words. */
  readonly #words: ProjectedWords | undefined;
  readonly #output: SoftmaxOutput;
  readonly #workspace: Workspace;

  /** A model with all weights zero: to be initialised, or filled from a file. */
  constructor(engine: Engine, shape: LanguageModelShape) {
    const { vocabulary, embedding, hidden, layers, condition, memory, gate } = shape;
    this.shape = shape;
    this.engine = engine;
    this.#reader = new InputReader(engine, { vocabulary, embedding, memory, gate }, hidden);
    const inputs = this.#reader.size;
    const stackShape = { inputs, hidden, layers, condition };
    this.stack = new RecurrentStack(engine, recurrentLayers(engine, cells[shape.cell], stackShape));
    this.#output = new SoftmaxOutput(engine, hidden, vocabulary);
    this.#workspace = new Workspace(engine.arena);
    this.embedding = this.#reader.embedding;
    this.attention = this.#reader.attention;
    if (this.embedding && !this.attention) {
      this.#words = new ProjectedWords(engine, this.embedding, this.stack.layers[0]!);
    }
    this.outputWeights = this.#output.weights;
    this.outputBias = this.#output.bias;
  }

  get parameters(): Parameter[] {
    return [...this.#reader.parameters, ...this.stack.parameters, ...this.#output.parameters];
  }

  /** What it chooses among: its vocabulary. */
  get choices(): number {
    return this.shape.vocabulary;
  }

  /** Number of weights and biases. */
  get size(): number {
    return this.parameters.reduce((sum, { value }) => sum + value.size, 0);
  }

  /** Random weights, equal for equal seeds; biases are zero but for an LSTM's forget gates. */
  initialise(random: Random): this {
    this.#reader.initialise(random);
    this.stack.initialise(random);
    this.#output.initialise(random);
    return this;
  }

  /**
   * Lets a new model start from how frequent tokens are (as Karpathy's neuraltalk does): b_y = log p(token), where a
   * token that never came counts as half an occurrence. Otherwise the model learns the frequencies first, by large and
   * equal steps of all hidden units, which drive LSTM cells into saturation that they hardly leave again.
   *
   * @param counts V, how often each token comes
   */
  startAtFrequencies(counts: ArrayLike<number>): this {
    this.#output.startAtFrequencies(counts);
    return this;
  }

  /**
   * Takes the weights of a model that is the same but for its vocabulary; those of tokens that it has not stay as they
   * are.
   *
   * A model without attention can be taken by one that has it, which writes at first as the other does.
   *
   * @param tokens of that model whose weights this one's first tokens get, any of them for several, -1 for none; default:
   *   all, in their order
   * @throws RangeError when a parameter is missing there or is larger
   */
  copyFrom(source: LanguageModel, tokens: ArrayLike<number> = [...Array(source.shape.vocabulary).keys()]): void {
    const isNew = this.attention && !source.attention ? this.attention.parameters : [];
    if (isNew.length > 0) this.stack.layers[0]!.inputWeights.edit((values) => values.fill(0)); // of the contexts
    for (const parameter of this.parameters) {
      if (isNew.includes(parameter)) continue;
      copyParameter(
        parameter,
        source.parameters.find(({ name }) => name === parameter.name),
        {
          rows: parameter === this.#readParameter ? tokens : undefined,
          columns: this.#output.parameters.includes(parameter) ? tokens : undefined,
        },
      );
    }
  }

  /** What has a row for each token that is read: W_xh of the first layer where there are no embeddings. */
  get #readParameter(): Parameter {
    return this.embedding ?? this.stack.layers[0]!.inputWeights;
  }

  /** The state that `batch` sequences start from: zeros. It stays in the arena; make it once and reset it. */
  newState(batch: number): StackState {
    return this.stack.newState(batch);
  }

  /** The loss of a batch. The sequences start from `state`, which becomes where they end. */
  loss(batch: TokenBatch, state: StackState): Loss {
    return runAtOnce(this.lossSteps(batch, state));
  }

  /** `loss`, a while at a time. */
  *lossSteps(batch: TokenBatch, state: StackState): Steps<Loss> {
    const { logits } = yield* this.#forwardSteps(batch, state);
    return this.#output.loss(logits, batch);
  }

  /**
   * The loss of a batch, and in every parameter's `gradient` that of the mean loss over its tokens. `state` as above.
   *
   * @param gradients takes those of what the batch has brought along, where they are wanted
   */
  lossAndGradients(
    batch: TokenBatch,
    state: StackState,
    noise: TrainingNoise = {},
    gradients: InputGradients = {},
  ): Loss {
    return runAtOnce(this.lossAndGradientsSteps(batch, state, noise, gradients));
  }

  /** `lossAndGradients`, a while at a time: forwards, the output's gradients, backwards. */
  *lossAndGradientsSteps(
    batch: TokenBatch,
    state: StackState,
    { dropout, smoothing = 0 }: TrainingNoise = {},
    { start, condition, places }: InputGradients = {},
  ): Steps<Loss> {
    const coverage = batch.coverage && batch.coverage / divisorOf(batch);
    const forwards = this.#forwardSteps({ ...batch, coverage }, state, dropout);
    const { recurrent, hidden, logits } = yield* partOf(forwards, 0, 0.3);
    yield 0.3;
    const { loss, dHidden } = yield* partOf(this.#output.backwardSteps(logits, hidden, batch, smoothing), 0.3, 0.5);
    const dInput = this.#reader.gradient(hidden.rows);
    if (places) this.attention!.memory.wantValueGradient();
    yield* partOf(this.stack.backwardSteps(dHidden, recurrent, dropout, dInput, { start, condition }), 0.5, 1);
    this.#reader.backward(dInput, dropout);
    if (batch.places) this.attention?.memory.backward(places);
    if (condition && dropout) applyDropout(this.engine.kernels, dropout, CONDITION_SITE, condition);
    return loss;
  }

  /**
   * One step of N sequences, for decoding: the log-probabilities [N, V] of the token after each of `tokens`, valid
   * until the next call. Moves `state` on by the step. `condition` [N, ·] belongs to the first step alone; `sources`
   * [N] are what the sequences attend to, in a model with attention.
   */
  step(
    tokens: ArrayLike<number>,
    state: StackState,
    condition?: Float32Array,
    sources?: ArrayLike<number>,
  ): Float32Array {
    const batch = { packing: uniformPacking(tokens.length, 1), inputs: tokens, condition, sources };
    const input = this.#words?.read(tokens) ?? this.#read(batch);
    const hidden = this.stack.forward(this.#recurrentBatch(batch, input), state);
    return this.#logSoftmax(this.#output.logits(hidden));
  }

  /**
   * Reads a batch: the log-probabilities [M, V] of the token after each input, valid until the next call. The
   * sequences start from `state`, which becomes where they end.
   */
  logProbs(batch: InputBatch, state: StackState): Float32Array {
    return this.#logSoftmax(runAtOnce(this.#forwardSteps(batch, state)).logits);
  }

  #logSoftmax(logits: Matrix): Float32Array {
    this.#output.logSoftmax(logits);
    return logits.data;
  }

  *#forwardSteps(batch: InputBatch, state: StackState, dropout?: Dropout): Steps<ForwardPass> {
    const recurrent = this.#recurrentBatch(batch, this.#read(batch, dropout), dropout);
    const hidden = yield* partOf(this.stack.forwardSteps(recurrent, state, dropout), 0, 0.8);
    yield 0.8;
    return { recurrent, hidden, logits: this.#output.logits(hidden) };
  }

  #read({ inputs, packing, ...batch }: InputBatch, dropout?: Dropout): LayerInput {
    return this.#reader.read({ ids: inputs, ...batch }, packing, dropout);
  }

  #recurrentBatch(batch: InputBatch, input: LayerInput, dropout?: Dropout): RecurrentBatch {
    return { packing: batch.packing, input, condition: this.#condition(batch, dropout) };
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
}
