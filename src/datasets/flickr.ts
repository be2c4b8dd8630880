/**
 * Reads Flickr8k (Hodosh et al. 2013) and Flickr30k (Young et al. 2014) as their authors published them: a token file
 * with a line `name.jpg#0<TAB>caption` for each caption, lists with the file names of each split, a folder of pictures.
 */

import { join } from 'node:path';
import { InputError } from '../base/errors.ts';
import { addTo } from '../base/lists.ts';
import { readFilledLines } from '../base/text-file.ts';
import type { ListedPicture, ListedSplit } from './assemble.ts';
import type { Split } from './dataset.ts';
import { listFolder } from './files.ts';
import type { Oddities } from './oddities.ts';
import { PictureFinder, pictureFolders } from './pictures.ts';
import type { DatasetReader, DatasetReading, FoundDataset } from './reader.ts';

/** `Flickr8k.token.txt`, `results_20130124.token`; not `Flickr8k.lemma.token.txt`, which holds the words' stems. */
const TOKEN_FILE = /^(?!.*lemma).*\.token(\.txt)?$/i;

/** `Flickr_8k.trainImages.txt`, `flickr30k_train.txt`, `dev.txt`. */
const SPLIT_LIST = /(?:^|[._-])(train|dev|val|test)(?:images)?\.txt$/i;

const CAPTION_LINE = /^(?<name>[^\t]+?)#(?<number>\d+)\t(?<caption>.*)$/;

export const flickrReader: DatasetReader = {
  looksFor: 'Flickr8k.token.txt or another *.token file (Flickr8k, Flickr30k)',
  find: findFlickr,
};

/** Recognises a Flickr folder by its token file. */
async function findFlickr(folder: string): Promise<FoundDataset | undefined> {
  for (const place of [folder, join(folder, 'Flickr8k_text')]) {
    const names = await listFolder(place);
    const tokenFiles = names.filter((name) => TOKEN_FILE.test(name));
    if (tokenFiles[0] === undefined) continue;
    if (tokenFiles.length > 1) {
      throw new InputError(`${place} holds several token files`, {
        found: tokenFiles.join(', '),
        advice: 'Keep one of them.',
      });
    }
    const tokenFile = join(place, tokenFiles[0]);
    const lists = names
      .filter((name) => SPLIT_LIST.test(name))
      .map((name) => ({ path: join(place, name), split: splitOf(name) }));
    return { format: 'flickr', read: (reading) => readFlickr(tokenFile, lists, folder, reading) };
  }
  return undefined;
}

async function readFlickr(
  tokenFile: string,
  lists: readonly { path: string; split: Split }[],
  folder: string,
  { oddities, images = folder, encoding }: DatasetReading,
): Promise<ListedSplit[]> {
  const captions = await readTokenFile(tokenFile, oddities, encoding);
  const finder = new PictureFinder(await pictureFolders(images));
  const picture = (name: string): ListedPicture => ({ id: name, name, captions: captions.get(name) ?? [] });
  if (lists.length === 0) return [{ split: 'train', pictures: [...captions.keys()].map(picture), finder }];

  const splits: ListedSplit[] = [];
  const listed = new Set<string>();
  for (const { path, split } of lists) {
    const names = await readSplitList(path, encoding);
    splits.push({ split, pictures: names.map(picture), finder });
    for (const name of names) listed.add(name);
  }
  for (const name of captions.keys()) {
    if (!listed.has(name)) oddities.add('captioned pictures in no split list, skipped', name);
  }
  return splits;
}

/** The captions of a token file by the picture's name, in the order of the file. */
async function readTokenFile(path: string, oddities: Oddities, encoding?: string): Promise<Map<string, string[]>> {
  const lines = await readFilledLines(path, { what: 'token file', encoding });
  const read = oddities.readItems(lines, 'lines', ({ line, text }) => {
    const { name, number, caption } = CAPTION_LINE.exec(text)?.groups ?? {};
    if (name !== undefined && caption !== undefined) return { name, number, caption };
    throw new InputError(`${path} line ${line} is not a caption`, {
      found: JSON.stringify(text.slice(0, 60)),
      expected: 'name.jpg#0, a tab, the caption',
    });
  });
  const captions = new Map<string, string[]>();
  const seen = new Set<string>();
  for (const { name, number, caption } of read) {
    const key = `${name}#${number}`;
    if (seen.has(key)) {
      oddities.add('caption numbers given twice, the first kept', key);
      continue;
    }
    seen.add(key);
    addTo(captions, name, caption);
  }
  return captions;
}

/** The file names in a list; Flickr30k's lists leave the `.jpg` out. */
async function readSplitList(path: string, encoding?: string): Promise<string[]> {
  const names = (await readFilledLines(path, { what: 'split list', encoding })).map(({ text }) => text.trim());
  return names.map((name) => (/\.\w+$/.test(name) ? name : `${name}.jpg`));
}

function splitOf(listName: string): Split {
  const word = SPLIT_LIST.exec(listName)?.[1]?.toLowerCase();
  return word === 'dev' ? 'val' : (word as Split);
}
