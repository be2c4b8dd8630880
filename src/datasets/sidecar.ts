/**
 * Reads a folder of pictures with a text beside each, as tools that train picture generators have it: `p1.jpg` and
 * `p1.txt` (or `p1.caption`). Each line of the text is a caption. The split of a picture is that of the folder it is in.
 */

import { basename, dirname, extname, join, relative } from 'node:path';
import { InputError } from '../base/errors.ts';
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

/** A picture and the text beside it. */
interface Pair {
  picture: string;
  text: string;
}

async function findSidecars(folder: string): Promise<FoundDataset | undefined> {
  const { files } = await walk(folder, (name) => isPictureName(name) || TEXT.test(name));
  const pictures = files.filter((file) => isPictureName(basename(file)));
  // Where there are both, p1.caption is the caption, p1.txt holds tags.
  const byEnding = files.filter((file) => TEXT.test(file)).sort((a, b) => extname(b).localeCompare(extname(a)));
  const texts = new Map(byEnding.map((file) => [stemOf(file), file]));
  const pairs = pictures.flatMap((picture): Pair[] => {
    const text = texts.get(stemOf(picture)) ?? texts.get(picture.toLowerCase()); // p1.txt, or p1.jpg.txt
    return text === undefined ? [] : [{ picture, text }];
  });
  if (pairs.length === 0) return undefined;
  const paired = new Set(pairs.flatMap(({ picture, text }) => [picture, text]));
  const alone = files.filter((file) => !paired.has(file));
  return { format: 'sidecar', read: (reading) => readSidecars(pairs, alone, folder, reading) };
}

/** A path without its ending, whatever its case. */
function stemOf(path: string): string {
  return join(dirname(path), basename(path, extname(path))).toLowerCase();
}

async function readSidecars(
  pairs: readonly Pair[],
  alone: readonly string[],
  folder: string,
  { encoding, oddities, images = folder }: DatasetReading,
): Promise<ListedSplit[]> {
  const finder = new PictureFinder([images]);
  for (const file of alone) {
    const what = isPictureName(basename(file)) ? 'pictures without a text beside them' : 'texts that were not read';
    oddities.add(`${what}, skipped`, relative(folder, file));
  }
  const listed = new Map(SPLITS.map((split) => [split, [] as ListedPicture[]]));
  for (const { picture, text } of pairs) {
    const lines = await readFilledLines(text, { what: 'caption', encoding });
    const name = relative(folder, picture);
    listed.get(splitOfPath(name) ?? 'train')!.push({ id: name, name, captions: lines.map((line) => line.text.trim()) });
  }
  refuseNumbers([...listed.values()].flat(), folder);
  return [...listed].map(([split, pictures]) => ({ split, pictures, finder }));
}

/** @throws InputError when most captions are numbers: the boxes of objects, as YOLO has them, lie beside pictures too */
function refuseNumbers(pictures: readonly ListedPicture[], folder: string): void {
  const captions = pictures.flatMap((picture) => picture.captions);
  const numbers = captions.filter((caption) => /^[\d.eE+-]+(\s+[\d.eE+-]+){3,}$/.test(caption));
  if (numbers.length === 0 || numbers.length < captions.length / 2) return;
  throw new InputError(`the texts beside the pictures in ${folder} are no captions`, {
    found: `lines of numbers such as ${JSON.stringify(numbers[0]!.slice(0, 40))}, as the boxes of YOLO are written`,
    expected: 'a caption a line',
  });
}
