import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { InputError, reasonOf } from './errors.ts';

/**
 * Writes a file so that a reader, a full disk or a killed process never sees half of it: to a temporary name beside
 * it, flushed to the disk, then renamed. Makes the folder where there is none.
 *
 * @param content all of it, or its parts one after another
 * @throws InputError that names the file when it can't be written, or what the parts throw; what stood there before is
 *   untouched
 */
export async function writeFileAtomically(
  path: string,
  content: string | Uint8Array | readonly Uint8Array[] | AsyncIterable<Uint8Array>,
): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      const parts = typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
      for await (const part of parts) await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new InputError(`cannot write ${path}`, {
      found: reasonOf(error),
      advice: 'Check the free space and the permissions of the folder; what stood there before is untouched.',
      cause: error,
    });
  }
}

/**
 * Reads and checks a JSON file.
 *
 * @throws InputError that names the file and the first field that is wrong
 */
export async function readJson<T>(path: string, schema: v.GenericSchema<unknown, T>, what = 'file'): Promise<T> {
  let text: string;
  try {
    text = (await readFile(path, 'utf8')).replace(/^\uFEFF/, ''); // a byte order mark is no JSON
  } catch (error) {
    throw new InputError(`cannot read the ${what} ${path}`, { found: reasonOf(error), cause: error });
  }
  return parseJson(text, schema, `the ${what} ${path}`);
}

/** Parses and checks JSON text; `name` says in the error where it came from. */
export function parseJson<T>(text: string, schema: v.GenericSchema<unknown, T>, name: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${name} is not valid JSON`, { found: reasonOf(error), cause: error });
  }
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  const where = path ? `at ${path}` : 'at the top';
  throw new InputError(`${name} does not hold what it should`, { found: `${where}: ${issue.message}` });
}

/** The folder for what can be made again: extracted features, native libraries. `CAPTION_LM_CACHE` names another. */
export function cacheFolder(...parts: string[]): string {
  const root =
    process.env['CAPTION_LM_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'caption-lm');
  return join(root, ...parts);
}
