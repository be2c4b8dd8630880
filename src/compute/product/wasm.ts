/**
 * Our own matrix product (`kernels/product.ts`) on worker threads over the shared memory of the arena: always there, on
 * every platform, with nothing to install.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Arena } from '../arena.ts';
import type { PackedProduct, Product, ProductDriver, RightFactor } from './driver.ts';

/** What this driver uses of the compiled kernels. */
export interface ProductKernels {
  productScratch(threads: number): number;
  productStart(threads: number, scratch: number): void;
  productStop(): void;
  productTranspose(k: number, n: number, b: number, bRow: number, target: number): void;
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

/** More threads than this wait for the memory, not for the processor. */
const MOST_THREADS = 16;

/** How long a worker may take to come up before the work goes on without waiting for it. */
const PATIENCE = 2000;

/**
 * All that a worker does; the loop that takes part in products is in the module itself. A piece of text needs no file
 * of its own to be found from `src`, from `dist` and from an installed package alike.
 */
const WORKER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { module, memory, index } = workerData;
  const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports;
  parentPort.postMessage('ready');
  try {
    kernels.productServe(index);
  } catch (error) {
    kernels.productFail();
    throw error;
  }
`;

/**
 * Starts the worker threads, which end with the process and do not keep it alive. Where none can be started, the
 * calling thread does all the work.
 *
 * @param module the compiled kernels
 */
export async function openWasm(
  arena: Arena,
  module: WebAssembly.Module,
  threads = Math.min(availableParallelism(), MOST_THREADS),
): Promise<ProductDriver> {
  const kernels = productKernels(module, arena);
  kernels.productStart(threads, arena.matrix(1, kernels.productScratch(threads)).offset);
  const indices = Array.from({ length: threads - 1 }, (_, i) => i + 1);
  const started = await Promise.all(indices.map((index) => startWorker(module, arena.memory, index)));
  const running = 1 + started.filter(Boolean).length;
  return new WasmDriver(kernels, running);
}

/** The kernels, instantiated for the calling thread. */
export function productKernels(module: WebAssembly.Module, { memory }: Arena): ProductKernels {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as ProductKernels;
}

function startWorker(module: WebAssembly.Module, memory: WebAssembly.Memory, index: number): Promise<boolean> {
  return new Promise((resolve) => {
    let worker: Worker;
    try {
      // No options of the main program: a loader for TypeScript would only delay the start.
      worker = new Worker(WORKER, {
        eval: true,
        execArgv: [],
        workerData: { module, memory, index },
      });
    } catch {
      resolve(false);
      return;
    }
    const settle = (isRunning: boolean) => {
      clearTimeout(timer);
      worker.unref();
      resolve(isRunning);
    };
    const timer = setTimeout(settle, PATIENCE, false);
    worker.once('message', () => {
      worker.removeAllListeners('error'); // from here on an error is a defect, not a thread that can't be had
      settle(true);
    });
    worker.once('error', () => settle(false));
  });
}

class WasmDriver implements ProductDriver {
  readonly name = 'wasm';
  readonly description: string;
  readonly #kernels: ProductKernels;

  constructor(kernels: ProductKernels, threads: number) {
    this.#kernels = kernels;
    this.description = `wasm (${threads} ${threads === 1 ? 'thread' : 'threads'})`;
  }

  multiply(call: Product): void {
    const { m, n, k, alpha, beta, a, aTransposed, aStride, b, bTransposed, bStride, c, cStride } = call;
    const aRow = aTransposed ? 4 : aStride * 4;
    const aCol = aTransposed ? aStride * 4 : 4;
    const bRow = bTransposed ? 4 : bStride * 4;
    const bCol = bTransposed ? bStride * 4 : 4;
    this.#kernels.productMultiply(m, n, k, alpha, a, aRow, aCol, b, bRow, bCol, beta, c, cStride * 4);
  }

  packs(): boolean {
    return true;
  }

  packedSize(k: number, n: number): number {
    return this.#kernels.productPackedSize(k, n);
  }

  pack({ k, n, b, bStride, bTransposed }: RightFactor, target: number): void {
    this.#kernels.productPack(k, n, b, bTransposed ? 4 : bStride * 4, bTransposed ? bStride * 4 : 4, target);
  }

  multiplyPacked({ m, n, k, alpha, beta, a, aStride, packed, c, cStride }: PackedProduct): void {
    this.#kernels.productPacked(m, n, k, alpha, a, aStride * 4, 4, packed, beta, c, cStride * 4);
  }

  close(): void {
    this.#kernels.productStop();
  }
}
