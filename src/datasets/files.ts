/** Folders and text files, as readers of all kinds of data open them. Knows no format. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, reasonOf } from '../base/errors.ts';

/** The names in a folder, sorted; none where there is no such folder. */
export async function listFolder(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}

/** The paths of the folders in a folder, without hidden ones, in natural order; none where there is no such folder. */
export async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort(byNumbers)
    .map((name) => join(folder, name));
}

const natural = new Intl.Collator('en', { numeric: true });

/** Natural order, for sorting: frame-2 comes before frame-10. Names that differ are never equal. */
export function byNumbers(a: string, b: string): number {
  return natural.compare(a, b) || (a < b ? -1 : Number(a > b));
}

/**
 * The text of a UTF-8 file, without byte order mark.
 *
 * @param what the file is, for the error: 'caption table'
 * @throws InputError when it can't be read
 */
export async function readText(path: string, what = 'file'): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    throw new InputError(`cannot read the ${what} ${path}`, { found: reasonOf(error), cause: error });
  }
}

/** A line of a text file. */
export interface NumberedLine {
  /** Its number, from 1. */
  line: number;
  text: string;
}

/** The lines of a UTF-8 file. @throws InputError as `readText` does */
export async function readLines(path: string, what?: string): Promise<NumberedLine[]> {
  const lines = (await readText(path, what)).split(/\r?\n/).map((text, i) => ({ line: i + 1, text }));
  if (lines.at(-1)?.text === '') lines.pop();
  return lines;
}

/** The lines of a UTF-8 file that are not blank. @throws InputError as `readText` does */
export async function readFilledLines(path: string, what?: string): Promise<NumberedLine[]> {
  return (await readLines(path, what)).filter(({ text }) => text.trim() !== '');
}
