/**
 * What is learned: weights with their gradients, and their copies in the form that products take. It knows no layer and
 * no optimiser.
 */
import type { Arena, Matrix } from '../compute/arena.ts';
import type { Engine } from '../compute/engine.ts';
import type { FixedFactor } from '../compute/product/product.ts';

/** A weight matrix or bias (one row) with its gradient. */
export class Parameter {
  readonly name: string;
  /** Whether it takes a state to the next one (W_hh). */
  readonly recurrent: boolean;
  readonly #arena: Arena;
  readonly #value: Matrix;
  #version = 0;
  #isPacked = false;
  #gradient: Matrix | undefined;

  constructor(arena: Arena, name: string, rows: number, cols: number, { recurrent = false } = {}) {
    this.name = name;
    this.recurrent = recurrent;
    this.#value = arena.matrix(rows, cols);
    this.#arena = arena;
  }

  /** To be changed by `edit` alone: copies of it would not know. @throws Error when the weights were packed in place */
  get value(): Matrix {
    if (this.#isPacked)
      throw new Error(`the weights ${this.name} were packed for products and can not be read any more`);
    return this.#value;
  }

  /** Called by `WeightFactor.packInPlace`: what lies in its memory now is no value. */
  setPacked(): void {
    this.#isPacked = true;
  }

  /** Grows with each change of the value, so that copies of it know when they are stale. */
  get version(): number {
    return this.#version;
  }

  /** Changes the value, whose rows are one after the other in `values`. */
  edit(change: (values: Float32Array) => void): void {
    this.#version++; // before: a change that fails halfway is one too
    change(this.value.data);
  }

  /** Same shape as the value; made on first use, so that a model that only writes text has none. */
  get gradient(): Matrix {
    this.#gradient ??= this.#arena.matrix(this.value.rows, this.value.cols);
    return this.#gradient;
  }
}

/**
 * A weight matrix as the right factor of products, in the form that the driver multiplies fastest: packed once after
 * each change of the weights, used for every step.
 */
export class WeightFactor {
  readonly #engine: Engine;
  readonly #weights: Parameter;
  readonly #transposed: boolean;
  #factor: FixedFactor | undefined;
  #version = -1;

  constructor(engine: Engine, weights: Parameter, { transposed = false } = {}) {
    this.#engine = engine;
    this.#weights = weights;
    this.#transposed = transposed;
  }

  /** Multiply-adds of its product with one row. */
  get size(): number {
    return this.#weights.value.size;
  }

  /** c = a · W + beta c, or with Wᵀ. */
  multiply(c: Matrix, a: Matrix, beta: 0 | 1): void {
    this.#engine.product.multiplyFixed(c, a, this.#current(), { beta });
  }

  /**
   * Packs the weights for threads that each multiply some of `rows` by all of them, where that is of use and was not done
   * since they have changed.
   */
  pack(rows: number): void {
    const factor = this.#current();
    const { n, k, transposed } = factor;
    const { driver } = this.#engine.product;
    if (driver.packedParts({ m: rows, n, k, bTransposed: transposed }, 1) > 0) factor.packed(1);
  }

  /**
   * Packs the weights where they lie, so that they are not there twice; for weights that are done with learning. From then
   * on they are for products alone, and must not be read. Does nothing where the driver needs them as they are.
   */
  packInPlace(): void {
    if (this.#current().packInPlace()) this.#weights.setPacked();
  }

  /** Asks for the values where they have changed alone: they can't be read once they were packed in place. */
  #current(): FixedFactor {
    const { version } = this.#weights;
    if (this.#factor && this.#version === version) return this.#factor;
    const { value } = this.#weights;
    const [k, n] = this.#transposed ? [value.cols, value.rows] : [value.rows, value.cols];
    this.#factor ??= this.#engine.product.fixedFactor(k, n);
    this.#factor.update(value, { transposed: this.#transposed });
    this.#version = version;
    return this.#factor;
  }
}
