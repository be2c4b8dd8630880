/**
 * What attention attends to: vectors at the places of sources, each with a key. They are an encoder's outputs, which
 * learns, or vectors that are given, such as the cells of pictures' maps. It does not know who attends, and when.
 *
 * Sources of M' places in all, D values at each, A values of a key.
 */
import type { Random } from '../base/random.ts';
import { copyRows, type Integers, type Matrix } from '../compute/arena.ts';
import type { Engine } from '../compute/engine.ts';
import { Workspace } from '../compute/workspace.ts';
import { applyDropout, type Dropout } from './dropout.ts';
import { fillUniform } from './initialisation.ts';
import { Linear } from './linear.ts';
import { type Packing, sequenceOrder } from './packing.ts';
import { Parameter } from './parameter.ts';

/** Each source lies in one piece: places `begins[s]` to `begins[s + 1]` - 1 are those of source s. */
export interface Places {
  /** [M', D] and [M', A] */
  values: Matrix;
  keys: Matrix;
  /** Gradients, to which each step adds; that of values only where it is wanted. */
  dKeys: Matrix;
  dValues?: Matrix;
  /** One number for each source, and one more. */
  begins: Integers;
  sources: number;
  /** S, places of the longest source. */
  longest: number;
}

/** Dropout site of vectors that are given, beside those of a model's layers. */
const VECTORS_SITE = -3;

export class AttentionMemory {
  /** U_a [D, A] */
  readonly keyWeights: Parameter;
  readonly #engine: Engine;
  /** s U_a */
  readonly #toKeys: Linear;
  readonly #workspace: Workspace;
  #places: Places | undefined;
  /** Where each packed row of an encoder's outputs is among the places; vectors that are given lie as the places do. */
  #placesOfRows: Integers | undefined;
  /** Of the vectors that were given. */
  #dropout: Dropout | undefined;

  constructor(engine: Engine, { values, keys }: { values: number; keys: number }) {
    this.keyWeights = new Parameter(engine.arena, 'attention.key', values, keys);
    this.#engine = engine;
    this.#toKeys = new Linear(engine, this.keyWeights);
    this.#workspace = new Workspace(engine.arena);
  }

  /** Weights from U(-1/√D, 1/√D). */
  initialise(random: Random): void {
    fillUniform(this.keyWeights, 1 / Math.sqrt(this.keyWeights.value.rows), random);
  }

  /** What is there. @throws RangeError when nothing is */
  get places(): Places {
    if (!this.#places) throw new RangeError('attention without a memory: `setOutputs` or `setVectors` comes first');
    return this.#places;
  }

  /** Takes an encoder's outputs [M', D] of packed sources, to attend to until the next call. They are copied. */
  setOutputs(outputs: Matrix, packing: Packing): void {
    const { rows, cols } = outputs;
    const { begins, rowsOfPlaces, placesOfRows } = sequenceOrder(packing);
    const order = this.#workspace.integers('rows of places', rowsOfPlaces);
    const values = this.#workspace.matrix('values', rows, cols);
    this.#engine.kernels.gatherRows(values.offset, outputs.offset, order.offset, rows, cols);
    this.#places = { ...this.#withKeys(values, begins), longest: packing.counts.length };
    this.#placesOfRows = this.#workspace.integers('places of rows', placesOfRows);
    this.#dropout = undefined;
    this.wantValueGradient();
  }

  /**
   * Takes vectors [sources, S, D], S places of each source, to attend to until the next call. They are copied.
   *
   * @param dropout of their values, while a network learns to attend to them
   * @throws RangeError when they are not so many
   */
  setVectors(vectors: Float32Array, sources: number, dropout?: Dropout): void {
    const D = this.keyWeights.value.rows;
    const longest = vectors.length / (sources * D);
    if (!Number.isInteger(longest) || longest === 0) {
      throw new RangeError(`vectors of ${vectors.length} values to attend to; expected ${sources} × places × ${D}`);
    }
    const values = this.#workspace.matrix('values', sources * longest, D);
    values.data.set(vectors);
    if (dropout) applyDropout(this.#engine.kernels, dropout, VECTORS_SITE, values);
    const begins = Array.from({ length: sources + 1 }, (_, s) => s * longest);
    this.#places = { ...this.#withKeys(values, begins), longest };
    this.#placesOfRows = undefined;
    this.#dropout = dropout;
  }

  /** Lets the next backward pass find the gradient of what is attended to: of vectors it is not found by itself. */
  wantValueGradient(): void {
    const { values } = this.places;
    const dValues = this.#workspace.matrix('gradient of values', values.rows, values.cols);
    this.#places = { ...this.places, dValues };
  }

  /** Begins a backward pass, whose steps add to the gradients of the places. */
  clearGradients(): void {
    const { dKeys, dValues } = this.places;
    dKeys.data.fill(0);
    dValues?.data.fill(0);
  }

  /**
   * After a backward pass: sets the gradient of U_a.
   *
   * @param dAttended takes that of the encoder's outputs, or of the vectors that were given [M', D], see
   *   `wantValueGradient`
   */
  backward(dAttended?: Matrix): void {
    const { values, dKeys, dValues } = this.places;
    this.#toKeys.backward(dKeys, values);
    if (!dAttended || !dValues) return;
    this.#toKeys.inputGradient(dValues, dKeys, 1);
    const { kernels } = this.#engine;
    if (this.#dropout) applyDropout(kernels, this.#dropout, VECTORS_SITE, dValues);
    const { rows, cols } = dAttended;
    if (!this.#placesOfRows) copyRows(dAttended, 0, dValues, 0, rows);
    else kernels.gatherRows(dAttended.offset, dValues.offset, this.#placesOfRows.offset, rows, cols);
  }

  #withKeys(values: Matrix, begins: ArrayLike<number>) {
    const A = this.keyWeights.value.cols;
    const keys = this.#workspace.matrix('keys', values.rows, A);
    this.#toKeys.forward(keys, values);
    return {
      values,
      keys,
      dKeys: this.#workspace.matrix('gradient of keys', values.rows, A),
      begins: this.#workspace.integers('begins', begins),
      sources: begins.length - 1,
    };
  }
}
