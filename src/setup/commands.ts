/** Running other programs: Python, npm, a compiler. */
import { execFile } from 'node:child_process';
import { InputError } from '../base/errors.ts';

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** What to say when it fails. */
  advice: string;
}

/** Lines of a failed program's output that are quoted: the last ones say what went wrong. */
const QUOTED = 3;

/**
 * Runs a program and returns what it printed on stdout.
 *
 * @throws InputError that quotes the end of its output when it fails, or says that it is missing
 */
export function run(program: string, args: readonly string[], { cwd, env, advice }: RunOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 2 ** 26 };
    execFile(program, args, options, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const output = stderr.trim() || stdout.trim() || error.message;
      const found = output.split('\n').slice(-QUOTED).join(' | ');
      reject(new InputError(`${[program, ...args.slice(0, 3)].join(' ')} failed`, { found, advice, cause: error }));
    });
  });
}
