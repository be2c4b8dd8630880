/** Matrix products by oneDNN's `dnnl_sgemm`: row-major, the fastest on x86-64. */
import type { Arena } from '../arena.ts';
import { MOST_THREADS, type SharedFunction, Team } from '../team.ts';
import type { PackedProduct, Product, ProductDriver, RightFactor } from './driver.ts';
import { libraryCandidates } from './libraries.ts';
import { addressOf, loadLibrary, type NativeLibrary } from './native.ts';
import { partsOf } from './parts.ts';

/** (transA, transB, M, N, K, alpha, A, lda, B, ldb, beta, C, ldc); dnnl.h, "BLAS functions". */
const SGEMM = 'char char int64 int64 int64 float uint64 int64 uint64 int64 float uint64 int64'.split(' ');
const PLAIN = 'N'.charCodeAt(0);
const TRANSPOSED = 'T'.charCodeAt(0);

/** Transposes B[n, k], rows `bRow` bytes apart; see `kernels/product.ts`. */
interface TransposeKernel {
  productTranspose(k: number, n: number, b: number, bRow: number, target: number): void;
}

/** @throws Error that says why the library can't be used */
export async function openOneDnn(arena: Arena, module: WebAssembly.Module): Promise<ProductDriver> {
  const library = await loadLibrary(libraryCandidates('onednn'));
  return new OneDnnDriver(library, arena, module, await addressOf(arena.memory));
}

/** A team whose threads call a function of oneDNN: as many threads as OpenMP would take. */
export function openTeam(
  arena: Arena,
  module: WebAssembly.Module,
  library: NativeLibrary,
  ...signature: [name: string, result: string, parameters: string[]]
): Team {
  const omp = { get: 'omp_get_max_threads', set: 'omp_set_num_threads' };
  const { native, threads } = library.shared(...signature, omp);
  return new Team(arena, module, Math.min(threads, MOST_THREADS), native);
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
  readonly #sgemm: SharedFunction;

  constructor(library: NativeLibrary, arena: Arena, module: WebAssembly.Module, address: number) {
    this.memory = arena.memory;
    this.#address = address;
    this.team = openTeam(arena, module, library, 'dnnl_sgemm', 'int', SGEMM);
    this.#sgemm = this.team.shared('dnnl_sgemm');
    this.#kernels = this.team.kernels as unknown as TransposeKernel;
    this.description = describeOneDnn(library, this.team);
  }

  multiply(call: Product): void {
    const status = this.#sgemm(partsOf(call, this.team.threads).map((part) => this.#argumentsOf(part)));
    const { m, n, k } = call;
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

  #argumentsOf({
    m,
    n,
    k,
    alpha,
    beta,
    a,
    aStride,
    aTransposed,
    b,
    bStride,
    bTransposed,
    c,
    cStride,
  }: Product): number[] {
    const transA = aTransposed ? TRANSPOSED : PLAIN;
    const transB = bTransposed ? TRANSPOSED : PLAIN;
    const base = this.#address;
    return [transA, transB, m, n, k, alpha, base + a, aStride, base + b, bStride, beta, base + c, cStride];
  }
}
