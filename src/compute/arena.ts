/**
 * The arena: one WebAssembly memory that holds every buffer of a model, so that the SIMD kernels and the matrix
 * products work on the same bytes with no copies. It knows offsets and shapes; it knows no model.
 *
 * The memory is shared: worker threads compute on it, and a shared memory grows in place (its whole range is reserved
 * when it is made), so that an address handed to a native library stays true for as long as the arena lives. Where a
 * browser does not let memory be shared, it is made as large as it will ever be: growing would take it from under all
 * matrices on it.
 */
import { InputError } from '../base/errors.ts';
import { sharesMemory } from '../base/platform.ts';

const PAGE = 65536;
const MAXIMUM_PAGES = 65536; // 4 GiB, all that 32-bit addresses reach
/** 1 GiB. Systems give out pages when they are written to first. */
const UNSHARED_PAGES = 16384;
/** One cache line, and enough for any SIMD access. */
const ALIGNMENT = 64;
/** The first page belongs to the kernels: their constants and the control block of the worker threads. */
const RESERVED = PAGE;

/** A row-major matrix of float32 in an arena. */
export class Matrix {
  readonly memory: WebAssembly.Memory;
  /** Where it starts, in bytes from the start of the arena. */
  readonly offset: number;
  readonly rows: number;
  readonly cols: number;
  #data: Float32Array | undefined;

  constructor(memory: WebAssembly.Memory, offset: number, rows: number, cols: number) {
    this.memory = memory;
    this.offset = offset;
    this.rows = rows;
    this.cols = cols;
  }

  /** Number of values. */
  get size(): number {
    return this.rows * this.cols;
  }

  /** The values, row after row. Made on first use: most matrices are only ever seen by kernels. */
  get data(): Float32Array {
    this.#data ??= new Float32Array(this.memory.buffer, this.offset, this.size);
    return this.#data;
  }

  /** Rows `from` to `to` - 1, on the same memory. */
  rowRange(from: number, to: number): Matrix {
    if (from < 0 || to > this.rows || from > to) {
      throw new RangeError(`rows ${from} to ${to} of a matrix of ${this.rows} rows`);
    }
    return new Matrix(this.memory, this.offset + from * this.cols * 4, to - from, this.cols);
  }

  /** The same memory seen with another shape of at most as many values. */
  reshaped(rows: number, cols: number): Matrix {
    if (rows * cols > this.size) {
      throw new RangeError(`a matrix of ${this.rows} × ${this.cols} seen as ${rows} × ${cols}`);
    }
    return new Matrix(this.memory, this.offset, rows, cols);
  }
}

/** Copies `count` rows of one matrix to another of the same width. */
export function copyRows(target: Matrix, to: number, source: Matrix, from: number, count: number): void {
  const { cols } = source;
  target.data.set(source.data.subarray(from * cols, (from + count) * cols), to * cols);
}

/** Copies `count` columns of one matrix to another of as many rows. */
export function copyColumns(target: Matrix, to: number, source: Matrix, from: number, count: number): void {
  const { data: into, cols: width } = target;
  const { data, cols } = source;
  for (let row = 0; row < source.rows; row++) {
    const start = row * cols + from;
    into.set(data.subarray(start, start + count), row * width + to);
  }
}

/** A list of int32 in an arena: token ids, targets. */
export interface Integers {
  readonly offset: number;
  readonly length: number;
  readonly data: Int32Array;
}

export class Arena {
  readonly memory: WebAssembly.Memory;
  readonly shared: boolean;
  readonly #maximum: number;
  #top = RESERVED;
  /** The highest that `#top` ever was: memory above it is zero, as WebAssembly hands it out. */
  #touched = RESERVED;
  #view: DataView;

  /** @param shared whether threads can compute on it */
  constructor(shared = sharesMemory) {
    this.shared = shared;
    this.#maximum = shared ? MAXIMUM_PAGES : UNSHARED_PAGES;
    const initial = shared ? 16 : UNSHARED_PAGES;
    this.memory = new WebAssembly.Memory({ initial, maximum: this.#maximum, shared });
    this.#view = new DataView(this.memory.buffer);
  }

  /** A new matrix, filled with zeros. */
  matrix(rows: number, cols: number): Matrix {
    return new Matrix(this.memory, this.#allocateZeros(rows * cols * 4), rows, cols);
  }

  /** A new list of integers, filled with zeros. */
  integers(length: number): Integers {
    const offset = this.#allocateZeros(length * 4);
    return { offset, length, data: new Int32Array(this.memory.buffer, offset, length) };
  }

  /** Bytes in use. */
  get size(): number {
    return this.#top;
  }

  /** All of the memory, as far as it reaches now. */
  get view(): DataView {
    const { buffer } = this.memory;
    if (this.#view.byteLength < buffer.byteLength) this.#view = new DataView(buffer);
    return this.#view;
  }

  /** Runs `work` and gives back all that it allocated, which must not be used afterwards. */
  scratch<T>(work: () => T): T {
    const mark = this.#top;
    try {
      return work();
    } finally {
      this.#top = mark;
    }
  }

  /** The offset of new memory that holds whatever was there before: for what is written in full. */
  allocate(bytes: number): number {
    const offset = this.#top;
    // The kernels work on four floats at a time: they may read (never write) up to 12 bytes past the last one.
    const top = Math.ceil((offset + bytes + 12) / ALIGNMENT) * ALIGNMENT;
    const missing = Math.ceil((top - this.memory.buffer.byteLength) / PAGE);
    if (missing > 0) {
      try {
        this.memory.grow(missing);
      } catch (cause) {
        throw new InputError(
          `the model and its batch need ${gigabytes(top)} of memory, more than the arena's ` +
            `${gigabytes(this.#maximum * PAGE)} or than the machine has; use a smaller batch, fewer steps or a ` +
            'smaller hidden size',
          { cause },
        );
      }
    }
    this.#top = top;
    this.#touched = Math.max(this.#touched, top);
    return offset;
  }

  /** As `allocate`, filled with zeros: only what was handed out before is written, new pages are left untouched. */
  #allocateZeros(bytes: number): number {
    const used = Math.min(bytes, Math.max(0, this.#touched - this.#top));
    const offset = this.allocate(bytes);
    new Uint8Array(this.memory.buffer, offset, used).fill(0);
    return offset;
  }
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
