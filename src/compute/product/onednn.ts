/**
 * Matrix products by oneDNN, the fastest on x86-64. Products of a fixed right factor have it packed before, as oneDNN's
 * own recurrent layers do: where few rows meet a large matrix, it multiplies that at nearly the speed of a large product
 * (on AVX2, 50 rows times [512, 2048]: 145 GFLOPS instead of 77). How the library is called by pointers is in
 * `onednn-gemm.ts`; it knows no layers.
 */
import type { Arena } from '../arena.ts';
import type { NativeSignature } from '../calls.ts';
import { type SharedFunction, Team } from '../team.ts';
import type { FixedProduct, PackedProduct, Product, ProductDriver, RightFactor } from './driver.ts';
import { libraryCandidates } from './libraries.ts';
import { addressOf, leaveSignalsToOthers, loadLibrary, type NativeFunction, type NativeLibrary } from './native.ts';
import { byPointers, CallArguments, GemmArguments } from './onednn-gemm.ts';
import { bands, bandWidth, isSmall, partsOf, plainProduct } from './parts.ts';

/** Row-major (transA, transB, M, N, K, alpha, A, lda, B, ldb, beta, C, ldc); dnnl.h, "BLAS functions". */
const SGEMM = {
  name: 'dnnl_sgemm',
  result: 'int',
  parameters: 'char char int64 int64 int64 float uint64 int64 uint64 int64 float uint64 int64'.split(' '),
};
const PLAIN = 'N'.charCodeAt(0);
const TRANSPOSED = 'T'.charCodeAt(0);

/** `dnnl::impl::cpu::sgemm_pack_get_size(…, size_t *bytes, bool *worthwhile)`, see `GemmArguments.pack`. */
const PACKED_SIZE = byPointers('_ZN4dnnl4impl3cpu19sgemm_pack_get_sizeEPKcS3_S3_PKlS5_S5_S5_S5_PmPb', 10);
/** `sgemm_pack(…, source, target)` */
const PACK = byPointers('_ZN4dnnl4impl3cpu10sgemm_packEPKcS3_S3_PKlS5_S5_S5_S5_PKfPf', 10);
/** `sgemm_compute`, see `GemmArguments.multiply`. */
const MULTIPLY = byPointers('_ZN4dnnl4impl3cpu13sgemm_computeEPKcS3_PKlS5_S5_PKfS5_S7_S5_S7_PfS5_', 12);

/** Multiply-adds of a product, 15 µs of them: a product by a packed factor takes 8 µs before it begins, others 2 µs. */
const WORTH_PACKING = 2 ** 20;

/** So many times as many rows as columns: to pack the factor is little of the product, and oneDNN pads it to 384 columns. */
const TALL = 2;

/** Parts of a packed factor begin where cache lines do. */
const LINE = 64;

/** @throws Error that says why the library can't be used */
export async function openOneDnn(
  arena: Arena,
  module: WebAssembly.Module,
  mostThreads: number,
): Promise<ProductDriver> {
  const library = await loadOneDnn();
  const address = await addressOf(arena.memory);
  const team = openTeam(arena, module, library, [SGEMM, PACK, MULTIPLY], mostThreads);
  return new OneDnnDriver(library, arena, team, address);
}

/** @throws Error that says why the library can't be used */
export async function loadOneDnn(): Promise<NativeLibrary> {
  const library = await loadLibrary(libraryCandidates('onednn'));
  // Its products take the stack pointer for a pointer into the heap: a signal meanwhile would write over other data.
  await leaveSignalsToOthers();
  return library;
}

/** A team whose threads call functions of oneDNN: as many threads as OpenMP would take, up to `mostThreads`. */
export function openTeam(
  arena: Arena,
  module: WebAssembly.Module,
  library: NativeLibrary,
  functions: readonly NativeSignature[],
  mostThreads: number,
): Team {
  const omp = { get: 'omp_get_max_threads', set: 'omp_set_num_threads' };
  const { native, threads } = library.shared(functions, omp);
  return new Team(arena, module, Math.min(threads, mostThreads), native);
}

/** "oneDNN 3.2 (2 threads)", with what is special after the version. */
export function describeOneDnn(library: NativeLibrary, { inWords }: Team, special = ''): string {
  const [major, minor] = library.integersAt(library.func('dnnl_version', 'void *', [])(), 2);
  return `oneDNN ${major}.${minor}${special} (${inWords})`;
}

class OneDnnDriver implements ProductDriver {
  readonly name = 'onednn';
  readonly packsAlways = false;
  readonly description: string;
  readonly team: Team;
  /** Kept, so that the address stays true. */
  readonly memory: WebAssembly.Memory;
  readonly #address: number;
  readonly #sgemm: SharedFunction;
  readonly #pack: SharedFunction;
  readonly #multiply: SharedFunction;
  readonly #packing: Packing;
  readonly #arguments: CallArguments;

  constructor(library: NativeLibrary, arena: Arena, team: Team, address: number) {
    this.memory = arena.memory;
    this.#address = address;
    this.#packing = new Packing(library, arena, address);
    this.team = team;
    this.#sgemm = this.team.shared(SGEMM.name);
    this.#pack = this.team.shared(PACK.name);
    this.#multiply = this.team.shared(MULTIPLY.name);
    this.#arguments = new CallArguments(arena, address, this.team);
    this.description = describeOneDnn(library, this.team);
  }

  multiply(call: Product): void {
    const threads = this.team.recording ? 1 : this.team.threads;
    const status = this.#sgemm(partsOf(call, threads).map((part) => this.#argumentsOf(part)));
    refuse(status, call);
  }

  packedParts({ m, n, k, bTransposed }: FixedProduct, threads = this.team.recording ? 1 : this.team.threads): number {
    if (m === 1 || m >= TALL * n || m * n * k < WORTH_PACKING) return 0;
    const parts = isSmall({ m, n, k }) ? 1 : threads;
    return this.#packing.of(k, bandWidth(n, parts)).isWorthwhile(bTransposed) ? parts : 0;
  }

  packedSize(k: number, n: number, parts: number): number {
    return (bands(n, parts).length * this.#packing.of(k, bandWidth(n, parts)).size) / 4;
  }

  pack(right: RightFactor, target: number, parts: number): void {
    const { k, n, b, bStride, bTransposed } = right;
    const { size } = this.#packing.of(k, bandWidth(n, parts));
    const calls = bands(n, parts).map(({ from, count }, i) => [
      ...this.#arguments.of(i).pack({ ...right, n: count }),
      this.#address + b + 4 * from * (bTransposed ? bStride : 1),
      this.#address + target + i * size,
    ]);
    refuse(this.#pack(calls), right);
  }

  multiplyPacked(call: PackedProduct): void {
    const { n, k, packed, parts } = call;
    const whole = plainProduct(call, packed);
    const size = parts === 1 ? 0 : this.#packing.of(k, bandWidth(n, parts)).size;
    const calls = bands(n, parts).map(({ from, count }, i) =>
      this.#arguments.of(i).multiply({ ...whole, n: count, b: packed + i * size, c: whole.c + 4 * from }, 'P'),
    );
    refuse(this.#multiply(calls), call);
  }

  close(): void {
    this.team.close();
  }

  #argumentsOf(part: Product): number[] {
    const { m, n, k, alpha, beta, a, aStride, aTransposed, b, bStride, bTransposed, c, cStride } = part;
    const transA = aTransposed ? TRANSPOSED : PLAIN;
    const transB = bTransposed ? TRANSPOSED : PLAIN;
    const base = this.#address;
    return [transA, transB, m, n, k, alpha, base + a, aStride, base + b, bStride, beta, base + c, cStride];
  }
}

/** What oneDNN says of packing op(B)[k, n]. */
interface PackedForm {
  /** Bytes: a multiple of LINE, enough for a factor of fewer columns too, whether op transposes or not. */
  size: number;
  /** Whether products become faster by it: its kernels read some shapes as fast as they lie, such as most of a CNN's. */
  isWorthwhile(bTransposed: boolean): boolean;
}

/** Asks oneDNN how factors are packed, once for each shape. */
class Packing {
  readonly #ask: NativeFunction;
  readonly #arguments: GemmArguments;
  readonly #address: number;
  /** Bytes, and whether it is worth while. */
  readonly #answer: BigUint64Array;
  readonly #known = new Map<number, PackedForm>();

  constructor(library: NativeLibrary, arena: Arena, address: number) {
    const { name, result, parameters } = PACKED_SIZE;
    this.#ask = library.func(name, result, parameters);
    this.#arguments = new GemmArguments(arena, address);
    const offset = arena.allocate(16);
    this.#address = address + offset;
    this.#answer = new BigUint64Array(arena.memory.buffer, offset, 2);
  }

  of(k: number, n: number): PackedForm {
    const key = k * 2 ** 26 + n;
    let form = this.#known.get(key);
    if (form === undefined) {
      const [plain, transposed] = [this.#asked(k, n, false), this.#asked(k, n, true)];
      const size = Math.ceil(Math.max(plain.bytes, transposed.bytes) / LINE) * LINE;
      form = { size, isWorthwhile: (bTransposed) => (bTransposed ? transposed : plain).isWorthwhile };
      this.#known.set(key, form);
    }
    return form;
  }

  #asked(k: number, n: number, bTransposed: boolean): { bytes: number; isWorthwhile: boolean } {
    this.#answer.fill(0n); // oneDNN writes one byte of the second
    const call = this.#arguments.pack({ k, n, b: 0, bStride: bTransposed ? k : n, bTransposed });
    refuse(Number(this.#ask(...call, this.#address, this.#address + 8)), { k, n });
    return { bytes: Number(this.#answer[0]), isWorthwhile: this.#answer[1] !== 0n };
  }
}

function refuse(status: number, { m, n, k }: { m?: number; n: number; k: number }): void {
  if (status === 0) return;
  const what = m === undefined ? `packing of [${k}, ${n}]` : `product of [${m}, ${k}] times [${k}, ${n}]`;
  throw new Error(`oneDNN's ${what} returned status ${status}`);
}
