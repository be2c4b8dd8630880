/**
 * What a model computes on: one arena, the kernels and the matrix products on it. It knows no model, and of the threads
 * only how many there are.
 */
import { Arena } from './arena.ts';
import { compileKernels, fastestBuild, instantiateKernels, type KernelBuild, type Kernels } from './kernels.ts';
import { type Attempt, type DriverChoice, openProduct, type Precision } from './product/choose.ts';
import type { MatrixProduct } from './product/product.ts';
import { shareKernels } from './shared-kernels.ts';
import { MOST_THREADS, type Team } from './team.ts';

/** One memory, the kernels and the matrix products on it. One engine serves many models. */
export interface Engine {
  readonly arena: Arena;
  readonly kernels: Kernels;
  readonly product: MatrixProduct;
  /** What the factors of products are rounded to. */
  readonly precision: Precision;
  readonly kernelBuild: KernelBuild;
  /** How many parts of a piece of work can be done at once. */
  readonly threads: number;
  /** Does `work` for each of so many parts, all at once; see `Team.together`. */
  readonly together: Team['together'];
  /** One line for the user: which matrix product is used, and how to get a faster one. */
  readonly notice: string;
  /** The drivers that were tried, the last one in use. */
  readonly tried: readonly Attempt[];
  /** Ends the worker threads. The engine must not be used afterwards. */
  close(): void;
}

/**
 * Opens an engine.
 *
 * @param blas the matrix product: a driver by name, or `auto` for the fastest that passes its self-test
 * @param precision what the factors of products are rounded to; `bf16` is for training, with oneDNN alone
 * @param kernelBuild of the kernels, and of our own matrix product; `plain` computes the same bits under every Node and in
 *   every browser
 * @param mostThreads that share its work, where there are so many
 * @throws InputError when a driver asked for by name can't be had
 */
export async function openEngine(
  blas: DriverChoice = 'auto',
  precision: Precision = 'float32',
  kernelBuild: KernelBuild = fastestBuild(),
  mostThreads = MOST_THREADS,
): Promise<Engine> {
  const arena = new Arena();
  const module = await compileKernels(arena.shared, kernelBuild);
  const { product, notice, tried } = await openProduct(arena, module, blas, precision, mostThreads);
  const { team } = product.driver;
  const own = instantiateKernels(module, arena.memory);
  const kernels = team ? shareKernels(own, team) : own;
  const threads = team?.threads ?? 1;
  const together: Team['together'] = team ? team.together.bind(team) : oneAfterAnother;
  return {
    arena,
    kernels,
    product,
    precision,
    kernelBuild,
    threads,
    together,
    notice,
    tried,
    close: () => product.close(),
  };
}

const oneAfterAnother: Team['together'] = (shares, work) => {
  for (let share = 0; share < shares; share++) work(share);
};
