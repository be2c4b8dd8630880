/** Buffers for tests of kernels, with guards around them that show what a kernel must not have done. */
import { expect } from 'vitest';
import type { Arena } from '../../src/compute/arena.ts';

/** Floats before and behind each buffer; an odd number, so that no buffer starts at a multiple of 16 bytes. */
const GUARD = 5;

/** NaN, with bits that no computation makes. */
const GUARD_BITS = 0x7fc0_beef;

export interface Buffer {
  readonly offset: number;
  readonly data: Float32Array;
}

/**
 * Kernels work on four floats at a time. They may read past the end of a buffer, but must not write there, and what
 * they read there must not show in a result: it is NaN.
 */
export class Guarded {
  readonly #arena: Arena;
  readonly #buffers: Float32Array[] = [];
  readonly #guards: Uint32Array[] = [];

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  /** A buffer that holds these values. */
  floats(values: ArrayLike<number>): Buffer {
    const whole = this.#arena.matrix(1, values.length + 2 * GUARD);
    const bits = new Uint32Array(this.#arena.memory.buffer, whole.offset, whole.size).fill(GUARD_BITS);
    const data = whole.data.subarray(GUARD, -GUARD);
    data.set(values);
    this.#guards.push(bits.subarray(0, GUARD), bits.subarray(-GUARD));
    this.#buffers.push(data);
    return { offset: data.byteOffset, data };
  }

  /** The guards are as they were, and nothing of them has come into the buffers. */
  expectIntact(): void {
    for (const guard of this.#guards) expect(guard.every((bits) => bits === GUARD_BITS)).toBe(true);
    for (const data of this.#buffers) expect(data.every(Number.isFinite)).toBe(true);
  }
}
