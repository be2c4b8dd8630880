/** Matrix products by oneDNN's `dnnl_sgemm`: row-major, the fastest on x86-64. */
import type { Arena } from '../arena.ts';
import { mostThreads, Team } from '../team.ts';
import type { PackedProduct, Product, ProductDriver, RightFactor } from './driver.ts';
import { libraryCandidates } from './libraries.ts';
import { addressOf, loadLibrary, type NativeFunction, type NativeLibrary } from './native.ts';
import { type Part, partsOf } from './parts.ts';

/** (transA, transB, M, N, K, alpha, A, lda, B, ldb, beta, C, ldc); dnnl.h, "BLAS functions". */
const SGEMM = 'char char int64 int64 int64 float uint64 int64 uint64 int64 float uint64 int64'.split(' ');
const PLAIN = 'N'.charCodeAt(0);
const TRANSPOSED = 'T'.charCodeAt(0);

/** Sets how many threads of OpenMP a call from this thread takes: they belong to the calling thread. */
const SET_THREADS = 'omp_set_num_threads';

/** Transposes B[n, k], rows `bRow` bytes apart; see `kernels/product.ts`. */
interface TransposeKernel {
  productTranspose(k: number, n: number, b: number, bRow: number, target: number): void;
}

/**
 * Multiply-adds below which one thread does a product alone, in less than 0.1 ms: where another process wants a core,
 * waiting for the second thread took ten times as long as the product (text written at batch 1, LSTM 1 × 128, beside two
 * trainings: 7 thousand characters/s on two threads, 120 on one).
 */
export const SMALL = 2 ** 21;

/** @throws Error that says why the library can't be used */
export async function openOneDnn(arena: Arena, module: WebAssembly.Module): Promise<ProductDriver> {
  const library = await loadLibrary(libraryCandidates('onednn'));
  return new OneDnnDriver(library, arena, module, await addressOf(arena.memory));
}

/**
 * A team that calls a function of oneDNN, each thread for itself: as many threads as OpenMP would take, which then takes
 * one for a call. Its own team would sleep or spin on the cores that other work could use meanwhile.
 */
export function openTeam(
  arena: Arena,
  module: WebAssembly.Module,
  library: NativeLibrary,
  signature: { name: string; result: string; parameters: string[] },
): { team: Team; ours: NativeFunction } {
  const ours = library.func(signature.name, signature.result, signature.parameters);
  const threads = Math.min(mostThreads(), Number(library.func('omp_get_max_threads', 'int', [])()));
  library.func(SET_THREADS, 'void', ['int'])(1);
  const native = { ...signature, koffi: library.koffi, library: library.path, setThreads: SET_THREADS };
  return { team: new Team(arena, module, threads, native, ours), ours };
}

/** "oneDNN 3.2 (2 threads)", with what is special after the version. */
export function describeOneDnn(library: NativeLibrary, { threads }: Team, special = ''): string {
  const [major, minor] = library.integersAt(library.func('dnnl_version', 'void *', [])(), 2);
  return `oneDNN ${major}.${minor}${special} (${threads} ${threads === 1 ? 'thread' : 'threads'})`;
}

class OneDnnDriver implements ProductDriver {
  readonly name = 'onednn';
  readonly description: string;
  readonly team: Team;
  /** Held so that the address stays true. */
  readonly memory: WebAssembly.Memory;
  readonly #address: number;
  readonly #kernels: TransposeKernel;
  readonly #sgemm: NativeFunction;
  readonly #shared: number;

  constructor(library: NativeLibrary, arena: Arena, module: WebAssembly.Module, address: number) {
    this.memory = arena.memory;
    this.#address = address;
    const { team, ours } = openTeam(arena, module, library, { name: 'dnnl_sgemm', result: 'int', parameters: SGEMM });
    this.team = team;
    this.#sgemm = ours;
    this.#shared = team.functionOf('dnnl_sgemm');
    this.#kernels = team.kernels as unknown as TransposeKernel;
    this.description = describeOneDnn(library, team);
  }

  multiply(call: Product): void {
    const { m, n, k } = call;
    const { team } = this;
    const parts = partsOf(m, n, m * n * k < SMALL ? 1 : team.threads);
    const calls = parts.map((part) => this.#argumentsOf(call, part));
    const status = calls.length === 1 ? Number(this.#sgemm(...calls[0]!)) : team.run(this.#shared, calls);
    if (status !== 0) throw new Error(`dnnl_sgemm of [${m}, ${k}] times [${k}, ${n}] returned status ${status}`);
  }

  /** Its product with a transposed B takes three times as long for few rows; a plain B is as fast where it lies. */
  packs(bTransposed: boolean): boolean {
    return bTransposed;
  }

  packedSize(k: number, n: number): number {
    return k * n;
  }

  pack({ k, n, b, bStride }: RightFactor, target: number): void {
    this.#kernels.productTranspose(k, n, b, bStride * 4, target);
  }

  multiplyPacked({ packed, ...call }: PackedProduct): void {
    this.multiply({ ...call, aTransposed: false, b: packed, bStride: call.n, bTransposed: false });
  }

  close(): void {
    this.team.close();
  }

  #argumentsOf(call: Product, { row, rows, col, cols }: Part): number[] {
    const { k, alpha, beta, aStride, aTransposed, bStride, bTransposed, cStride } = call;
    const a = this.#address + call.a + 4 * row * (aTransposed ? 1 : aStride);
    const b = this.#address + call.b + 4 * col * (bTransposed ? bStride : 1);
    const c = this.#address + call.c + 4 * (row * cStride + col);
    const transA = aTransposed ? TRANSPOSED : PLAIN;
    const transB = bTransposed ? TRANSPOSED : PLAIN;
    return [transA, transB, rows, cols, k, alpha, a, aStride, b, bStride, beta, c, cStride];
  }
}
