/**
 * Patterns of files' names (globs) among arguments. Folders at their beginning that are there as they are written are no
 * part of a pattern: in `trip (2)/*.jpg` the brackets are those of a name.
 */
import { stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { escapePath, glob, isDynamicPattern } from 'tinyglobby';

/** What was found where `filesMatching` gives none. */
export const NO_MATCH = 'no file of this name, and none that matches it as a pattern';

/** Whether an argument that is no file and no folder is a pattern. */
export async function isPattern(arg: string): Promise<boolean> {
  return isDynamicPattern(arg.slice((await leadingFolder(arg)).length));
}

/**
 * The files that a pattern matches, in whatever case their names are, in the order of their paths.
 *
 * @param ignore patterns of those that are not wanted
 */
export async function filesMatching(pattern: string, ignore: string[] = []): Promise<string[]> {
  const folder = await leadingFolder(pattern);
  const escaped = escapePath(folder) + pattern.slice(folder.length);
  return (await glob(escaped, { absolute: isAbsolute(pattern), caseSensitiveMatch: false, ignore })).sort();
}

/** The longest beginning of a path that ends with `/` and is a folder; empty where there is none. */
async function leadingFolder(path: string): Promise<string> {
  for (let end = path.lastIndexOf('/'); end >= 0; end = path.lastIndexOf('/', end - 1)) {
    const folder = path.slice(0, end + 1);
    if ((await stat(folder).catch(() => undefined))?.isDirectory()) return folder;
    if (end === 0) break;
  }
  return '';
}
