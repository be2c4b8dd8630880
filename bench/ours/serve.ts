/** Our side of a race of trainings: answers `update COUNT` and `run SECONDS` with speed and loss. */
import { createInterface } from 'node:readline';
import { reasonOf } from '../../src/base/errors.ts';
import { type Engine, openEngine } from '../../src/compute/engine.ts';
import type { DriverChoice } from '../../src/compute/product/choose.ts';

/** What an update did: the sum of its losses in nats, and the tokens that it learned. */
export interface Update {
  sum: number;
  tokens: number;
}

/** @param driver of `--blas`, or `bf16` @param training what makes an update */
export async function serveTraining(driver: string | undefined, training: (engine: Engine) => () => Update) {
  try {
    const engine = driver === 'bf16' ? await openEngine('auto', 'bf16') : await openEngine(driver as DriverChoice);
    const update = training(engine);
    answer({ system: `caption-lm, ${engine.product.driver.description}` });
    await serve(update);
    engine.close();
  } catch (error) {
    answer({ unavailable: reasonOf(error) });
  }
}

async function serve(update: () => Update): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, argument] = line.split(' ');
    const [most, seconds] = command === 'run' ? [Infinity, Number(argument)] : [Number(argument), Infinity];
    let [count, elapsed, learned, loss] = [0, 0, 0, Number.NaN];
    for (const start = performance.now(); count < most && elapsed < seconds; count++) {
      const { sum, tokens } = update();
      loss = sum / tokens;
      learned += tokens;
      elapsed = (performance.now() - start) / 1000;
    }
    answer({ perSecond: learned / elapsed, stepMs: (elapsed / count) * 1000, loss });
  }
}

function answer(value: object): void {
  console.log(JSON.stringify(value));
}
