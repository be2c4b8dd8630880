/**
 * Additive attention (Bahdanau et al. 2015, section 3.1 and appendix A.1.2): before each step the network says from what
 * it remembers where in the source to look, and reads what it sees there beside its next word:
 *
 *     e_j = v · tanh(h' W_a + k_j)      where k_j = s_j U_a for what the encoder said at place j of the source, s_j
 *     α = softmax(e)                    h' is the state before the step
 *     x = word | Σ α_j s_j              what is read: E + D values
 *
 * N sequences at a step, M rows of all steps; sources of M' places in all, D values at each; H hidden, A values of a key.
 */
import type { Random } from '../base/random.ts';
import type { Integers, Matrix } from '../compute/arena.ts';
import { attendBackward, attendForward } from '../compute/attention-call.ts';
import type { Engine } from '../compute/engine.ts';
import { Workspace } from '../compute/workspace.ts';
import { fillUniform } from './initialisation.ts';
import { ChosenInput, type InputChooser } from './layer-input.ts';
import { Linear } from './linear.ts';
import { lengthsOf, type Packing } from './packing.ts';
import { Parameter } from './parameter.ts';

export interface AttentionShape {
  /** D, values at each place of a source. */
  values: number;
  /** H, units of the layer that asks. */
  hidden: number;
  /** A, values of a key. */
  keys: number;
}

/** The sources, each in one piece: places `begins[s]` to `begins[s + 1]` - 1 are those of source s. */
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

/** What one batch of sequences reads. */
interface Pass {
  packing: Packing;
  /** x [M, E + D] */
  inputs: Matrix;
  /** α [M, S] */
  weights: Matrix;
  /** h' W_a [M, A] */
  queries: Matrix;
  /** Which source each sequence looks at [N₀]. */
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

  /** Takes what may be looked at until the next call: what an encoder said [M', D], which is copied. */
  remember(said: Matrix, packing: Packing): void {
    const { kernels } = this.#engine;
    const { rows } = packing;
    const { keys: A } = this.shape;
    const { begins, rowsOfPlaces, placesOfRows } = layOut(packing);
    const order = this.#workspace.integers('rows of places', rowsOfPlaces);
    const values = this.#workspace.matrix('values', rows, said.cols);
    kernels.gatherRows(values.offset, said.offset, order.offset, rows, said.cols);
    const keys = this.#workspace.matrix('keys', rows, A);
    this.#toKeys.forward(keys, values);
    this.#memory = {
      values,
      keys,
      dValues: this.#workspace.matrix('gradient of values', rows, said.cols),
      dKeys: this.#workspace.matrix('gradient of keys', rows, A),
      begins: this.#workspace.integers('begins', begins),
      places: this.#workspace.integers('places of rows', placesOfRows),
      longest: packing.counts.length,
    };
  }

  /**
   * Begins to read sequences: what a layer reads, step by step, as it chooses. Valid until the next call.
   *
   * @param inputs x [M, E + D], whose last D columns are set
   * @param sources which one of those that are remembered each sequence looks at [N₀]
   */
  look(inputs: Matrix, packing: Packing, sources: ArrayLike<number>): ChosenInput {
    const { longest, begins } = this.#remembered();
    for (let n = 0; n < packing.batch; n++) {
      if (!(sources[n]! >= 0 && sources[n]! < begins.length - 1)) {
        throw new RangeError(`sequence ${n} looks at source ${sources[n]}; expected 0 to ${begins.length - 2}`);
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

  /** α after the last pass [M, S], where S is the number of places of the longest source; a shorter one's come first. */
  get weights(): Matrix {
    return this.#looking().weights;
  }

  choose(t: number, hPrevious: Matrix): void {
    const { kernels } = this.#engine;
    const { keys: A, values: D } = this.shape;
    const { values, keys, begins, longest } = this.#remembered();
    const { queries, weights, inputs, sources, states } = this.#looking();
    const { first, N } = this.#step(t);
    const query = queries.rowRange(first, first + N);
    this.#toQueries.forward(query, hPrevious);
    attendForward(kernels, {
      query: query.offset,
      context: contextAt(inputs, first, D),
      weights: weights.offset + 4 * first * longest,
      sources: sources.offset,
      keys: keys.offset,
      values: values.offset,
      begins: begins.offset,
      score: this.scoreWeights.value.offset,
      N,
      A,
      D,
      S: longest,
      stride: inputs.cols,
    });
    states[t] = hPrevious;
  }

  /** See `InputChooser`; each sequence must have had a source of its own. */
  backward(t: number, dInput: Matrix, dhPrevious: Matrix): void {
    const { kernels } = this.#engine;
    const { keys: A, values: D } = this.shape;
    const memory = this.#remembered();
    const { packing, queries, weights, sources, states } = this.#looking();
    const { first, N } = this.#step(t);
    const isFirst = t === packing.counts.length - 1; // gradients come from the end
    if (isFirst) {
      memory.dValues.data.fill(0);
      memory.dKeys.data.fill(0);
      this.scoreWeights.gradient.data.fill(0);
    }
    const dQuery = this.#workspace.matrix('gradient of queries', N, A);
    const dScore = this.#workspace.matrix('gradient of scores', N, A);
    attendBackward(kernels, {
      query: queries.offset + 4 * first * A,
      dContext: contextAt(dInput, 0, D),
      weights: weights.offset + 4 * first * memory.longest,
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
      stride: dInput.cols,
    });
    kernels.addSumOfRows(this.scoreWeights.gradient.offset, dScore.offset, N, A);
    this.#toQueries.inputGradient(dhPrevious, dQuery, 1);
    this.#toQueries.backward(dQuery, states[t]!, isFirst ? 0 : 1);
  }

  /** After a backward pass: sets the gradient of what the encoder said [M', D], and that of U_a. */
  gradientOfSaid(dSaid: Matrix): void {
    const { values, dValues, dKeys, places } = this.#remembered();
    this.#toKeys.backward(dKeys, values);
    this.#toKeys.inputGradient(dValues, dKeys, 1);
    this.#engine.kernels.gatherRows(dSaid.offset, dValues.offset, places.offset, dSaid.rows, dSaid.cols);
  }

  #step(t: number): { first: number; N: number } {
    const { starts, counts } = this.#looking().packing;
    return { first: starts[t] ?? 0, N: counts[t] ?? 0 };
  }

  #remembered(): Memory {
    if (!this.#memory) throw new RangeError('nothing is remembered to be looked at');
    return this.#memory;
  }

  #looking(): Pass {
    if (!this.#pass) throw new RangeError('no sequences that look at anything');
    return this.#pass;
  }
}

/** The offset of the last D columns of a row. */
function contextAt({ offset, cols }: Matrix, row: number, D: number): number {
  return offset + 4 * (row * cols + cols - D);
}

/** Puts packed sequences one after the other. */
function layOut(packing: Packing) {
  const begins = [0];
  const rowsOfPlaces = new Int32Array(packing.rows);
  const placesOfRows = new Int32Array(packing.rows);
  let place = 0;
  for (const [n, length] of lengthsOf(packing).entries()) {
    for (let t = 0; t < length; t++, place++) {
      const row = (packing.starts[t] ?? 0) + n;
      rowsOfPlaces[place] = row;
      placesOfRows[row] = place;
    }
    begins.push(place);
  }
  return { begins, rowsOfPlaces, placesOfRows };
}
