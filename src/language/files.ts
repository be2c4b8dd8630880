/** Which files a text is made of. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { glob } from 'tinyglobby';
import { InputError } from '../base/errors.ts';

/**
 * The files of a text: those that are named, and for a folder all in it, at any depth, in the order of their names.
 * Names that begin with a dot are left out.
 *
 * @throws InputError when a folder has none
 */
export async function textFilesOf(paths: readonly string[]): Promise<string[]> {
  const files = await Promise.all(
    paths.map(async (path) => {
      const found = await stat(path).catch(() => undefined); // reading it says what is wrong
      return found?.isDirectory() ? filesBelow(path) : [path];
    }),
  );
  return files.flat();
}

async function filesBelow(folder: string): Promise<string[]> {
  const names = await glob('**', { cwd: folder });
  if (names.length > 0) return names.sort().map((name) => join(folder, name));
  throw new InputError(`no text in the folder ${folder}`, { expected: 'a folder with text files' });
}
