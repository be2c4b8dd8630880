/** Matrix products by oneDNN's `dnnl_sgemm`: row-major, the fastest on x86-64. */
import type { Arena } from '../arena.ts';
import type { PackedProduct, Product, ProductDriver, RightFactor } from './driver.ts';
import { libraryCandidates } from './libraries.ts';
import { addressOf, loadLibrary, type NativeFunction, type NativeLibrary } from './native.ts';

/** (transA, transB, M, N, K, alpha, A, lda, B, ldb, beta, C, ldc); dnnl.h, "BLAS functions". */
const SGEMM = 'char char int64 int64 int64 float uint64 int64 uint64 int64 float uint64 int64'.split(' ');
const PLAIN = 'N'.charCodeAt(0);
const TRANSPOSED = 'T'.charCodeAt(0);

/** Transposes B[n, k], rows `bRow` bytes apart; see `kernels/product.ts`. */
export interface TransposeKernel {
  productTranspose(k: number, n: number, b: number, bRow: number, target: number): void;
}

/**
 * How often a thread of GNU's OpenMP asks for new work before it sleeps. By default it asks for milliseconds, and where
 * another process wants its core, the other threads wait for it at every product. Measured on two cores, LSTM 1 × 512,
 * characters/s in thousands, quiet and beside a process that comes and goes: by default 46 and 3; 3,000 times 46 and 22;
 * 1,000 times 43 and 25.
 */
const SPIN_COUNT = '3000';

/**
 * Multiply-adds below which one thread does a product alone, in less than 0.1 ms: where another process wants a core,
 * waiting for the second thread took ten times as long as the product (text written at batch 1, LSTM 1 × 128, beside two
 * trainings: 7 thousand characters/s on two threads, 120 on one).
 */
const SMALL = 2 ** 21;

/** @throws Error that says why the library can't be used */
export async function openOneDnn(arena: Arena, kernels: TransposeKernel): Promise<ProductDriver> {
  prepareOpenMp();
  const library = await loadLibrary(libraryCandidates('onednn'));
  return new OneDnnDriver(library, arena.memory, await addressOf(arena.memory), kernels);
}

/** To be called before the library is loaded, when OpenMP reads it; what the user says of it goes first. */
export function prepareOpenMp(): void {
  if (!process.env['OMP_WAIT_POLICY']) process.env['GOMP_SPINCOUNT'] ??= SPIN_COUNT;
}

/** "oneDNN 3.2 (2 threads)", with what is special after the version. */
export function describeOneDnn(library: NativeLibrary, special = ''): string {
  const [major, minor] = library.integersAt(library.func('dnnl_version', 'void *', [])(), 2);
  return `oneDNN ${major}.${minor}${special} (${threadsOf(library)} threads)`;
}

function threadsOf(library: NativeLibrary): number {
  return Number(library.func('omp_get_max_threads', 'int', [])());
}

class OneDnnDriver implements ProductDriver {
  readonly name = 'onednn';
  readonly description: string;
  /** Held so that the address stays true. */
  readonly memory: WebAssembly.Memory;
  readonly #address: number;
  readonly #kernels: TransposeKernel;
  readonly #sgemm: NativeFunction;
  readonly #setThreads: NativeFunction;
  readonly #allThreads: number;
  #threads: number;

  constructor(library: NativeLibrary, memory: WebAssembly.Memory, address: number, kernels: TransposeKernel) {
    this.memory = memory;
    this.#address = address;
    this.#kernels = kernels;
    this.#sgemm = library.func('dnnl_sgemm', 'int', SGEMM);
    this.#setThreads = library.func('omp_set_num_threads', 'void', ['int']);
    this.#allThreads = this.#threads = threadsOf(library);
    this.description = describeOneDnn(library);
  }

  multiply({ m, n, k, alpha, beta, a, aStride, aTransposed, b, bStride, bTransposed, c, cStride }: Product): void {
    this.#call(aTransposed, bTransposed, m, n, k, alpha, a, aStride, b, bStride, beta, c, cStride);
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

  multiplyPacked({ m, n, k, alpha, beta, a, aStride, packed, c, cStride }: PackedProduct): void {
    this.#call(false, false, m, n, k, alpha, a, aStride, packed, n, beta, c, cStride);
  }

  close(): void {}

  #call(
    aTransposed: boolean,
    bTransposed: boolean,
    m: number,
    n: number,
    k: number,
    alpha: number,
    a: number,
    aStride: number,
    b: number,
    bStride: number,
    beta: number,
    c: number,
    cStride: number,
  ): void {
    const transA = aTransposed ? TRANSPOSED : PLAIN;
    const transB = bTransposed ? TRANSPOSED : PLAIN;
    const base = this.#address;
    this.#useThreads(m * n * k < SMALL ? 1 : this.#allThreads);
    const status = this.#sgemm(
      transA,
      transB,
      m,
      n,
      k,
      alpha,
      base + a,
      aStride,
      base + b,
      bStride,
      beta,
      base + c,
      cStride,
    );
    if (status !== 0) throw new Error(`dnnl_sgemm of [${m}, ${k}] times [${k}, ${n}] returned status ${status}`);
  }

  #useThreads(threads: number): void {
    if (threads === this.#threads) return;
    this.#setThreads(threads);
    this.#threads = threads;
  }
}
