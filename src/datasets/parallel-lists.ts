/**
 * Reads two lists that belong together line by line, one of pictures, one of captions: SBU's
 * `SBU_captioned_photo_dataset_urls.txt` and `…_captions.txt` (Ordonez et al. 2011), `filenames.txt` and `captions.txt`.
 */

import { join } from 'node:path';
import { counted } from '../base/counted.ts';
import { InputError } from '../base/errors.ts';
import { readLines, readTextPieces } from '../base/text-file.ts';
import type { ListedSplit } from './assemble.ts';
import { firstLineOf } from './delimited.ts';
import { listFolder } from './files.ts';
import { PictureFinder, pictureFolders } from './pictures.ts';
import type { DatasetReader, DatasetReading, FoundDataset } from './reader.ts';
import { groupByPicture, isHeader, isPictureReference, pairOfFields } from './table-columns.ts';
import { DELIMITERS } from './table-rows.ts';

/** The name of a list of pictures, and of one of captions. */
const PICTURES =
  /(^|[_.-])(image_?|file_?|picture_?|photo_?)?(urls?|links?|images?|files?|names?|paths?|ids)\.txt(\.gz)?$/i;
const CAPTIONS = /(^|[_.-])(captions?|texts?|sentences?|descriptions?)\.txt(\.gz)?$/i;

export const parallelListsReader: DatasetReader = {
  looksFor: 'a list of pictures and one of captions, line by line (urls.txt, captions.txt)',
  find: findLists,
};

async function findLists(folder: string): Promise<FoundDataset | undefined> {
  const names = await listFolder(folder);
  const captions = names.filter((name) => CAPTIONS.test(name)).map((name) => join(folder, name));
  const pictures = names.filter((name) => PICTURES.test(name)).map((name) => join(folder, name));
  const [list, ...otherLists] = pictures;
  const [texts, ...otherTexts] = captions;
  if (list === undefined || texts === undefined || otherLists.length + otherTexts.length > 0) return undefined;
  if (!isPictureReference(await firstLine(list)) || isTable(await firstLine(texts))) return undefined;
  return { format: 'table', read: (reading) => readLists(list, texts, folder, reading) };
}

/** Empty for a file that can't be read, of which its reader tells. */
async function firstLine(path: string): Promise<string> {
  try {
    for await (const piece of readTextPieces(path)) if (piece !== '') return firstLineOf(piece).trim();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
  return '';
}

/** Whether a line is of a table of pictures and captions, which may be called captions.txt too. */
function isTable(line: string): boolean {
  return [...DELIMITERS, ' '].some((sign) => {
    const fields = line.split(sign).map((field) => field.trim());
    return isHeader(fields) || pairOfFields(fields) !== undefined;
  });
}

async function readLists(list: string, texts: string, folder: string, reading: DatasetReading): Promise<ListedSplit[]> {
  const { encoding, images = folder, oddities } = reading;
  const names = await readLines(list, { what: 'list of pictures', encoding });
  const captions = await readLines(texts, { what: 'list of captions', encoding });
  if (names.length !== captions.length) {
    throw new InputError(`${list} and ${texts} do not belong together line by line`, {
      found: `${names.length.toLocaleString('en')} and ${counted(captions.length, 'line')}`,
    });
  }
  const rows = names.map(({ line, text: name }, i) => ({
    at: `line ${line}`,
    name: name.trim(),
    captions: [captions[i]!.text.trim()],
    split: undefined,
    language: undefined,
  }));
  const finder = new PictureFinder(await pictureFolders(images));
  return [{ split: 'train', pictures: groupByPicture(rows, oddities), finder }];
}
