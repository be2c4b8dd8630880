/** Folders, as readers of all kinds of data open them. Knows no format. */

import { readdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { kindAt } from '../base/files.ts';
import { isPassedOver } from '../base/walk.ts';

/** The names in a folder, sorted; none where there is no such folder. */
export async function listFolder(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}

/**
 * The paths of the folders in a folder, without hidden ones and those of systems, in natural order; none where there is no
 * such folder. Links are followed to folders elsewhere.
 *
 * @param onLink told the paths of links that are not followed: to one of these folders, or to one that they are in
 */
export async function foldersIn(folder: string, onLink?: (path: string) => void): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const seen = entries.filter((entry) => !isPassedOver(entry.name));
  const folders = seen.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
  const links = seen.filter((entry) => entry.isSymbolicLink()).map(({ name }) => join(folder, name));
  if (links.length > 0) {
    const above = await realpath(folder);
    const known = new Set(await Promise.all(folders.map((path) => realpath(path))));
    for (const link of links.sort(byNumbers)) {
      if ((await kindAt(link)) !== 'folder') continue;
      const real = await realpath(link);
      if (known.has(real) || real === above || above.startsWith(real === sep ? sep : `${real}${sep}`)) onLink?.(link);
      else folders.push(link);
      known.add(real);
    }
  }
  return folders.sort(byNumbers);
}

const natural = new Intl.Collator('en', { numeric: true });

/** Natural order, for sorting: frame-2 comes before frame-10. Names that differ are never equal. */
export function byNumbers(a: string, b: string): number {
  return natural.compare(a, b) || (a < b ? -1 : Number(a > b));
}
