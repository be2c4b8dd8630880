/**
 * Reads a folder of pictures with a table of captions: `metadata.jsonl` or `metadata.csv` with `file_name` and `text`
 * (Hugging Face's ImageFolder), pairs in `captions.tsv`, or the `captions.txt` with `image,caption` of Flickr8k's copy on
 * Kaggle. A file name that comes again brings another caption. The split of a picture is that of the column `split`, or
 * of the folder (`train/`, `val/`, `test/`) that holds its table; the language of a caption that of the column `language`.
 */

import { dirname, join } from 'node:path';
import type { ListedPicture, ListedSplit } from './assemble.ts';
import { SPLITS, type Split } from './dataset.ts';
import { listFolder } from './files.ts';
import { captionsWhere } from './languages.ts';
import type { Oddities } from './oddities.ts';
import { PictureFinder, pictureFolders } from './pictures.ts';
import type { DatasetReader, FoundDataset } from './reader.ts';
import { readTable, SPLIT_NAMES, type TableRow } from './table-rows.ts';

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

/** Recognises a folder of pictures by its table, or by the tables in the folders of its splits. */
async function findTable(folder: string): Promise<FoundDataset | undefined> {
  const tables: Table[] = [];
  for (const [name, split] of Object.entries({ '.': 'train' as const, ...SPLIT_NAMES })) {
    const names = await listFolder(join(folder, name));
    const table = TABLES.find((table) => names.includes(table));
    if (table) tables.push({ path: join(folder, name, table), folder: name, split });
  }
  if (tables.length === 0) return undefined;
  return { format: 'table', read: (oddities, images) => readTables(tables, images ?? folder, oddities) };
}

/** The dataset of a table, named by its path. */
export function tableFile(path: string): FoundDataset {
  const table: Table = { path, folder: '.', split: 'train' };
  return { format: 'table', read: (oddities, images) => readTables([table], images ?? dirname(path), oddities) };
}

async function readTables(tables: readonly Table[], root: string, oddities: Oddities): Promise<ListedSplit[]> {
  const listed = tables.map(async ({ path, folder, split: ofFolder }) => {
    const rows = await readTable(path);
    const finder = new PictureFinder(await pictureFolders(join(root, folder)));
    return SPLITS.map((split): ListedSplit => {
      const ofSplit = rows.filter((row) => (row.split ?? ofFolder) === split);
      return { split, pictures: groupByPicture(ofSplit, oddities), finder };
    });
  });
  return (await Promise.all(listed)).flat();
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
