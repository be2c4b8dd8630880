/** Folders, as readers of all kinds of data open them. Knows no format. */

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isPassedOver } from '../base/walk.ts';

/** The names in a folder, sorted; none where there is no such folder. */
export async function listFolder(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}

/**
 * The paths of the folders in a folder, without hidden ones and those of systems, in natural order; none where there is no
 * such folder.
 */
export async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && !isPassedOver(entry.name))
    .map(({ name }) => name)
    .sort(byNumbers)
    .map((name) => join(folder, name));
}

const natural = new Intl.Collator('en', { numeric: true });

/** Natural order, for sorting: frame-2 comes before frame-10. Names that differ are never equal. */
export function byNumbers(a: string, b: string): number {
  return natural.compare(a, b) || (a < b ? -1 : Number(a > b));
}
