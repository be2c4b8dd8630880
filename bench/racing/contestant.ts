/**
 * A contestant of a race: a child process, in whatever language, that reads commands from its standard input and
 * answers each with one line of JSON on its standard output. What the commands are, and what they measure, is up to the
 * race.
 *
 *     → (start)           ← {"system": "PyTorch 2.9.1"}  or  {"unavailable": "no such library"}
 *     → run 2             ← {"charactersPerSecond": 48120, …}
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** Threads of every contestant. */
export const THREADS = 2;
/** Before each command: the threads of OpenMP and OpenBLAS spin for a while after their work, at the cost of the next. */
const REST_MILLISECONDS = 150;

/** The libraries take their number of threads from these; ours takes it from the processors that it may use. */
const ENVIRONMENT = { OMP_NUM_THREADS: `${THREADS}`, OPENBLAS_NUM_THREADS: `${THREADS}` };
const PINNED = process.platform === 'linux' && availableParallelism() > THREADS;

export interface Contestant {
  /** What it says it is, with its version. */
  system: string;
  /** Sends a command and waits for the answer. */
  ask<Answer>(command: string): Promise<Answer>;
  close(): void;
}

/** @throws Error that says why it can't take part */
export async function openContestant(program: string, args: readonly string[]): Promise<Contestant> {
  const [file, ...rest] = PINNED ? ['taskset', '-c', `0-${THREADS - 1}`, program, ...args] : [program, ...args];
  const child = spawn(file ?? program, rest, {
    env: { ...process.env, ...ENVIRONMENT },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const failed = once(child, 'error').then(([error]) => {
    throw error;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await Promise.race([lines.next(), failed]);
    if (done) throw new Error(`${program} has ended`);
    return JSON.parse(value);
  };
  const { system, unavailable } = await answer();
  if (unavailable) throw new Error(unavailable);
  return {
    system,
    async ask(command) {
      await sleep(REST_MILLISECONDS);
      child.stdin.write(`${command}\n`);
      return answer();
    },
    close: () => child.stdin.end(),
  };
}
