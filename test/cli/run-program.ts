/** Runs the commands as users do, in a process of their own, as they are built. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

interface Options {
  /** Standard input; none by default. */
  input?: Uint8Array;
  /** Called with all that was written to stderr so far. */
  onStderr?: (text: string, child: { kill(signal: NodeJS.Signals): boolean }) => void;
  /** Called when the command runs. */
  onStart?: (child: { kill(signal: NodeJS.Signals): boolean }) => void;
  /** Run by the shell before the command: `ulimit -f 10`. */
  before?: string;
  /** Extracted features are kept in here. */
  cache?: string;
}

/** Runs `caption`, `lm` or `seq`; never throws for an exit code. */
export function runProgram(
  program: 'caption' | 'lm' | 'seq',
  args: readonly string[],
  options: Options = {},
): Promise<Ended> {
  const script = fileURLToPath(new URL(`../../dist/cli/${program}.js`, import.meta.url));
  const command = [process.execPath, script, ...args];
  const [file = '', ...rest] = options.before
    ? ['sh', '-c', `${options.before} && exec "$@"`, 'sh', ...command]
    : command;
  const env = { ...process.env, npm_command: undefined, ...(options.cache && { CAPTION_LM_CACHE: options.cache }) };
  const child = spawn(file, rest, { env, stdio: 'pipe' });
  options.onStart?.(child);
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    ended.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    ended.stderr += text;
    options.onStderr?.(ended.stderr, child);
  });
  child.stdin.on('error', () => {}).end(options.input);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ ...ended, code }));
  });
}

/** One line that begins with the program's name: no stack trace, nothing else. */
export function oneLine(program: 'caption' | 'lm' | 'seq', message: RegExp): RegExp {
  return new RegExp(`^${program}: (?:${message.source})[^\\n]*\\n$`);
}

/** What a command has to end with that refuses what it was given: nothing on stdout, one line on stderr. */
export function refusedBy(program: 'caption' | 'lm' | 'seq') {
  return (code: number, message: RegExp): Ended => ({
    code,
    stdout: '',
    stderr: expect.stringMatching(oneLine(program, message)),
  });
}
