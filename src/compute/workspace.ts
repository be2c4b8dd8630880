import type { Arena, Integers, Matrix } from './arena.ts';

/**
 * Working memory that is made once and used again: each name has one matrix, replaced by a larger one when that is
 * asked for. What stood in it before is not kept clean.
 */
export class Workspace {
  readonly #arena: Arena;
  readonly #matrices = new Map<string, Matrix>();
  readonly #integers = new Map<string, Integers>();

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  matrix(name: string, rows: number, cols: number): Matrix {
    let found = this.#matrices.get(name);
    if (!found || found.size < rows * cols) {
      found = this.#arena.matrix(rows, cols);
      this.#matrices.set(name, found);
    }
    return found.reshaped(rows, cols);
  }

  /** A copy of `values` in the arena. */
  integers(name: string, values: ArrayLike<number>): Integers {
    let found = this.#integers.get(name);
    if (!found || found.length < values.length) {
      found = this.#arena.integers(values.length);
      this.#integers.set(name, found);
    }
    found.data.set(values);
    return found;
  }
}
