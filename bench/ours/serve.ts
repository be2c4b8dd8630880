/** Our side of a race: answers `steps COUNT` and `run SECONDS` with speed and loss. */
import { createInterface } from 'node:readline';
import { reasonOf } from '../../src/base/errors.ts';
import { type Engine, openEngine } from '../../src/compute/engine.ts';
import type { DriverChoice } from '../../src/compute/product/choose.ts';

/** What a step of work did: the tokens that it learned or wrote, and the sum of their losses in nats. */
export interface Step {
  sum: number;
  tokens: number;
}

interface Contestant {
  /** What it is, with its version. */
  system: string;
  /** Does one step of work. */
  step(): Step | Promise<Step>;
  close(): void;
}

/** @param driver of `--blas`, or `bf16` @param prepare what prepares the work */
export async function serveRace(driver: string | undefined, prepare: (engine: Engine) => () => Step) {
  await serve(async () => {
    const engine = driver === 'bf16' ? await openEngine('auto', 'bf16') : await openEngine(driver as DriverChoice);
    const system = `caption-lm, ${engine.product.driver.description}`;
    return { system, step: prepare(engine), close: () => engine.close() };
  });
}

/** @param prepare throws where it can't take part */
export async function serve(prepare: () => Promise<Contestant>) {
  try {
    const contestant = await prepare();
    answer({ system: contestant.system });
    await answerCommands(contestant);
    contestant.close();
  } catch (error) {
    answer({ unavailable: reasonOf(error) });
  }
}

async function answerCommands(contestant: Contestant): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, argument] = line.split(' ');
    const [most, seconds] = command === 'run' ? [Infinity, Number(argument)] : [Number(argument), Infinity];
    let [count, elapsed, done, loss] = [0, 0, 0, Number.NaN];
    const start = performance.now();
    do {
      const { sum, tokens } = await contestant.step();
      loss = sum / tokens;
      done += tokens;
      elapsed = (performance.now() - start) / 1000;
      count++;
    } while (count < most && elapsed < seconds);
    answer({ perSecond: done / elapsed, stepMs: (elapsed / count) * 1000, loss });
  }
}

function answer(value: object): void {
  console.log(JSON.stringify(value));
}
