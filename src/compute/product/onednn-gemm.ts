/**
 * The arguments of those products of oneDNN that take every number by pointer and that know columns first: row-major
 * C = A B is column-major Cᵀ = Bᵀ Aᵀ. They are its own, not of its public interface, which has a primitive to be built
 * for each shape, and the batches of captions have hundreds of shapes. The symbols belong to the release that the setup
 * brings; a library that lacks them is not used.
 */
import type { Arena } from '../arena.ts';
import type { NativeSignature } from '../calls.ts';
import type { Team } from '../team.ts';
import type { Product, RightFactor } from './driver.ts';

/** All parameters are addresses, in one `uint64` each. */
export function byPointers(name: string, count: number): NativeSignature {
  return { name, result: 'int', parameters: Array<string>(count).fill('uint64') };
}

/** How a factor lies in memory, as the library's letters: in rows, in columns, packed. */
type Form = 'N' | 'T' | 'P';

/** Of the first factor, which in columns first is ours on the right. */
const FIRST = 'A';
const LETTERS = `NTP${FIRST}`;

/** Rows that a factor is packed for: a batch. Products of any other number of rows are right too. */
const PACKED_ROWS = 64;

type Numbers = Pick<Product, 'm' | 'n' | 'k' | 'aStride' | 'bStride' | 'cStride'>;

/** What a call points at: M, N, K, ldA, ldB, ldC as int64, beta, the letters. In bytes, of a cache line. */
const [INTEGER, BETA, LETTER, SIZE] = [8, 48, 52, 64];

/** The numbers of one call, in the arena. Each thread's call needs its own. */
export class GemmArguments {
  readonly #base: number;
  readonly #offset: number;
  readonly #view: DataView;

  /** @param base the arena's address */
  constructor(arena: Arena, base: number) {
    this.#base = base;
    this.#offset = arena.allocate(SIZE);
    this.#view = arena.view;
    for (let i = 0; i < LETTERS.length; i++) {
      this.#view.setUint8(this.#offset + LETTER + i, LETTERS.charCodeAt(i));
    }
  }

  /** (transA, transB, M, N, K, A, ldA, B, ldB, beta, C, ldC) of C = op(A) op(B) + beta C. */
  multiply(part: Product, right: Form = part.bTransposed ? 'T' : 'N'): number[] {
    this.#set(part);
    this.#view.setFloat32(this.#offset + BETA, part.beta, true);
    const at = this.#base + this.#offset;
    const [a, b, c] = [this.#base + part.a, this.#base + part.b, this.#base + part.c];
    const [first, second] = [this.#letter(right), this.#letter(part.aTransposed ? 'T' : 'N')];
    return [first, second, at, at + 8, at + 16, b, at + 24, a, at + 32, at + BETA, c, at + 40];
  }

  /** (identifier, transA, transB, M, N, K, ldA, ldB) of packing op(B) for such products. */
  pack(part: RightFactor): number[] {
    this.#set({ m: PACKED_ROWS, aStride: part.k, cStride: part.n, ...part });
    const at = this.#base + this.#offset;
    const [first, second] = [this.#letter(part.bTransposed ? 'T' : 'N'), this.#letter('N')];
    return [this.#letter(FIRST), first, second, at, at + 8, at + 16, at + 24, at + 32];
  }

  #set({ m, n, k, aStride, bStride, cStride }: Numbers): void {
    this.#setInteger(0, n);
    this.#setInteger(1, m);
    this.#setInteger(2, k);
    this.#setInteger(3, bStride);
    this.#setInteger(4, aStride);
    this.#setInteger(5, cStride);
  }

  /** By halves: to make a BigInt of each would take longer than small products do. The upper half is always zero. */
  #setInteger(i: number, value: number): void {
    this.#view.setUint32(this.#offset + INTEGER * i, value, true);
    this.#view.setUint32(this.#offset + INTEGER * i + 4, 0, true);
  }

  #letter(letter: string): number {
    return this.#base + this.#offset + LETTER + LETTERS.indexOf(letter);
  }
}

/** The numbers of the calls that a team makes at once, or records for later. */
export class CallArguments {
  readonly #arena: Arena;
  readonly #base: number;
  readonly #team: Team;
  readonly #own: GemmArguments[];

  constructor(arena: Arena, base: number, team: Team) {
    this.#arena = arena;
    this.#base = base;
    this.#team = team;
    this.#own = Array.from({ length: team.threads }, () => new GemmArguments(arena, base));
  }

  /** For the part `i` of a product. */
  of(i: number): GemmArguments {
    return this.#team.recording ? new GemmArguments(this.#arena, this.#base) : this.#own[i]!;
  }
}
