/**
 * The arena: one WebAssembly memory that holds every buffer of a model, so that the SIMD kernels and the matrix
 * products work on the same bytes with no copies. It knows offsets and shapes; it knows no model.
 *
 * The memory is shared: worker threads compute on it, and a shared memory grows in place (its whole range is reserved
 * when it is made), so that an address handed to a native library stays true for as long as the arena lives.
 */

const PAGE = 65536;
const MAXIMUM_PAGES = 65536; // 4 GiB, all that 32-bit addresses reach
/** One cache line, and enough for any SIMD access. */
const ALIGNMENT = 64;
/** The first page belongs to the kernels: their constants and the control block of the worker threads. */
const RESERVED = PAGE;

/** A row-major matrix of float32 in the arena. */
export interface Matrix {
  /** Where it starts, in bytes from the start of the arena. */
  readonly offset: number;
  readonly rows: number;
  readonly cols: number;
  /** Its values, `rows * cols`, row after row. */
  readonly data: Float32Array;
}

/** A list of int32 in the arena: token ids, targets. */
export interface Integers {
  readonly offset: number;
  readonly length: number;
  readonly data: Int32Array;
}

export class Arena {
  readonly memory: WebAssembly.Memory;
  #top = RESERVED;

  constructor() {
    this.memory = new WebAssembly.Memory({ initial: 16, maximum: MAXIMUM_PAGES, shared: true });
  }

  /** A new matrix, filled with zeros. */
  matrix(rows: number, cols: number): Matrix {
    const offset = this.#allocate(rows * cols * 4);
    const data = new Float32Array(this.memory.buffer, offset, rows * cols).fill(0);
    return { offset, rows, cols, data };
  }

  /** A new list of integers, filled with zeros. */
  integers(length: number): Integers {
    const offset = this.#allocate(length * 4);
    return { offset, length, data: new Int32Array(this.memory.buffer, offset, length).fill(0) };
  }

  /** Bytes in use. */
  get size(): number {
    return this.#top;
  }

  /**
   * Runs `work` and gives back all that it allocated. What it allocated must not be used afterwards.
   */
  scratch<T>(work: () => T): T {
    const mark = this.#top;
    try {
      return work();
    } finally {
      this.#top = mark;
    }
  }

  #allocate(bytes: number): number {
    const offset = this.#top;
    // The kernels work on four floats at a time, so they may read (never write) up to 12 bytes past the last one.
    const top = Math.ceil((offset + bytes + 12) / ALIGNMENT) * ALIGNMENT;
    const missing = Math.ceil((top - this.memory.buffer.byteLength) / PAGE);
    if (missing > 0) {
      try {
        this.memory.grow(missing);
      } catch (cause) {
        throw new RangeError(
          `the model and its batch need ${gigabytes(top)} of memory, more than the arena's ${gigabytes(MAXIMUM_PAGES * PAGE)}` +
            ' or than the machine has; use a smaller batch, fewer steps or a smaller hidden size',
          { cause },
        );
      }
    }
    this.#top = top;
    return offset;
  }
}

/** Rows `from` to `to` - 1 of a matrix, as a matrix on the same memory. */
export function rowsOf(matrix: Matrix, from: number, to: number): Matrix {
  if (from < 0 || to > matrix.rows || from > to) {
    throw new RangeError(`rows ${from} to ${to} of a matrix of ${matrix.rows} rows`);
  }
  const { cols } = matrix;
  return {
    offset: matrix.offset + from * cols * 4,
    rows: to - from,
    cols,
    data: matrix.data.subarray(from * cols, to * cols),
  };
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
