/**
 * Opens the matrix products of an arena on the fastest driver that can be had and that passes the self-test. It knows
 * drivers by name, not how they multiply.
 */
import { InputError, reasonOf } from '../../base/errors.ts';
import { sharesMemory } from '../../base/platform.ts';
import type { Arena } from '../arena.ts';
import { MOST_THREADS } from '../team.ts';
import type { DriverName, ProductDriver } from './driver.ts';
import { NATIVE_DRIVERS } from './native-drivers.ts';
import { MatrixProduct } from './product.ts';
import { selfTest } from './self-test.ts';
import { openWasm, threadsOn } from './wasm.ts';

/** All values of `--blas`. */
export const DRIVER_CHOICES = ['auto', 'onednn', 'openblas', 'accelerate', 'wasm'] as const;
export type DriverChoice = (typeof DRIVER_CHOICES)[number];

/** All values of `--precision`: what the factors of a product are rounded to. */
export const PRECISIONS = ['float32', 'bf16'] as const;
export type Precision = (typeof PRECISIONS)[number];

/** A driver that was tried, and why it is not used where it is not. */
export interface Attempt {
  name: DriverName;
  failure?: string;
}

export interface OpenedProduct {
  product: MatrixProduct;
  /** One line for people: "matrix products: oneDNN 3.2 (2 threads)". */
  notice: string;
  /** What was tried, in order; the last one is in use. */
  tried: Attempt[];
}

const SETUP = '`npm run setup:native` in a clone, `caption setup` in an installed package';

/**
 * @param module the compiled kernels
 * @param choice `auto` for the fastest, or a driver by name
 * @param precision `bf16` has one driver alone, oneDNN's
 * @param mostThreads that share the products, where there are so many
 * @throws InputError when a driver asked for by name can't be had: why, and what to do
 */
export async function openProduct(
  arena: Arena,
  module: WebAssembly.Module,
  choice: DriverChoice = 'auto',
  precision: Precision = 'float32',
  mostThreads = MOST_THREADS,
): Promise<OpenedProduct> {
  if (precision === 'bf16') return openBf16(arena, module, choice, mostThreads);
  const tried: Attempt[] = [];
  const automatic = NATIVE_DRIVERS.filter((driver) => driver.automatic).map(({ name }) => name);
  for (const name of choice === 'auto' ? [...automatic, 'wasm' as const] : [choice]) {
    try {
      const product = await openTested(arena, module, name, mostThreads);
      tried.push({ name });
      return { product, notice: noticeOf(product, choice, tried), tried };
    } catch (error) {
      const failure = reasonOf(error);
      tried.push({ name, failure });
      if (choice !== 'auto') throw unavailable(name, failure, error);
    }
  }
  // Our own product needs nothing from outside: that it fails is a defect.
  throw new Error(`no matrix product works: ${tried.map(({ name, failure }) => `${name}: ${failure}`).join('; ')}`);
}

async function openBf16(
  arena: Arena,
  module: WebAssembly.Module,
  choice: DriverChoice,
  mostThreads: number,
): Promise<OpenedProduct> {
  const advice = 'Use precision float32.';
  const settings = ['precision', 'blas'];
  if (choice !== 'auto' && choice !== 'onednn') {
    throw new InputError(`precision bf16 can't be had from blas ${choice}`, { expected: 'onednn', advice, settings });
  }
  const name = 'onednn-bf16';
  try {
    const product = await openTested(arena, module, name, mostThreads);
    return { product, notice: noticeOf(product, choice, []), tried: [{ name }] };
  } catch (cause) {
    throw new InputError("precision bf16 can't be used", {
      settings,
      found: reasonOf(cause),
      expected: 'a processor with AVX512-BF16 or AMX, and oneDNN as the setup brings it',
      advice: `${advice} oneDNN is set up by ${SETUP}.`,
      cause,
    });
  }
}

async function openTested(
  arena: Arena,
  module: WebAssembly.Module,
  name: DriverName,
  mostThreads: number,
): Promise<MatrixProduct> {
  const driver = await openDriver(arena, module, name, mostThreads);
  const product = new MatrixProduct(arena, driver);
  try {
    selfTest(arena, product);
  } catch (error) {
    driver.close();
    throw error;
  }
  return product;
}

/** @throws Error that says why the driver can't be had */
export async function openDriver(
  arena: Arena,
  module: WebAssembly.Module,
  name: DriverName,
  mostThreads = MOST_THREADS,
): Promise<ProductDriver> {
  if (name === 'wasm') return openWasm(arena, module, threadsOn(arena, mostThreads));
  const native = NATIVE_DRIVERS.find((driver) => driver.name === name);
  if (!native)
    throw new Error(NATIVE_DRIVERS.length > 0 ? 'no driver of this name' : 'a browser has no native libraries');
  return native.open(arena, module, mostThreads);
}

function noticeOf({ driver }: MatrixProduct, choice: DriverChoice, tried: readonly Attempt[]): string {
  const notice = `matrix products: ${driver.description}`;
  if (choice !== 'auto' || driver.name !== 'wasm') return notice;
  if (!sharesMemory) return `${notice}; a page that is cross-origin isolated has all threads`;
  if (NATIVE_DRIVERS.length === 0) return notice;
  const setUp = NATIVE_DRIVERS.filter((driver) => driver.isSetUp()).map(({ name }) => name);
  const broken = tried.find(({ name }) => setUp.includes(name));
  if (broken) return `${notice}; ${broken.name} is set up but can't be used: ${broken.failure}`;
  return `${notice}; a library that is two to three times as fast can be set up: ${SETUP}`;
}

function unavailable(name: DriverName, failure: string, cause: unknown): InputError {
  const advice =
    name === 'accelerate'
      ? 'It is part of macOS only. Use blas auto.'
      : `Set it up (${SETUP}), or use blas auto, which takes the fastest that is there.`;
  return new InputError(`the matrix products of ${name} can't be used`, {
    found: failure,
    advice,
    settings: ['blas'],
    cause,
  });
}
