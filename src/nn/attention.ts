/**
 * Additive attention (Bahdanau et al. 2015, section 3.1 and appendix A.1.2): before each step the state tells which
 * places of the source matter next, and the decoder reads the weighted mean of the encoder's outputs beside its word:
 *
 *     e_j = v · tanh(h' W_a + k_j)      h' is the state before the step
 *     k_j = s_j U_a                     the key of the encoder's output s_j, at place j of the source
 *     α = softmax(e)                    over the places
 *     x = word | Σ α_j s_j              what is read: E + D values
 *
 * It knows neither words nor cells.
 *
 * N sequences at a step, M rows of all steps; sources of M' places in all, D values at each; H hidden, A values of a
 * key.
 */
import type { Random } from '../base/random.ts';
import type { Integers, Matrix } from '../compute/arena.ts';
import { attendBackward, attendForward } from '../compute/attention-call.ts';
import type { Engine } from '../compute/engine.ts';
import { Workspace } from '../compute/workspace.ts';
import { fillUniform } from './initialisation.ts';
import { ChosenInput, type InputChooser } from './layer-input.ts';
import { Linear } from './linear.ts';
import { type Packing, sequenceOrder, stepRows } from './packing.ts';
import { Parameter } from './parameter.ts';

export interface AttentionShape {
  /** D, values at each place of a source. */
  values: number;
  /** H, units of the decoder's layer. */
  hidden: number;
  /** A, values of a key. */
  keys: number;
}

/** The encoder's outputs, each source in one piece: places `begins[s]` to `begins[s + 1]` - 1 are those of source s. */
interface Memory {
  /** [M', D] and [M', A] */
  values: Matrix;
  keys: Matrix;
  dValues: Matrix;
  dKeys: Matrix;
  begins: Integers;
  /** Where each packed row is among the places. */
  places: Integers;
  /** S, places of the longest source. */
  longest: number;
}

/** One batch of sequences that attend to the memory. */
interface Pass {
  packing: Packing;
  /** x [M, E + D] */
  inputs: Matrix;
  /** α [M, S] */
  weights: Matrix;
  /** h' W_a [M, A] */
  queries: Matrix;
  /** Which source each sequence attends to [N₀]. */
  sources: Integers;
  /** h' of each step [N, H]. */
  states: Matrix[];
}

export class Attention implements InputChooser {
  readonly shape: AttentionShape;
  /** W_a [H, A] */
  readonly queryWeights: Parameter;
  /** U_a [D, A] */
  readonly keyWeights: Parameter;
  /** v [1, A] */
  readonly scoreWeights: Parameter;
  readonly #engine: Engine;
  /** h' W_a */
  readonly #toQueries: Linear;
  /** s U_a */
  readonly #toKeys: Linear;
  readonly #workspace: Workspace;
  #memory: Memory | undefined;
  #pass: Pass | undefined;

  constructor(engine: Engine, shape: AttentionShape) {
    this.shape = shape;
    this.queryWeights = new Parameter(engine.arena, 'attention.query', shape.hidden, shape.keys);
    this.keyWeights = new Parameter(engine.arena, 'attention.key', shape.values, shape.keys);
    this.scoreWeights = new Parameter(engine.arena, 'attention.score', 1, shape.keys);
    this.#engine = engine;
    this.#toQueries = new Linear(engine, this.queryWeights);
    this.#toKeys = new Linear(engine, this.keyWeights);
    this.#workspace = new Workspace(engine.arena);
  }

  get parameters(): Parameter[] {
    return [this.queryWeights, this.keyWeights, this.scoreWeights];
  }

  /** Weights from U(-1/√n, 1/√n) for n inputs. */
  initialise(random: Random): void {
    const { hidden, values, keys } = this.shape;
    fillUniform(this.queryWeights, 1 / Math.sqrt(hidden), random);
    fillUniform(this.keyWeights, 1 / Math.sqrt(values), random);
    fillUniform(this.scoreWeights, 1 / Math.sqrt(keys), random);
  }

  /** Takes the encoder's outputs [M', D] of packed sources, to attend to until the next call. They are copied. */
  setMemory(outputs: Matrix, packing: Packing): void {
    const { kernels } = this.#engine;
    const { rows } = packing;
    const { keys: A } = this.shape;
    const { begins, rowsOfPlaces, placesOfRows } = sequenceOrder(packing);
    const order = this.#workspace.integers('rows of places', rowsOfPlaces);
    const values = this.#workspace.matrix('values', rows, outputs.cols);
    kernels.gatherRows(values.offset, outputs.offset, order.offset, rows, outputs.cols);
    const keys = this.#workspace.matrix('keys', rows, A);
    this.#toKeys.forward(keys, values);
    this.#memory = {
      values,
      keys,
      dValues: this.#workspace.matrix('gradient of values', rows, outputs.cols),
      dKeys: this.#workspace.matrix('gradient of keys', rows, A),
      begins: this.#workspace.integers('begins', begins),
      places: this.#workspace.integers('places of rows', placesOfRows),
      longest: packing.counts.length,
    };
  }

  /**
   * The input of a layer whose sequences attend to the memory before each step. Valid until the next call.
   *
   * @param inputs x [M, E + D], whose last D columns take the contexts
   * @param sources which source of the memory each sequence attends to [N₀]
   * @throws RangeError where there is no such source
   */
  attend(inputs: Matrix, packing: Packing, sources: ArrayLike<number>): ChosenInput {
    const { longest, begins } = this.#requireMemory();
    for (let n = 0; n < packing.batch; n++) {
      if (!(sources[n]! >= 0 && sources[n]! < begins.length - 1)) {
        throw new RangeError(`sequence ${n} attends to source ${sources[n]}; expected 0 to ${begins.length - 2}`);
      }
    }
    this.#pass = {
      packing,
      inputs,
      weights: this.#workspace.matrix('weights', packing.rows, longest),
      queries: this.#workspace.matrix('queries', packing.rows, this.shape.keys),
      sources: this.#workspace.integers('sources', sources),
      states: [],
    };
    return new ChosenInput(inputs, packing, this);
  }

  /** α after the last pass [M, S] for S places of the longest source; those of a shorter one stand first. */
  get weights(): Matrix {
    return this.#requirePass().weights;
  }

  choose(t: number, hPrevious: Matrix): void {
    const { kernels } = this.#engine;
    const { keys: A, values: D } = this.shape;
    const { values, keys, begins, longest } = this.#requireMemory();
    const { packing, queries, weights, inputs, sources, states } = this.#requirePass();
    const query = stepRows(queries, packing, t);
    this.#toQueries.forward(query, hPrevious);
    attendForward(kernels, {
      query: query.offset,
      context: lastColumns(stepRows(inputs, packing, t), D),
      weights: stepRows(weights, packing, t).offset,
      sources: sources.offset,
      keys: keys.offset,
      values: values.offset,
      begins: begins.offset,
      score: this.scoreWeights.value.offset,
      N: query.rows,
      A,
      D,
      S: longest,
      stride: inputs.cols,
    });
    states[t] = hPrevious;
  }

  /** See `InputChooser`; each sequence must have had a source of its own. */
  backward(t: number, dx: Matrix, dhPrevious: Matrix): void {
    const { kernels } = this.#engine;
    const { keys: A, values: D } = this.shape;
    const memory = this.#requireMemory();
    const { packing, queries, weights, sources, states } = this.#requirePass();
    const { rows: N } = dx;
    const isLast = t === packing.counts.length - 1; // where the backward pass begins
    if (isLast) {
      memory.dValues.data.fill(0);
      memory.dKeys.data.fill(0);
      this.scoreWeights.gradient.data.fill(0);
    }
    const dQuery = this.#workspace.matrix('gradient of queries', N, A);
    const dScore = this.#workspace.matrix('gradient of scores', N, A);
    attendBackward(kernels, {
      query: stepRows(queries, packing, t).offset,
      dContext: lastColumns(dx, D),
      weights: stepRows(weights, packing, t).offset,
      sources: sources.offset,
      dWeights: this.#workspace.matrix('gradient of weights', N, memory.longest).offset,
      dQuery: dQuery.offset,
      dScore: dScore.offset,
      keys: memory.keys.offset,
      values: memory.values.offset,
      begins: memory.begins.offset,
      score: this.scoreWeights.value.offset,
      dKeys: memory.dKeys.offset,
      dValues: memory.dValues.offset,
      N,
      A,
      D,
      S: memory.longest,
      stride: dx.cols,
    });
    kernels.addSumOfRows(this.scoreWeights.gradient.offset, dScore.offset, N, A);
    this.#toQueries.inputGradient(dhPrevious, dQuery, 1);
    this.#toQueries.backward(dQuery, states[t]!, isLast ? 0 : 1);
  }

  /** After a backward pass: sets the gradients of the encoder's outputs [M', D] and of U_a. */
  memoryGradient(dOutputs: Matrix): void {
    const { values, dValues, dKeys, places } = this.#requireMemory();
    this.#toKeys.backward(dKeys, values);
    this.#toKeys.inputGradient(dValues, dKeys, 1);
    this.#engine.kernels.gatherRows(dOutputs.offset, dValues.offset, places.offset, dOutputs.rows, dOutputs.cols);
  }

  #requireMemory(): Memory {
    if (!this.#memory) throw new RangeError('attention without a memory: `setMemory` comes first');
    return this.#memory;
  }

  #requirePass(): Pass {
    if (!this.#pass) throw new RangeError('attention without sequences: `attend` comes first');
    return this.#pass;
  }
}

/** Where the last D columns begin, in the first row. */
function lastColumns({ offset, cols }: Matrix, D: number): number {
  return offset + 4 * (cols - D);
}
