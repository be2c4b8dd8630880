/**
 * A contestant of a race: a child process, in whatever language, that reads commands from its standard input and
 * answers each with one line of JSON on its standard output. What the commands are, and what they measure, is up to the
 * race.
 *
 *     → (start)           ← {"system": "PyTorch 2.9.1"}  or  {"unavailable": "no such library"}
 *     → run 2             ← {"perSecond": 48120, …}
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** Before each command: the threads of OpenMP and OpenBLAS spin for a while after their work, at the cost of the next. */
const REST_MILLISECONDS = 150;

export interface Contestant {
  /** What it says it is, with its version. */
  system: string;
  /** Sends a command and waits for the answer. */
  ask<Answer>(command: string): Promise<Answer>;
  /** The most memory that it has had resident, in MB; undefined where the system does not say (Linux does). */
  peakMemory(): number | undefined;
  close(): void;
}

/**
 * @param threads that it may have. The libraries take their number from variables; ours takes it from the processors
 *   that it may use, of which Linux can be told
 * @throws Error that says why it can't take part
 */
export async function openContestant(program: string, args: readonly string[], threads: number): Promise<Contestant> {
  const pinned = process.platform === 'linux' && availableParallelism() > threads;
  const [file, ...rest] = pinned ? ['taskset', '-c', `0-${threads - 1}`, program, ...args] : [program, ...args];
  const child = spawn(file ?? program, rest, {
    env: { ...process.env, OMP_NUM_THREADS: `${threads}`, OPENBLAS_NUM_THREADS: `${threads}` },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const failed = once(child, 'error').then(([error]) => {
    throw error;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await Promise.race([lines.next(), failed]);
    if (done) throw new Error(`${program} has ended`);
    const { unavailable, ...answered } = JSON.parse(value);
    if (unavailable) throw new Error(unavailable);
    return answered;
  };
  const { system } = await answer();
  return {
    system,
    async ask(command) {
      await sleep(REST_MILLISECONDS);
      child.stdin.write(`${command}\n`);
      return answer();
    },
    peakMemory: () => peakMemoryOf(child.pid),
    close: () => child.stdin.end(),
  };
}

function peakMemoryOf(process: number | undefined): number | undefined {
  try {
    const [, kilobytes] = readFileSync(`/proc/${process}/status`, 'latin1').match(/^VmHWM:\s+(\d+) kB/m) ?? [];
    return kilobytes ? Math.round(Number(kilobytes) / 1000) : undefined;
  } catch {
    return undefined;
  }
}
