/**
 * Our own matrix product (`kernels/product.ts`) on worker threads over the memory of the arena, or on one thread where
 * that is not shared: always there, on every platform and in a browser, with nothing to install.
 */
import { threadsAllowed } from '../../base/platform.ts';
import type { Arena } from '../arena.ts';
import { MOST_THREADS, type SharedFunction, Team } from '../team.ts';
import type { PackedProduct, Product, ProductDriver, RightFactor } from './driver.ts';

/** What this driver uses of the compiled kernels. */
export interface ProductKernels {
  productScratch(threads: number): number;
  productStart(threads: number, scratch: number): void;
  productPackedSize(k: number, n: number): number;
  productPack(k: number, n: number, b: number, bRow: number, bCol: number, target: number): void;
  productPacked(
    m: number,
    n: number,
    k: number,
    alpha: number,
    a: number,
    aRow: number,
    aCol: number,
    packed: number,
    beta: number,
    c: number,
    cRow: number,
  ): void;
  productMultiply(
    m: number,
    n: number,
    k: number,
    alpha: number,
    a: number,
    aRow: number,
    aCol: number,
    b: number,
    bRow: number,
    bCol: number,
    beta: number,
    c: number,
    cRow: number,
  ): void;
}

/**
 * Opens the driver once its threads have come up. Where none can be started, the calling thread does all the work.
 *
 * @param module the compiled kernels
 */
export async function openWasm(
  arena: Arena,
  module: WebAssembly.Module,
  threads = threadsOn(arena, MOST_THREADS),
): Promise<ProductDriver> {
  const team = new Team(arena, module, threads);
  const kernels = team.kernels as unknown as ProductKernels;
  kernels.productStart(threads, arena.matrix(1, kernels.productScratch(threads)).offset);
  await team.start();
  return new WasmDriver(kernels, team);
}

/** How many threads can work on an arena, up to `most`. */
export function threadsOn({ shared }: Arena, most: number): number {
  return shared ? Math.min(threadsAllowed(), most) : 1;
}

class WasmDriver implements ProductDriver {
  readonly name = 'wasm';
  readonly packsAlways = true;
  readonly description: string;
  readonly team: Team;
  readonly #kernels: ProductKernels;
  /** The product by a packed factor on the thread that calls it: (m, n, k, a, aRow, packed, beta, c, cRow). */
  readonly #packedAlone: SharedFunction;

  constructor(kernels: ProductKernels, team: Team) {
    this.#kernels = kernels;
    this.team = team;
    this.#packedAlone = team.shared('productPackedAlone');
    this.description = `wasm (${team.inWords})`;
  }

  multiply(call: Product): void {
    if (this.team.recording) throw new Error('only products by fixed factors can be recorded');
    const { m, n, k, alpha, beta, a, aTransposed, aStride, b, bTransposed, bStride, c, cStride } = call;
    const aRow = aTransposed ? 4 : aStride * 4;
    const aCol = aTransposed ? aStride * 4 : 4;
    const bRow = bTransposed ? 4 : bStride * 4;
    const bCol = bTransposed ? bStride * 4 : 4;
    this.#kernels.productMultiply(m, n, k, alpha, a, aRow, aCol, b, bRow, bCol, beta, c, cStride * 4);
  }

  packedParts(): number {
    return 1;
  }

  packedSize(k: number, n: number): number {
    return this.#kernels.productPackedSize(k, n);
  }

  pack({ k, n, b, bStride, bTransposed }: RightFactor, target: number): void {
    this.#kernels.productPack(k, n, b, bTransposed ? 4 : bStride * 4, bTransposed ? bStride * 4 : 4, target);
  }

  multiplyPacked({ m, n, k, beta, a, aStride, packed, c, cStride }: PackedProduct): void {
    if (this.team.recording) this.#packedAlone([[m, n, k, a, aStride * 4, packed, beta, c, cStride * 4]]);
    else this.#kernels.productPacked(m, n, k, 1, a, aStride * 4, 4, packed, beta, c, cStride * 4);
  }

  close(): void {
    this.team.close();
  }
}
