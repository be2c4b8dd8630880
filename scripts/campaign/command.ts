/**
 * Runs a command as it is built, in a process of its own, and judges how it ended: exit code, signal, stack traces, lines
 * that should be one, seconds, peak memory. Knows no part of the campaign.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export type Program = 'caption' | 'lm' | 'seq';

export interface Call {
  program: Program;
  args: readonly string[];
  /** Run by the shell before the command: `ulimit -n 24`. */
  before?: string;
  /** A program that runs the command which its arguments end with: `taskset 1`. */
  within?: readonly string[];
  /** Options of Node's own. */
  node?: readonly string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Run in place of the program. */
  script?: string;
  /** Seconds after which it counts as one that hangs, and is killed. */
  patience?: number;
  /** Called when the process has started; what it returns is called when it has ended. */
  onStart?: (kill: () => void) => () => void;
}

export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  seconds: number;
  /** Most MiB of memory that the process had at once; 0 where the system does not tell. */
  peak: number;
}

/** What any command must keep to. */
export interface Limits {
  codes: readonly number[];
  seconds: number;
  /** MiB of memory. */
  peak: number;
}

export const limits: Limits = { codes: [0, 1], seconds: 30, peak: 1024 };

/** Milliseconds between two looks at its memory. */
const INTERVAL = 25;

/** Runs a command to its end. */
export function run({
  program,
  args,
  before,
  within = [],
  node = [],
  env = {},
  patience = 120,
  ...call
}: Call): Promise<Ending> {
  const { cwd, onStart, script = fileURLToPath(new URL(`../../dist/cli/${program}.js`, import.meta.url)) } = call;
  const command = [...within, process.execPath, ...node, script, ...args];
  const [file = '', ...rest] = before ? ['sh', '-c', `${before} && exec "$@"`, 'sh', ...command] : command;
  const begin = performance.now();
  const child = spawn(file, rest, { env: { ...process.env, ...env }, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = { stdout: '', stderr: '', peak: 0 };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      ended[stream] += text;
    });
  }
  const look = setInterval(() => {
    ended.peak = Math.max(ended.peak, peakOf(child.pid));
  }, INTERVAL);
  const end = setTimeout(() => child.kill('SIGKILL'), patience * 1000);
  const stop = onStart?.(() => child.kill('SIGKILL'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearInterval(look);
      clearTimeout(end);
      stop?.();
      resolve({ ...ended, code, signal, seconds: (performance.now() - begin) / 1000 });
    });
  });
}

/** The most MiB that a process had at once so far. */
function peakOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    return Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0; // it has ended, or the system has no /proc
  }
}

/** What is wrong with how a command ended, in words; nothing where it did the work or said in one line why not. */
export function faultsOf(program: Program, ending: Ending, { codes, seconds, peak }: Limits = limits): string[] {
  const { code, signal, stderr } = ending;
  const faults: string[] = [];
  if (signal) faults.push(`ended by ${signal}`);
  else if (!codes.includes(code!)) faults.push(`exit ${code}`);
  if (/this is a defect/.test(stderr)) faults.push('called a defect');
  if (/^\s+at .*[:(]\d+/m.test(stderr)) faults.push('a stack trace');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal would take for commands
  if (/[\x00-\x08\x0b-\x1f\x7f]/.test(stderr.replaceAll('\r\n', '\n'))) faults.push('control characters');
  if (code === 1 && !lastLine(stderr).startsWith(`${program}: `)) faults.push('failed without a line that says why');
  if (ending.seconds > seconds) faults.push(`${ending.seconds.toFixed(0)} s`);
  if (ending.peak > peak) faults.push(`${ending.peak.toFixed(0)} MiB`);
  return faults;
}

/** The last line that was printed. */
export function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1)!;
}
