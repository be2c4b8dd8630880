/** Running other programs: Python, npm, a compiler. Knows not what they are run for. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../base/errors.ts';

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** What the user can do when the program fails. */
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
    const shell = process.platform === 'win32' && program === 'npm'; // a script there, which only a shell runs
    const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 2 ** 26, shell };
    execFile(program, args, options, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const output = stderr.trim() || stdout.trim() || error.message;
      const found = output.split('\n').slice(-QUOTED).join(' | ');
      reject(new InputError(`${[program, ...args.slice(0, 3)].join(' ')} failed`, { found, advice, cause: error }));
    });
  });
}

/**
 * Installs a package, without running its scripts, into a new folder of its own.
 *
 * @param requirement its name and version as npm takes them
 * @returns the folder, which has a node_modules
 */
export async function npmInstall(requirement: string, folder: string, advice: string): Promise<string> {
  await mkdir(folder);
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', requirement];
  await run('npm', install, { cwd: folder, advice });
  return folder;
}
