/**
 * Reads a folder of pictures with a text beside each, as tools that train picture generators have it: `p1.jpg` and
 * `p1.txt` (or `p1.caption`). Each line of the text is a caption. The split of a picture is that of the folder it is in.
 */

import { basename, dirname, extname, join, relative } from 'node:path';
import { readFilledLines } from '../base/text-file.ts';
import { walk } from '../base/walk.ts';
import type { ListedPicture, ListedSplit } from './assemble.ts';
import { SPLITS } from './dataset.ts';
import { isPictureName, PictureFinder } from './pictures.ts';
import type { DatasetReader, DatasetReading, FoundDataset } from './reader.ts';
import { splitOfPath } from './split-names.ts';

const TEXT = /\.(txt|caption)$/i;

/** Must be asked last: it walks through the folder. */
export const sidecarReader: DatasetReader = {
  looksFor: 'pictures with a text beside each (p1.jpg, p1.txt)',
  find: findSidecars,
};

async function findSidecars(folder: string): Promise<FoundDataset | undefined> {
  const { files } = await walk(folder, (name) => isPictureName(name) || TEXT.test(name));
  const texts = new Map(files.filter((file) => TEXT.test(file)).map((file) => [stemOf(file), file]));
  const pairs = files
    .filter((file) => isPictureName(basename(file)))
    .flatMap((picture) => {
      const text = texts.get(stemOf(picture)) ?? texts.get(picture); // p1.txt, or p1.jpg.txt
      return text === undefined ? [] : [{ picture, text }];
    });
  if (pairs.length === 0) return undefined;
  return { format: 'sidecar', read: (reading) => readSidecars(pairs, folder, reading) };
}

/** A path without its ending. */
function stemOf(path: string): string {
  return join(dirname(path), basename(path, extname(path)));
}

async function readSidecars(
  pairs: readonly { picture: string; text: string }[],
  folder: string,
  { encoding, images = folder }: DatasetReading,
): Promise<ListedSplit[]> {
  const finder = new PictureFinder([images]);
  const listed = new Map(SPLITS.map((split) => [split, [] as ListedPicture[]]));
  for (const { picture, text } of pairs) {
    const lines = await readFilledLines(text, { what: 'caption', encoding });
    const name = relative(folder, picture);
    listed.get(splitOfPath(name) ?? 'train')!.push({ id: name, name, captions: lines.map((line) => line.text.trim()) });
  }
  return [...listed].map(([split, pictures]) => ({ split, pictures, finder }));
}
