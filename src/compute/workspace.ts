/** Memory of an arena for what is computed on the way, used again by each batch. It knows names and sizes alone. */
import type { Arena, Integers, Matrix } from './arena.ts';

/**
 * How much room to make where there is too little: half as much again as there was, at least. Memory of an arena is not
 * given back, and batches that each are a little larger than all before would else take new memory again and again.
 */
export function grown(room: number, needed: number): number {
  return needed <= room ? room : Math.max(needed, Math.ceil(1.5 * room));
}

/** What lends matrices for what is computed on the way, each by a name; they hold what was written to them last. */
export interface WorkingMemory {
  matrix(name: string, rows: number, cols: number): Matrix;
}

/**
 * Working memory that is made once and used again: each name has one matrix, replaced by a larger one when a larger one
 * is needed. A matrix holds what was written to it last, not zeros.
 */
export class Workspace implements WorkingMemory {
  readonly #arena: Arena;
  readonly #matrices = new Map<string, Matrix>();
  readonly #integers = new Map<string, Integers>();

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  matrix(name: string, rows: number, cols: number): Matrix {
    let found = this.#matrices.get(name);
    if (!found || found.size < rows * cols) {
      found = this.#arena.matrix(1, grown(found?.size ?? 0, rows * cols));
      this.#matrices.set(name, found);
    }
    return found.reshaped(rows, cols);
  }

  /** A copy of `values` in the arena. */
  integers(name: string, values: ArrayLike<number>): Integers {
    let found = this.#integers.get(name);
    if (!found || found.length < values.length) {
      found = this.#arena.integers(grown(found?.length ?? 0, values.length));
      this.#integers.set(name, found);
    }
    found.data.set(values);
    return found;
  }
}
