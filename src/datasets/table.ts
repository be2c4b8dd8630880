/**
 * Reads a folder of pictures with a table of captions: `metadata.jsonl` or `metadata.csv` with `file_name` and `text`
 * (Hugging Face's ImageFolder), or the `captions.txt` with `image,caption` of Flickr8k's copy on Kaggle. A file name that
 * comes again brings another caption. The folder may have its pictures and tables in `train/`, `val/` and `test/`.
 */

import { join } from 'node:path';
import { z } from 'zod';
import { InputError } from '../base/errors.ts';
import { parseJson } from '../base/files.ts';
import type { ListedPicture, ListedSplit } from './assemble.ts';
import { parseCsv } from './csv.ts';
import type { Split } from './dataset.ts';
import type { Oddities } from './oddities.ts';
import { PictureFinder, pictureFolders } from './pictures.ts';
import { type DatasetReader, type FoundDataset, listFolder, readLines, readText } from './reader.ts';

const TABLES = ['metadata.jsonl', 'metadata.csv', 'captions.csv', 'captions.txt'] as const;

const SPLIT_FOLDERS: Record<string, Split> = {
  '.': 'train',
  train: 'train',
  val: 'val',
  valid: 'val',
  validation: 'val',
  dev: 'val',
  test: 'test',
};

const PICTURE_COLUMNS = ['file_name', 'image', 'image_name'];
const CAPTION_COLUMNS = ['text', 'caption', 'comment'];

const jsonRow = z.object({ file_name: z.string().min(1), text: z.union([z.string(), z.array(z.string())]) });

interface Row {
  name: string;
  captions: string[];
}

interface Table {
  path: string;
  folder: string;
  split: Split;
}

export const tableReader: DatasetReader = {
  looksFor: 'metadata.jsonl or metadata.csv with file_name and text (a folder of pictures)',
  find: findTable,
};

/** Recognises a folder of pictures by its table, or by the tables in the folders of its splits. */
async function findTable(folder: string): Promise<FoundDataset | undefined> {
  const tables: Table[] = [];
  for (const [name, split] of Object.entries(SPLIT_FOLDERS)) {
    const names = await listFolder(join(folder, name));
    const table = TABLES.find((table) => names.includes(table));
    if (table) tables.push({ path: join(folder, name, table), folder: name, split });
  }
  if (tables.length === 0) return undefined;
  return { format: 'table', read: (oddities, images) => readTables(tables, images ?? folder, oddities) };
}

async function readTables(tables: readonly Table[], root: string, oddities: Oddities): Promise<ListedSplit[]> {
  return Promise.all(
    tables.map(async ({ path, folder, split }) => {
      const rows = path.endsWith('.jsonl') ? await readJsonRows(path) : await readCsvRows(path);
      const finder = new PictureFinder(await pictureFolders(join(root, folder)));
      return { split, pictures: groupByPicture(rows, oddities), finder };
    }),
  );
}

async function readJsonRows(path: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { line, number } of await readLines(path, 'caption table')) {
    const { file_name: name, text } = parseJson(line, jsonRow, `${path} line ${number}`);
    rows.push({ name, captions: typeof text === 'string' ? [text] : text });
  }
  return rows;
}

async function readCsvRows(path: string): Promise<Row[]> {
  const [header, ...records] = parseCsv(await readText(path, 'caption table'), path);
  const columns = header?.fields.map((name) => name.trim().toLowerCase()) ?? [];
  const pictureColumn = columns.findIndex((name) => PICTURE_COLUMNS.includes(name));
  const captionColumn = columns.findIndex((name) => CAPTION_COLUMNS.includes(name));
  if (pictureColumn < 0 || captionColumn < 0) {
    throw new InputError(`${path} line 1 does not name the columns`, {
      found: header ? JSON.stringify(header.fields.join(',').slice(0, 60)) : 'an empty file',
      expected: 'file_name,text',
    });
  }
  return records.map(({ fields, line }) => {
    const name = fields[pictureColumn]?.trim();
    if (!name || fields.length !== columns.length) {
      throw new InputError(`${path} line ${line} does not fit its header`, {
        found: name ? `${fields.length} fields` : 'no file name',
        expected: `${columns.length} fields: ${columns.join(',')}`,
        advice: 'A caption that holds a comma must stand in double quotes.',
      });
    }
    return { name, captions: [fields[captionColumn] ?? ''] };
  });
}

function groupByPicture(rows: readonly Row[], oddities: Oddities): Iterable<ListedPicture> {
  const pictures = new Map<string, ListedPicture>();
  for (const { name, captions } of rows) {
    let picture = pictures.get(name);
    if (!picture) {
      picture = { id: name, name, captions: [] };
      pictures.set(name, picture);
    }
    for (const caption of captions) {
      if (picture.captions.includes(caption)) oddities.add('captions repeated for the same picture, kept once', name);
      else picture.captions.push(caption);
    }
  }
  return pictures.values();
}
