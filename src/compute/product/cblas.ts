/**
 * Matrix products by `cblas_sgemm`, which OpenBLAS and Apple's Accelerate have in common. Accelerate could not be tried
 * where this was written: it stands on the same code, the same contract tests and the same self-test at start. It packs
 * no factors.
 */
import { readFileSync } from 'node:fs';
import type { Arena } from '../arena.ts';
import { type SharedFunction, Team } from '../team.ts';
import type { PackedProduct, Product, ProductDriver } from './driver.ts';
import { ACCELERATE, libraryCandidates } from './libraries.ts';
import { addressOf, loadLibrary, type NativeLibrary } from './native.ts';
import { partsOf } from './parts.ts';

/** (order, transA, transB, M, N, K, alpha, A, lda, B, ldb, beta, C, ldc); the enums' values are fixed by cblas.h. */
const SGEMM = 'int int int int int int float uint64 int uint64 int float uint64 int'.split(' ');
/** (order, trans, M, N, alpha, A, lda, X, incX, beta, Y, incY) */
const SGEMV = 'int int int int float uint64 int uint64 int float uint64 int'.split(' ');
const ROW_MAJOR = 101;
const PLAIN = 111;
const TRANSPOSED = 112;

/** @throws Error that says why the library can't be used */
export async function openOpenBlas(
  arena: Arena,
  module: WebAssembly.Module,
  mostThreads: number,
): Promise<ProductDriver> {
  preferAvx512();
  const library = await loadLibrary(libraryCandidates('openblas'));
  // The wheel puts `scipy_` before every name.
  const prefix = has(library, 'scipy_cblas_sgemm') ? 'scipy_' : '';
  const config = String(library.func(`${prefix}openblas_get_config`, 'str', [])());
  const version = config.match(/OpenBLAS (\d+\.\d+\.\d+)/)?.[1] ?? '';
  const [sgemm, sgemv] = [`${prefix}cblas_sgemm`, `${prefix}cblas_sgemv`];
  const functions = [
    { name: sgemm, result: 'void', parameters: SGEMM },
    { name: sgemv, result: 'void', parameters: SGEMV },
  ];
  const { native, threads } = library.shared(functions, {
    get: `${prefix}openblas_get_num_threads`,
    set: `${prefix}openblas_set_num_threads`,
  });
  const team = new Team(arena, module, Math.min(threads, mostThreads), native);
  return new CblasDriver({
    name: 'openblas',
    description: `OpenBLAS ${version} (${team.inWords})`,
    team,
    sgemm: team.shared(sgemm),
    sgemv: team.shared(sgemv),
    memory: arena.memory,
    address: await addressOf(arena.memory),
  });
}

/** @throws Error that says why the library can't be used */
export async function openAccelerate(arena: Arena): Promise<ProductDriver> {
  const library = await loadLibrary([ACCELERATE]);
  // The library shares it among the threads.
  const [sgemm, sgemv] = [library.func('cblas_sgemm', 'void', SGEMM), library.func('cblas_sgemv', 'void', SGEMV)];
  return new CblasDriver({
    name: 'accelerate',
    description: 'Accelerate',
    sgemm: ([whole]) => Number(sgemm(...whole!) ?? 0),
    sgemv: ([whole]) => Number(sgemv(...whole!) ?? 0),
    memory: arena.memory,
    address: await addressOf(arena.memory),
  });
}

interface CblasParts {
  name: 'openblas' | 'accelerate';
  description: string;
  team?: Team;
  sgemm: SharedFunction;
  sgemv: SharedFunction;
  /** Kept, so that the address stays true. */
  memory: WebAssembly.Memory;
  address: number;
}

class CblasDriver implements ProductDriver {
  readonly name: 'openblas' | 'accelerate';
  readonly packsAlways = false;
  readonly description: string;
  readonly team?: Team;
  readonly #parts: CblasParts;

  constructor(parts: CblasParts) {
    const { name, description, team } = parts;
    this.name = name;
    this.description = description;
    if (team) this.team = team;
    this.#parts = parts;
  }

  multiply(call: Product): void {
    const { sgemm, sgemv, address } = this.#parts;
    if (call.m > 1) {
      sgemm(partsOf(call, this.team?.threads ?? 1).map((part) => argumentsOf(part, address)));
      return;
    }
    // c = op(B)ᵀ · a: OpenBLAS takes five times as long for it as a matrix product.
    const { n, k, alpha, beta, a, aStride, aTransposed, b, bStride, bTransposed, c } = call;
    const [rows, cols, transposed] = bTransposed ? [n, k, PLAIN] : [k, n, TRANSPOSED];
    const aStep = aTransposed ? aStride : 1;
    const [from, by, to] = [address + a, address + b, address + c];
    sgemv([[ROW_MAJOR, transposed, rows, cols, alpha, by, bStride, from, aStep, beta, to, 1]]);
  }

  /** The library has no interface for it, and packs a transposed B as fast as a plain one. */
  packedParts(): number {
    return 0;
  }

  packedSize(): number {
    return 0;
  }

  pack(): void {}

  multiplyPacked(_: PackedProduct): void {
    throw new Error('this driver does not pack');
  }

  close(): void {
    this.team?.close();
  }
}

function argumentsOf(part: Product, address: number): number[] {
  const { m, n, k, alpha, beta, a, aStride, aTransposed, b, bStride, bTransposed, c, cStride } = part;
  const transA = aTransposed ? TRANSPOSED : PLAIN;
  const transB = bTransposed ? TRANSPOSED : PLAIN;
  const [from, by, to] = [address + a, address + b, address + c];
  return [ROW_MAJOR, transA, transB, m, n, k, alpha, from, aStride, by, bStride, beta, to, cStride];
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
