/** The engines that can be had on this machine; suites that must hold on every driver run over all of them. */
import { type Engine, openEngine } from '../../src/compute/engine.ts';
import { DRIVER_CHOICES, type DriverChoice } from '../../src/compute/product/choose.ts';
import { withRelaxedSimd } from '../compute/relaxed.ts';

const drivers = DRIVER_CHOICES.filter((choice) => choice !== 'auto');

/** Always there, and the same bits under every Node. */
export const wasm = await openEngine('wasm', 'float32', 'plain');

const relaxed = await withRelaxedSimd(() => openEngine('wasm', 'float32', 'relaxed'));

/** Both builds of the kernels, for the titles of suites. */
export const byBuild = [wasm, relaxed].map((engine) => [engine.kernelBuild, engine] as const);

/** One engine for each driver that can be had, ours among them, on both builds. */
export const engines: Engine[] = [...(await Promise.all(drivers.map(opened))), relaxed].filter(
  (engine) => engine !== undefined,
);

/** For the titles of suites: `describe.each(byDriver)('%s', (_, engine) => …)`. */
export const byDriver = engines.map(
  (engine) => [`${engine.product.driver.name}${engine === relaxed ? ', relaxed SIMD' : ''}`, engine] as const,
);

/** `byDriver` with a tolerance for each, and products that round their factors, where this machine has them. */
export async function byDriverWithBf16(exact: number, rounded: number): Promise<(readonly [string, Engine, number])[]> {
  const all = byDriver.map(([name, engine]) => [name, engine, exact] as const);
  const bf16 = await openEngine('auto', 'bf16').catch(() => undefined);
  return bf16 ? [...all, [bf16.product.driver.name, bf16, rounded]] : all;
}

async function opened(name: DriverChoice): Promise<Engine | undefined> {
  if (name === 'wasm') return wasm;
  try {
    return await openEngine(name);
  } catch {
    return undefined; // Not set up here.
  }
}
