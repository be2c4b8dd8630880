/**
 * Reads a folder of pictures with a table of captions: `metadata.jsonl` or `metadata.csv` with `file_name` and `text`
 * (Hugging Face's ImageFolder), pairs in `captions.tsv`, or the `captions.txt` with `image,caption` of Flickr8k's copy on
 * Kaggle; or the one table in a folder, whatever it is called. A file name that comes again brings another caption. The
 * split of a picture is that of the column `split`, or of the folder (`train/`, `val/`, `test/`) that holds its table or
 * that its path begins with; the language of a caption that of the column `language`.
 */

import { dirname, join } from 'node:path';
import type { ListedPicture, ListedSplit } from './assemble.ts';
import { SPLITS, type Split } from './dataset.ts';
import { foldersIn, listFolder } from './files.ts';
import { captionsWhere } from './languages.ts';
import type { Oddities } from './oddities.ts';
import { PictureFinder, pictureFolders } from './pictures.ts';
import type { DatasetReader, DatasetReading, FoundDataset } from './reader.ts';
import { SPLIT_NAMES, splitOfPath } from './split-names.ts';
import { readTable, type TableRow } from './table-rows.ts';

const TABLES = ['metadata', 'captions'].flatMap((name) => ['jsonl', 'csv', 'tsv'].map((end) => `${name}.${end}`));
TABLES.push('captions.txt');

interface Table {
  path: string;
  /** Where its pictures are, relative to the root of all. */
  folder: string;
  /** The split of rows without one of their own. */
  split: Split;
}

export const tableReader: DatasetReader = {
  looksFor: 'metadata.jsonl or metadata.csv with file_name and text, captions.tsv (a folder of pictures)',
  find: findTable,
};

/** Must be asked late: a folder of another format may hold a table too. */
export const onlyTableReader: DatasetReader = {
  looksFor: 'one .csv, .tsv or .jsonl of any name',
  find: async (folder) => {
    for (const place of [folder, ...(await foldersIn(folder))]) {
      const found = (await listFolder(place)).filter((name) => /^[^.].*\.(csv|tsv|jsonl)$/i.test(name));
      if (found.length === 1) return tableFile(join(place, found[0]!));
    }
    return undefined;
  },
};

/** Recognises a folder of pictures by its table, or by the tables in the folders of its splits. */
async function findTable(folder: string): Promise<FoundDataset | undefined> {
  const tables: Table[] = [];
  for (const [name, split] of [['.', 'train'] as const, ...SPLIT_NAMES]) {
    const names = await listFolder(join(folder, name));
    const table = TABLES.find((table) => names.includes(table));
    if (table) tables.push({ path: join(folder, name, table), folder: name, split });
  }
  if (tables.length === 0) return undefined;
  return { format: 'table', read: (reading) => readTables(tables, folder, reading) };
}

/** The dataset of a table, named by its path. */
export function tableFile(path: string): FoundDataset {
  const table: Table = { path, folder: '.', split: 'train' };
  return { format: 'table', read: (reading) => readTables([table], dirname(path), reading) };
}

async function readTables(tables: readonly Table[], beside: string, reading: DatasetReading): Promise<ListedSplit[]> {
  const { images: root = beside, oddities } = reading;
  const listed: ListedSplit[] = [];
  for (const { path, folder, split: ofTable } of tables) {
    const rows = await readTable(path, reading);
    const finder = new PictureFinder(await pictureFolders(join(root, folder)));
    const splitOf = (row: TableRow) => row.split ?? (folder === '.' ? splitOfPath(row.name) : undefined) ?? ofTable;
    for (const split of SPLITS) {
      const ofSplit = rows.filter((row) => splitOf(row) === split);
      listed.push({ split, pictures: groupByPicture(ofSplit, oddities), finder });
    }
  }
  return listed;
}

function groupByPicture(rows: readonly TableRow[], oddities: Oddities): Iterable<ListedPicture> {
  const pictures = new Map<string, ListedPicture>();
  for (const { name, captions, language } of rows) {
    let picture = pictures.get(name);
    if (!picture) {
      picture = { id: name, name, captions: [], ...(language && { languages: [] }) };
      pictures.set(name, picture);
    }
    const known = language
      ? captionsWhere(picture, (_, ofCaption) => ofCaption === language).captions
      : picture.captions;
    for (const caption of captions) {
      if (known.includes(caption)) {
        oddities.add('captions repeated for the same picture, kept once', name);
        continue;
      }
      picture.captions.push(caption);
      if (language) picture.languages!.push(language);
    }
  }
  return pictures.values();
}
