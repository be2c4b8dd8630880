/**
 * The arguments of those products of oneDNN that take every number by pointer and that know columns first: row-major
 * C = A B is column-major Cᵀ = Bᵀ Aᵀ. They are its own, not of its public interface, which has a primitive to be built
 * for each shape, and the batches of captions have hundreds of shapes. The symbols belong to the release that the setup
 * brings; a library that lacks them is not used.
 */
import type { Arena } from '../arena.ts';
import type { NativeSignature } from '../team.ts';
import type { Product } from './driver.ts';

/** All parameters are addresses, in one `uint64` each. */
export function byPointers(name: string, count: number): NativeSignature {
  return { name, result: 'int', parameters: Array<string>(count).fill('uint64') };
}

/** How a factor lies in memory, as the library's letters: in rows, in columns, packed. */
type Form = 'N' | 'T' | 'P';

/** Where the letters stand after the numbers; 'A' names the first factor, which in columns first is ours on the right. */
const LETTERS = 'NTPA';
const [INTEGERS, BYTES] = [6, 8];

/** The numbers of one call, in the arena. Each thread's call needs its own. */
export class GemmArguments {
  readonly #base: number;
  readonly #at: number;
  readonly #integers: BigInt64Array;
  readonly #beta: Float32Array;

  /** @param base the arena's address */
  constructor(arena: Arena, base: number) {
    const offset = arena.allocate((INTEGERS + 2) * BYTES);
    const { buffer } = arena.memory;
    this.#base = base;
    this.#at = base + offset;
    this.#integers = new BigInt64Array(buffer, offset, INTEGERS);
    this.#beta = new Float32Array(buffer, offset + INTEGERS * BYTES, 1);
    const letters = Array.from(LETTERS, (letter) => letter.charCodeAt(0));
    new Uint8Array(buffer, offset + (INTEGERS + 1) * BYTES, letters.length).set(letters);
  }

  /** (transA, transB, M, N, K, A, ldA, B, ldB, beta, C, ldC) of C = op(A) op(B) + beta C. */
  multiply(part: Product, right: Form = part.bTransposed ? 'T' : 'N'): number[] {
    this.#set(part);
    this.#beta[0] = part.beta;
    const [M, N, K, ldA, ldB, ldC] = this.#numbers;
    const [a, b, c] = [this.#base + part.a, this.#base + part.b, this.#base + part.c];
    const left = this.#letter(part.aTransposed ? 'T' : 'N');
    return [this.#letter(right), left, M, N, K, b, ldA, a, ldB, this.#at + INTEGERS * BYTES, c, ldC];
  }

  /** (identifier, transA, transB, M, N, K, ldA, ldB) of packing op(B) for such products. */
  pack(part: Product): number[] {
    this.#set(part);
    const [M, N, K, ldA, ldB] = this.#numbers;
    const [left, right] = [this.#letter('N'), this.#letter(part.bTransposed ? 'T' : 'N')];
    return [this.#letter('A'), right, left, M, N, K, ldA, ldB];
  }

  #set({ m, n, k, aStride, bStride, cStride }: Product): void {
    const integers = this.#integers;
    integers[0] = BigInt(n);
    integers[1] = BigInt(m);
    integers[2] = BigInt(k);
    integers[3] = BigInt(bStride);
    integers[4] = BigInt(aStride);
    integers[5] = BigInt(cStride);
  }

  /** Addresses of M, N, K, ldA, ldB, ldC. */
  get #numbers(): [number, number, number, number, number, number] {
    const at = this.#at;
    return [at, at + BYTES, at + 2 * BYTES, at + 3 * BYTES, at + 4 * BYTES, at + 5 * BYTES];
  }

  #letter(letter: string): number {
    return this.#at + (INTEGERS + 1) * BYTES + LETTERS.indexOf(letter);
  }
}
