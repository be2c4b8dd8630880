/**
 * Matrix products by `cblas_sgemm`, which OpenBLAS and Apple's Accelerate have in common. Accelerate could not be tried
 * where this was written: it stands on the same code, the same contract tests and the same self-test at start.
 */
import { readFileSync } from 'node:fs';
import type { Arena } from '../arena.ts';
import type { PackedProduct, Product, ProductDriver } from './driver.ts';
import { ACCELERATE, libraryCandidates } from './libraries.ts';
import { addressOf, loadLibrary, type NativeFunction, type NativeLibrary } from './native.ts';

/** (order, transA, transB, M, N, K, alpha, A, lda, B, ldb, beta, C, ldc); the enums' values are fixed by cblas.h. */
const SGEMM = 'int int int int int int float uint64 int uint64 int float uint64 int'.split(' ');
/** (order, trans, M, N, alpha, A, lda, X, incX, beta, Y, incY) */
const SGEMV = 'int int int int float uint64 int uint64 int float uint64 int'.split(' ');
const ROW_MAJOR = 101;
const PLAIN = 111;
const TRANSPOSED = 112;

/** @throws Error that says why the library can't be used */
export async function openOpenBlas(arena: Arena): Promise<ProductDriver> {
  preferAvx512();
  const library = await loadLibrary(libraryCandidates('openblas'));
  // The wheel puts `scipy_` before every name.
  const prefix = has(library, 'scipy_cblas_sgemm') ? 'scipy_' : '';
  const config = String(library.func(`${prefix}openblas_get_config`, 'str', [])());
  const version = config.match(/OpenBLAS (\d+\.\d+\.\d+)/)?.[1] ?? '';
  const threads = library.func(`${prefix}openblas_get_num_threads`, 'int', [])();
  const description = `OpenBLAS ${version} (${threads} threads)`;
  return new CblasDriver('openblas', description, library, prefix, arena.memory, await addressOf(arena.memory));
}

/** @throws Error that says why the library can't be used */
export async function openAccelerate(arena: Arena): Promise<ProductDriver> {
  const library = await loadLibrary([ACCELERATE]);
  return new CblasDriver('accelerate', 'Accelerate', library, '', arena.memory, await addressOf(arena.memory));
}

class CblasDriver implements ProductDriver {
  readonly name: 'openblas' | 'accelerate';
  readonly description: string;
  readonly #sgemm: NativeFunction;
  readonly #sgemv: NativeFunction;
  /** Held so that the address stays true. */
  readonly memory: WebAssembly.Memory;
  readonly #address: number;

  constructor(
    name: 'openblas' | 'accelerate',
    description: string,
    library: NativeLibrary,
    prefix: string,
    memory: WebAssembly.Memory,
    address: number,
  ) {
    this.name = name;
    this.description = description;
    this.#sgemm = library.func(`${prefix}cblas_sgemm`, 'void', SGEMM);
    this.#sgemv = library.func(`${prefix}cblas_sgemv`, 'void', SGEMV);
    this.memory = memory;
    this.#address = address;
  }

  multiply({ m, n, k, alpha, beta, a, aStride, aTransposed, b, bStride, bTransposed, c, cStride }: Product): void {
    const base = this.#address;
    if (m === 1) {
      // c = op(B)ᵀ · a: OpenBLAS takes five times as long for it as a matrix product.
      const [rows, cols, transposed] = bTransposed ? [n, k, PLAIN] : [k, n, TRANSPOSED];
      const aStep = aTransposed ? aStride : 1;
      const sgemv = this.#sgemv;
      sgemv(ROW_MAJOR, transposed, rows, cols, alpha, base + b, bStride, base + a, aStep, beta, base + c, 1);
      return;
    }
    const transA = aTransposed ? TRANSPOSED : PLAIN;
    const transB = bTransposed ? TRANSPOSED : PLAIN;
    const sgemm = this.#sgemm;
    sgemm(ROW_MAJOR, transA, transB, m, n, k, alpha, base + a, aStride, base + b, bStride, beta, base + c, cStride);
  }

  /** The library has no interface for it, and packs a transposed B as fast as a plain one. */
  packs(): boolean {
    return false;
  }

  packedSize(): number {
    return 0;
  }

  pack(): void {}

  multiplyPacked(_: PackedProduct): void {
    throw new Error('this driver does not pack');
  }

  close(): void {}
}

function has(library: NativeLibrary, name: string): boolean {
  try {
    library.func(name, 'void', []);
    return true;
  } catch {
    return false;
  }
}

/**
 * OpenBLAS picks its kernels by the processor's model, and many builds take AVX2 ones on an AMD processor that has
 * AVX-512. It reads the variable when it is loaded.
 */
function preferAvx512(): void {
  if (process.platform !== 'linux' || process.env['OPENBLAS_CORETYPE']) return;
  const processor = readFileSync('/proc/cpuinfo', 'latin1');
  if (processor.includes('AuthenticAMD') && /\bavx512vl\b/.test(processor)) {
    process.env['OPENBLAS_CORETYPE'] = 'SkylakeX';
  }
}
