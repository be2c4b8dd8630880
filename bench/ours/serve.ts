import { type Engine, openEngine } from '../../src/compute/engine.ts';
import type { DriverChoice } from '../../src/compute/product/choose.ts';
import { type Step, serve } from '../racing/serve.ts';

/**
 * Our side of a race that our engine runs in.
 *
 * @param driver of `--blas`, or `bf16` @param prepare what prepares the work
 */
export function serveRace(
  driver: string | undefined,
  prepare: (engine: Engine) => (() => Step) | Promise<() => Step>,
): Promise<void> {
  return serve(async () => {
    const engine = driver === 'bf16' ? await openEngine('auto', 'bf16') : await openEngine(driver as DriverChoice);
    const step = await prepare(engine);
    return { system: `caption-lm, ${engine.product.driver.description}`, step, close: () => engine.close() };
  });
}
