/** The engines that can be had on this machine; suites that must hold on every driver run over all of them. */
import { type Engine, openEngine } from '../../src/compute/engine.ts';
import { DRIVER_CHOICES, type DriverChoice } from '../../src/compute/product/choose.ts';

const drivers = DRIVER_CHOICES.filter((choice) => choice !== 'auto');

/** Always there. */
export const wasm = await openEngine('wasm');

/** One engine for each driver that can be had, ours among them. */
export const engines: Engine[] = (await Promise.all(drivers.map(opened))).filter((engine) => engine !== undefined);

/** For the titles of suites: `describe.each(byDriver)('%s', (_, engine) => …)`. */
export const byDriver = engines.map((engine) => [engine.product.driver.name, engine] as const);

async function opened(name: DriverChoice): Promise<Engine | undefined> {
  if (name === 'wasm') return wasm;
  try {
    return await openEngine(name);
  } catch {
    return undefined; // Not set up here.
  }
}
