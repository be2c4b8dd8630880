/**
 * One piece of memory for the maps of a picture on its way through the layers of a network. What a layer reads lies at
 * one end, what it writes at the other, and what it needs on the way in between; the next layer reads where that one has
 * written. It is as large as the largest layer makes it so, where a buffer for each kind of maps would be as large as the
 * largest of its kind (two stacks that grow towards each other: Knuth 1997, section 2.2.2). It knows no layer.
 */
import type { Arena, Matrix } from '../compute/arena.ts';
import type { WorkingMemory } from '../compute/workspace.ts';

/** Floats of a cache line, at which every matrix begins. */
const LINE = 16;

export class MapMemory implements WorkingMemory {
  /** [lines, LINE] */
  readonly #memory: Matrix;
  /** Lines that are taken at the low and at the high end: what the present layer reads, and what it writes. */
  readonly #taken: [low: number, high: number] = [0, 0];
  /** The end that was written to last, as an index of `#taken`. */
  #end = 1;
  /** What is in between, by its name, and where the room above it begins. */
  readonly #between = new Map<string, Matrix>();
  #free = 0;

  /**
   * @param needs for each layer the floats of all matrices that it has at once: what it reads, what it writes, and what it
   *   needs in between
   */
  constructor(arena: Arena, needs: readonly (readonly number[])[]) {
    const lines = needs.map((floats) => floats.reduce((sum, count) => sum + linesOf(count), 0));
    this.#memory = arena.matrix(Math.max(...lines), LINE);
  }

  /** Forgets all that is here. @returns a matrix for what the first layer reads */
  begin(rows: number, cols: number): Matrix {
    this.#taken.fill(0);
    this.#end = 1;
    return this.next(rows, cols);
  }

  /** A matrix for what the next layer writes: of what is here only what was written last remains, which it reads. */
  next(rows: number, cols: number): Matrix {
    const lines = linesOf(rows * cols);
    this.#end = 1 - this.#end;
    this.#taken[this.#end] = lines;
    this.#between.clear();
    this.#free = this.#taken[0];
    return this.#at(this.#end === 0 ? 0 : this.#memory.rows - lines, rows, cols);
  }

  /** What the present layer needs in between: a name has the same memory until `next`. */
  matrix(name: string, rows: number, cols: number): Matrix {
    const found = this.#between.get(name);
    if (found) return found.reshaped(rows, cols);
    const matrix = this.#at(this.#free, rows, cols);
    this.#between.set(name, matrix);
    this.#free += linesOf(matrix.size);
    if (this.#free + this.#taken[1] > this.#memory.rows) throw new RangeError(`no room for ${name} between the maps`);
    return matrix;
  }

  #at(line: number, rows: number, cols: number): Matrix {
    return this.#memory.rowRange(line, line + linesOf(rows * cols)).reshaped(rows, cols);
  }
}

/** As in an arena: kernels may read up to three floats past the last one. */
function linesOf(floats: number): number {
  return Math.ceil((floats + 3) / LINE);
}
