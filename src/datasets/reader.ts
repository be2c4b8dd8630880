/** What the readers of all formats have in common: how a dataset is found in a folder and how text files are read. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, reasonOf } from '../base/errors.ts';
import type { ListedSplit } from './assemble.ts';
import type { DatasetFormat } from './dataset.ts';
import type { Oddities } from './oddities.ts';

/** One format. */
export interface DatasetReader {
  /** The file by which a folder is recognised, for the error when there is none. */
  looksFor: string;
  find(folder: string): Promise<FoundDataset | undefined>;
}

/** A dataset that was recognised by the names of its files, which are not read yet. */
export interface FoundDataset {
  format: DatasetFormat;
  /** @param images folder of the pictures where they do not lie beside the captions */
  read(oddities: Oddities, images: string | undefined): Promise<ListedSplit[]>;
}

/** Names in a folder, sorted; none where the folder is not there. */
export async function listFolder(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}

const natural = new Intl.Collator('en', { numeric: true });

/** Compares names as people count: frame-2 comes before frame-10. For sorting; names that differ are never equal. */
export function byNumbers(a: string, b: string): number {
  return natural.compare(a, b) || (a < b ? -1 : Number(a > b));
}

/** The paths of the folders in a folder, but for hidden ones, in natural order; none where it is no folder. */
export async function foldersIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  return folders
    .map(({ name }) => name)
    .sort(byNumbers)
    .map((name) => join(path, name));
}

/** The text of a file without byte order mark. */
export async function readText(path: string, what: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    throw new InputError(`cannot read the ${what} ${path}`, { found: reasonOf(error), cause: error });
  }
}

/** The lines of a text file that hold anything, each with its number from 1. */
export async function readLines(path: string, what: string): Promise<{ line: string; number: number }[]> {
  const lines = (await readText(path, what)).split(/\r?\n/);
  return lines.map((line, index) => ({ line, number: index + 1 })).filter(({ line }) => line.trim() !== '');
}
