/** A contestant's side of a race: answers `steps COUNT` and `run SECONDS` with how fast it was and what it found. */
import { createInterface } from 'node:readline';
import { reasonOf } from '../../src/base/errors.ts';

/** What a step of work did. */
export interface Step {
  /** How much of what the race counts, such as characters. */
  done: number;
  /** What must be alike for all contestants, by name: the loss in nats, or scores. */
  found: Record<string, number>;
}

export interface Contest {
  /** What takes part, with its version. */
  system: string;
  step(): Step | Promise<Step>;
  close?(): void;
}

/** @param prepare what prepares the work; why it can't is the answer when it throws */
export async function serve(prepare: () => Promise<Contest>): Promise<void> {
  try {
    const { system, step, close } = await prepare();
    answer({ system });
    for await (const line of createInterface({ input: process.stdin })) answer(await obey(line, step));
    close?.();
  } catch (error) {
    answer({ unavailable: reasonOf(error) });
  }
}

async function obey(line: string, step: Contest['step']) {
  const [command, argument] = line.split(' ');
  const [most, seconds] = command === 'run' ? [Infinity, Number(argument)] : [Number(argument), Infinity];
  let [count, elapsed, amount] = [0, 0, 0];
  let last: Step['found'] = {};
  for (const start = performance.now(); count < most && elapsed < seconds; count++) {
    const { done, found } = await step();
    amount += done;
    last = found;
    elapsed = (performance.now() - start) / 1000;
  }
  return { perSecond: amount / elapsed, stepMs: (elapsed / count) * 1000, found: last };
}

function answer(value: object): void {
  console.log(JSON.stringify(value));
}
