/** Runs the examples as their headers say. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { inject } from 'vitest';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** Features that other tests have computed are not computed again. */
export const cached = { ...process.env, CAPTION_LM_CACHE: inject('features') };

/**
 * What an example prints, run as its header says; fails unless it ends with 0. The package that it imports is `src`: tsx
 * goes by the paths in tsconfig.json.
 */
export async function run([example, ...args]: [string, ...string[]], env = process.env): Promise<string> {
  const command = ['--import', import.meta.resolve('tsx'), join('examples', `${example}.ts`), ...args];
  const { stdout } = await promisify(execFile)(process.execPath, command, {
    cwd: repository,
    env,
  });
  return stdout;
}
