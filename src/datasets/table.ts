/**
 * Reads a folder of pictures with a table of captions: `metadata.jsonl` or `metadata.csv` with `file_name` and `text`
 * (Hugging Face's ImageFolder), pairs in `captions.tsv`, or the `captions.txt` with `image,caption` of Flickr8k's copy on
 * Kaggle; or the one table in a folder, whatever it is called. A file name that comes again brings another caption. The
 * split of a picture is that of the column `split`, or of the folder (`train/`, `val/`, `test/`) that holds its table or
 * that its path begins with; the language of a caption that of the column `language`.
 */

import { basename, dirname, join, relative } from 'node:path';
import type { ListedSplit } from './assemble.ts';
import { SPLITS, type Split } from './dataset.ts';
import { foldersIn, listFolder } from './files.ts';
import { PictureFinder, pictureFolders } from './pictures.ts';
import type { DatasetReader, DatasetReading, FoundDataset } from './reader.ts';
import { SPLIT_NAMES, splitInName, splitOfPath } from './split-names.ts';
import { groupByPicture, type TableRow } from './table-columns.ts';
import { readTable, tableKind } from './table-rows.ts';

/** The usual names of tables, of which the first that is there is read. */
const TABLES = ['metadata', 'captions'].flatMap((name) => ['jsonl', 'csv', 'tsv'].map((end) => `${name}.${end}`));
TABLES.push('captions.txt');

interface Table {
  path: string;
  /** The split of rows without one of their own. */
  split: Split;
  /** Whether the table lies in the folder of its split: names are relative to that, and name no split. */
  inSplitFolder: boolean;
  /** Tables beside it that are not read. */
  unread: string[];
}

export const tableReader: DatasetReader = {
  looksFor:
    'metadata.jsonl or metadata.csv with file_name and text, captions.tsv, train.csv and val.csv (with pictures)',
  find: findTables,
};

/** Must be asked late: a folder of another format may hold a table too. */
export const onlyTableReader: DatasetReader = {
  looksFor: 'one .csv, .tsv or .jsonl of any name',
  find: async (folder) => {
    const tables = (await Promise.all([folder, ...(await foldersIn(folder))].map(tablesIn))).flat();
    const [only, ...others] = tables;
    return only === undefined || others.length > 0 ? undefined : tablesFound([ofNoSplit(only)], folder);
  },
};

/** The paths of the tables in a folder; the log of a training is none, whose model may lie in a dataset's folder. */
export async function tablesIn(folder: string): Promise<string[]> {
  const names = await listFolder(folder);
  const isTable = (name: string) => !name.startsWith('.') && name !== 'log.jsonl' && tableKind(name) !== undefined;
  return names.filter(isTable).map((name) => join(folder, name));
}

/** Recognises a folder of pictures by its table, by one for each split, or by those in the folders of its splits. */
async function findTables(folder: string): Promise<FoundDataset | undefined> {
  const tables = await usualTables(folder);
  for (const place of await foldersIn(folder)) {
    const name = basename(place).toLowerCase();
    const split = SPLIT_NAMES.get(name);
    if (split) tables.push(...(await tableOfSplit(place, split)));
    else if (name === 'annotations' && tables.length === 0) tables.push(...(await usualTables(place)));
  }
  return tables.length > 0 ? tablesFound(tables, folder) : undefined;
}

/** The table of a folder by its usual name, or else those whose names say a split. */
async function usualTables(folder: string): Promise<Table[]> {
  const table = await usualTable(folder);
  if (table) return [{ ...ofNoSplit(table.path), unread: table.unread }];
  return (await tablesIn(folder)).flatMap((path) => {
    const split = splitInName(basename(path));
    return split ? [{ ...ofNoSplit(path), split }] : [];
  });
}

/** The table in the folder of a split: by its usual name, or the only one. */
async function tableOfSplit(folder: string, split: Split): Promise<Table[]> {
  const usual = await usualTable(folder);
  const [only, ...others] = await tablesIn(folder);
  const path = usual?.path ?? (others.length === 0 ? only : undefined);
  return path === undefined ? [] : [{ path, split, inSplitFolder: true, unread: usual?.unread ?? [] }];
}

async function usualTable(folder: string): Promise<Pick<Table, 'path' | 'unread'> | undefined> {
  const names = await listFolder(folder);
  const there = TABLES.flatMap((table) =>
    names.filter((name) => name.replace(/\.gz$/i, '').toLowerCase() === table).map((name) => join(folder, name)),
  );
  const [path, ...unread] = there;
  return path === undefined ? undefined : { path, unread };
}

const ofNoSplit = (path: string): Table => ({ path, split: 'train', inSplitFolder: false, unread: [] });

function tablesFound(tables: readonly Table[], folder: string): FoundDataset {
  return { format: 'table', read: (reading) => readTables(tables, folder, reading) };
}

/** The dataset of a table, named by its path. */
export function tableFile(path: string): FoundDataset {
  return tablesFound([ofNoSplit(path)], dirname(path));
}

async function readTables(tables: readonly Table[], folder: string, reading: DatasetReading): Promise<ListedSplit[]> {
  const { images, oddities } = reading;
  const listed: ListedSplit[] = [];
  for (const { path, split: ofTable, inSplitFolder, unread } of tables) {
    for (const other of unread) oddities.add(`tables not read, as ${path} is`, other);
    const rows = await readTable(path, reading);
    const roots =
      images === undefined ? [dirname(path), folder] : [join(images, relative(folder, dirname(path))), images];
    const folders = await Promise.all([...new Set(roots)].map((root) => pictureFolders(root)));
    const finder = new PictureFinder(folders.flat());
    const splitOf = (row: TableRow) => row.split ?? (inSplitFolder ? undefined : splitOfPath(row.name)) ?? ofTable;
    for (const split of SPLITS) {
      const ofSplit = rows.filter((row) => splitOf(row) === split);
      listed.push({ split, pictures: groupByPicture(ofSplit, oddities), finder });
    }
  }
  return listed;
}
