/**
 * Matrix products whose factors are rounded to bfloat16 (8 bits of mantissa, float32's range), with sums in float32, by
 * oneDNN where the processor multiplies bfloat16 itself: twice the speed. Weights, states and gradients stay float32;
 * each factor is rounded, to nearest even, just before its product ("A Study of BFLOAT16 for Deep Learning Training",
 * Kalamkar et al. 2019).
 */
import type { Arena } from '../arena.ts';
import type { Kernels } from '../kernels.ts';
import { shareKernels } from '../shared-kernels.ts';
import type { SharedFunction, Team } from '../team.ts';
import type { PackedProduct, Product, ProductDriver, RightFactor } from './driver.ts';
import { addressOf, type NativeLibrary } from './native.ts';
import { describeOneDnn, loadOneDnn, openTeam } from './onednn.ts';
import { byPointers, CallArguments } from './onednn-gemm.ts';
import { partsOf, plainProduct } from './parts.ts';

/** `dnnl::impl::cpu::gemm_bf16bf16f32_compute`, see `GemmArguments.multiply`: what oneDNN's own matmul calls. */
const GEMM = byPointers(
  '_ZN4dnnl4impl3cpu24gemm_bf16bf16f32_computeEPKcS3_PKlS5_S5_PKNS0_10bfloat16_tES5_S8_S5_PKfPfS5_',
  12,
);

/** dnnl_types.h, `dnnl_cpu_isa_avx512_core_bf16`: the bits that every processor with bfloat16 products has. */
const ISA_BF16 = 0xe7;

/** @throws Error that says why bfloat16 can't be had */
export async function openOneDnnBf16(
  arena: Arena,
  module: WebAssembly.Module,
  mostThreads: number,
): Promise<ProductDriver> {
  const library = await loadOneDnn();
  const isa = Number(library.func('dnnl_get_effective_cpu_isa', 'int', [])());
  if ((isa & ISA_BF16) !== ISA_BF16) throw new Error('this processor has no bfloat16 products (AVX512-BF16)');
  const address = await addressOf(arena.memory);
  return new OneDnnBf16Driver(library, arena, openTeam(arena, module, library, [GEMM], mostThreads), address);
}

class OneDnnBf16Driver implements ProductDriver {
  readonly name = 'onednn-bf16';
  readonly packsAlways = false;
  readonly description: string;
  readonly team: Team;
  readonly #arena: Arena;
  readonly #kernels: Kernels;
  readonly #gemm: SharedFunction;
  readonly #arguments: CallArguments;

  constructor(library: NativeLibrary, arena: Arena, team: Team, address: number) {
    this.#arena = arena;
    this.team = team;
    this.#gemm = this.team.shared(GEMM.name);
    this.#kernels = shareKernels(this.team.kernels as unknown as Kernels, this.team);
    this.#arguments = new CallArguments(arena, address, this.team);
    this.description = describeOneDnn(library, this.team, ' bf16');
  }

  multiply(call: Product): void {
    const { m, n, k, alpha, a, aStride, aTransposed, b, bStride, bTransposed } = call;
    this.team.scratch(() => {
      const left = this.#rounded(a, aTransposed ? k : m, aTransposed ? m : k, aStride, alpha);
      const right = this.#rounded(b, bTransposed ? n : k, bTransposed ? k : n, bStride, 1);
      this.#call({ ...call, a: left, aStride: aTransposed ? m : k, b: right, bStride: bTransposed ? k : n });
    });
  }

  packedParts(): number {
    return 1;
  }

  /** The kernel rounds eight values at a time. */
  packedSize(k: number, n: number): number {
    return Math.ceil((k * n) / 8) * 4;
  }

  /** Rows of B, because a product of few rows with a transposed B takes longer. */
  pack({ k, n, b, bStride, bTransposed }: RightFactor, target: number): void {
    if (bTransposed) this.#kernels.transposeToBf16(k, n, b, bStride * 4, target);
    else this.#round(b, k, n, bStride, 1, target);
  }

  multiplyPacked(call: PackedProduct): void {
    const { m, k, a, aStride, packed } = call;
    this.team.scratch(() => {
      const left = this.#rounded(a, m, k, aStride, 1);
      this.#call({ ...plainProduct(call, packed), a: left, aStride: k });
    });
  }

  close(): void {
    this.team.close();
  }

  /** The offset of a rounded copy, times a factor. */
  #rounded(source: number, rows: number, cols: number, stride: number, factor: number): number {
    const target = this.#arena.allocate(this.packedSize(rows, cols) * 4);
    this.#round(source, rows, cols, stride, factor, target);
    return target;
  }

  #round(source: number, rows: number, cols: number, stride: number, factor: number, target: number): void {
    if (stride === cols) {
      this.#kernels.toBf16(target, source, rows * cols, factor);
      return;
    }
    for (let row = 0; row < rows; row++) {
      this.#kernels.toBf16(target + row * cols * 2, source + row * stride * 4, cols, factor);
    }
  }

  /** C = op(A) op(B) + beta C with factors of bfloat16; alpha is in them. */
  #call(whole: Product): void {
    const parts = partsOf(whole, this.team.threads, 2);
    const status = this.#gemm(parts.map((part, i) => this.#arguments.of(i).multiply(part)));
    const { m, n, k } = whole;
    if (status !== 0) throw new Error(`a bfloat16 product of [${m}, ${k}] times [${k}, ${n}] returned ${status}`);
  }
}
