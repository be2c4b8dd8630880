/**
 * Additive attention (Bahdanau et al. 2015, section 3.1 and appendix A.1.2): before each step the state tells which
 * places of the source matter next, and the decoder reads the weighted mean of what is there beside its word. The places
 * are those of a sentence, or the cells of a picture's map (Xu et al. 2015):
 *
 *     e_j = v · tanh(h' W_a + k_j)      h' is the state before the step
 *     k_j = s_j U_a                     the key of the vector s_j at place j of the source
 *     α = softmax(e)                    over the places
 *     x = word | β Σ α_j s_j            what is read: E + D values; without a gate β is 1
 *
 * It knows neither words nor recurrent cells, and not where the vectors are from.
 *
 * N sequences at a step, M rows of all steps; D values at a place, A of a key; H hidden.
 */
import type { Random } from '../base/random.ts';
import { copyRows, type Integers, type Matrix } from '../compute/arena.ts';
import { attendBackward, attendForward } from '../compute/attention-call.ts';
import type { Engine } from '../compute/engine.ts';
import { Workspace } from '../compute/workspace.ts';
import { AttentionMemory } from './attention-memory.ts';
import { ContextGate } from './context-gate.ts';
import { coverageGradient } from './coverage.ts';
import { fillUniform } from './initialisation.ts';
import { ChosenInput, type InputChooser } from './layer-input.ts';
import { Linear } from './linear.ts';
import { type Packing, stepRows } from './packing.ts';
import { Parameter } from './parameter.ts';

export interface AttentionShape {
  /** D, values at each place of a source. */
  values: number;
  /** H, units of the decoder's layer. */
  hidden: number;
  /** A, values of a key. */
  keys: number;
  /** Whether a gate scales the contexts, see `context-gate.ts`. Default: false */
  gate?: boolean | undefined;
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
  /** β [M, 1] */
  gates: Matrix;
  /** Which source each sequence attends to [N₀]. */
  sources: Integers;
  /** λ of the penalty of `coverage.ts`. */
  coverage: number;
  /** h' of each step [N, H]. */
  states: Matrix[];
}

export class Attention implements InputChooser {
  readonly shape: AttentionShape;
  readonly memory: AttentionMemory;
  /** W_a [H, A] */
  readonly queryWeights: Parameter;
  /** v [1, A] */
  readonly scoreWeights: Parameter;
  readonly gate: ContextGate | undefined;
  readonly #engine: Engine;
  /** h' W_a */
  readonly #toQueries: Linear;
  readonly #workspace: Workspace;
  #pass: Pass | undefined;

  constructor(engine: Engine, shape: AttentionShape) {
    const { hidden, keys, gate } = shape;
    this.shape = shape;
    this.memory = new AttentionMemory(engine, shape);
    this.queryWeights = new Parameter(engine.arena, 'attention.query', hidden, keys);
    this.scoreWeights = new Parameter(engine.arena, 'attention.score', 1, keys);
    if (gate) this.gate = new ContextGate(engine, hidden);
    this.#engine = engine;
    this.#toQueries = new Linear(engine, this.queryWeights);
    this.#workspace = new Workspace(engine.arena);
  }

  get parameters(): Parameter[] {
    return [this.queryWeights, this.memory.keyWeights, this.scoreWeights, ...(this.gate?.parameters ?? [])];
  }

  /** Weights from U(-1/√n, 1/√n) for n inputs. */
  initialise(random: Random): void {
    const { hidden, keys } = this.shape;
    fillUniform(this.queryWeights, 1 / Math.sqrt(hidden), random);
    this.memory.initialise(random);
    fillUniform(this.scoreWeights, 1 / Math.sqrt(keys), random);
    this.gate?.initialise(random);
  }

  /**
   * The input of a layer whose sequences attend to the memory before each step. Valid until the next call.
   *
   * @param inputs x [M, E + D], whose last D columns take the contexts
   * @param sources which source of the memory each sequence attends to [N₀]
   * @param coverage λ of the penalty of `coverage.ts`, divided by what the gradients of the loss are divided by
   * @throws RangeError where there is no such source
   */
  attend(inputs: Matrix, packing: Packing, sources: ArrayLike<number>, coverage = 0): ChosenInput {
    const { longest, sources: count } = this.memory.places;
    for (let n = 0; n < packing.batch; n++) {
      if (!(sources[n]! >= 0 && sources[n]! < count)) {
        throw new RangeError(`sequence ${n} attends to source ${sources[n]}; expected 0 to ${count - 1}`);
      }
    }
    const gates = this.#workspace.matrix('gates', packing.rows, 1);
    if (!this.gate) gates.data.fill(1);
    this.#pass = {
      packing,
      inputs,
      weights: this.#workspace.matrix('weights', packing.rows, longest),
      queries: this.#workspace.matrix('queries', packing.rows, this.shape.keys),
      gates,
      sources: this.#workspace.integers('sources', sources),
      coverage,
      states: [],
    };
    return new ChosenInput(inputs, packing, this);
  }

  /** α after the last pass [M, S] for S places of the longest source; those of a shorter one stand first. */
  get weights(): Matrix {
    return this.#requirePass().weights;
  }

  choose(t: number, hPrevious: Matrix): void {
    const { keys: A, values: D } = this.shape;
    const { values, keys, begins, longest } = this.memory.places;
    const { packing, queries, gates, weights, inputs, sources, states } = this.#requirePass();
    const query = stepRows(queries, packing, t);
    const gate = stepRows(gates, packing, t);
    this.#toQueries.forward(query, hPrevious);
    this.gate?.forward(gate, hPrevious);
    attendForward(this.#engine.kernels, {
      query: query.offset,
      context: lastColumns(stepRows(inputs, packing, t), D),
      weights: stepRows(weights, packing, t).offset,
      sources: sources.offset,
      gates: gate.offset,
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
    const { values, keys, dKeys, dValues, begins, longest } = this.memory.places;
    const { packing, queries, gates, weights, sources, states } = this.#requirePass();
    const { rows: N } = dx;
    const isLast = t === packing.counts.length - 1; // where the backward pass begins
    const coverage = this.#workspace.matrix('gradient of coverage', packing.batch, longest);
    if (isLast) {
      this.memory.clearGradients();
      this.scoreWeights.gradient.data.fill(0);
      this.#setCoverage(coverage);
    }
    const dQuery = this.#workspace.matrix('gradient of queries', N, A);
    const dScore = this.#workspace.matrix('gradient of scores', N, A);
    const dGate = this.#workspace.matrix('gradient of gates', N, 1);
    const dWeights = this.#workspace.matrix('gradient of weights', N, longest);
    copyRows(dWeights, 0, coverage, 0, N);
    const gate = stepRows(gates, packing, t);
    attendBackward(kernels, {
      query: stepRows(queries, packing, t).offset,
      dContext: lastColumns(dx, D),
      weights: stepRows(weights, packing, t).offset,
      sources: sources.offset,
      gates: gate.offset,
      dWeights: dWeights.offset,
      dQuery: dQuery.offset,
      dScore: dScore.offset,
      dGates: dGate.offset,
      keys: keys.offset,
      values: values.offset,
      begins: begins.offset,
      score: this.scoreWeights.value.offset,
      dKeys: dKeys.offset,
      dValues: dValues?.offset ?? 0,
      N,
      A,
      D,
      S: longest,
      stride: dx.cols,
    });
    kernels.addSumOfRows(this.scoreWeights.gradient.offset, dScore.offset, N, A);
    this.#toQueries.inputGradient(dhPrevious, dQuery, 1);
    this.#toQueries.backward(dQuery, states[t]!, isLast ? 0 : 1);
    this.gate?.backward(dGate, gate, states[t]!, dhPrevious, isLast ? 0 : 1);
  }

  /** Sets the gradient of the coverage penalty by the weights of each sequence [N₀, S]. */
  #setCoverage(gradient: Matrix): void {
    const { begins } = this.memory.places;
    const { packing, weights, sources, coverage } = this.#requirePass();
    if (coverage === 0) {
      gradient.data.fill(0);
      return;
    }
    const attended = sources.data.subarray(0, packing.batch);
    const lengths = attended.map((source) => begins.data[source + 1]! - begins.data[source]!);
    coverageGradient(gradient, weights, packing, lengths, coverage);
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
