/**
 * Reads folders of pictures with a file of text for each, as tools that train picture generators have it: `p1.jpg` and
 * `p1.txt` (or `p1.caption`), or `p1.json` with such a field as a table has for captions. The text lies beside the picture,
 * or in a folder of texts where the picture is in one of pictures: `images/p1.jpg` and `captions/p1.txt`. Each line of a
 * text is a caption. The split of a picture is that of the folder it is in.
 */

import { basename, dirname, extname, join, relative } from 'node:path';
import * as v from 'valibot';
import { InputError } from '../base/errors.ts';
import { parseJson } from '../base/json.ts';
import { isPictureName } from '../base/picture-names.ts';
import { readFilledLines, readText } from '../base/text-file.ts';
import { walk } from '../base/walk.ts';
import type { ListedPicture } from './assemble.ts';
import { SPLITS, type Split } from './dataset.ts';
import { foldName, PictureFinder, picturesBelow } from './pictures.ts';
import type { DatasetReader, DatasetReading, FoundDataset } from './reader.ts';
import { splitOfPath } from './split-names.ts';
import { groupByPicture, rowsOf } from './table-columns.ts';

/** Must be asked late: it walks through the folder. */
export const sidecarReader: DatasetReader = {
  looksFor: 'pictures with a text beside each (p1.jpg, p1.txt), or in folders (images/p1.jpg, captions/p1.txt)',
  find: (folder, images) => findSidecars(folder, images, { isText: /\.(txt|caption)$/i, read: readTexts }),
};

/** Must be asked last: any program writes JSON beside pictures. */
export const jsonSidecarReader: DatasetReader = {
  looksFor: 'pictures with JSON beside each (p1.jpg, p1.json with text)',
  find: (folder, images) => findSidecars(folder, images, { isText: /\.json$/i, read: readObjects }),
};

/** What lies beside pictures. */
interface Kind {
  isText: RegExp;
  read(pairs: readonly Pair[], folder: string, reading: DatasetReading): Promise<Map<Split, ListedPicture[]>>;
}

/** A picture and its text, by their paths in the folder of pictures and in that of texts. */
interface Pair {
  picture: string;
  text: string;
}

async function findSidecars(folder: string, images: string | undefined, kind: Kind): Promise<FoundDataset | undefined> {
  const isText = (name: string) => kind.isText.test(name);
  const { files: there } = await walk(folder, (name) => isText(name) || (images === undefined && isPictureName(name)));
  const files = there.map((file) => relative(folder, file));
  const pictures =
    images === undefined
      ? files.filter((file) => isPictureName(basename(file)))
      : (await picturesBelow(images)).files.map((file) => relative(images, file));
  // Where there are both, p1.caption is the caption, p1.txt holds tags.
  const texts = files.filter(isText).sort((a, b) => extname(b).localeCompare(extname(a)));
  const places = [withoutKinds, foldName].flatMap((place) => texts.map((text) => [place(withoutEnding(text)), text]));
  const byPlace = new Map(places as [string, string][]);
  const pairs = pictures.flatMap((picture): Pair[] => {
    const names = [withoutEnding(picture), picture]; // p1.txt, or p1.jpg.txt
    const found = [...names.map(foldName), ...names.map(withoutKinds)].find((place) => byPlace.has(place));
    return found === undefined ? [] : [{ picture, text: byPlace.get(found)! }];
  });
  if (pairs.length === 0) return undefined;
  const paired = new Set(pairs.flatMap(({ picture, text }) => [picture, text]));
  const alone = new Set([...files, ...pictures].filter((file) => !paired.has(file)));
  return {
    format: 'sidecar',
    async read(reading) {
      for (const file of alone) {
        const what = isPictureName(file) ? 'pictures without a text beside them' : 'texts that were not read';
        reading.oddities.add(`${what}, skipped`, file);
      }
      const finder = new PictureFinder([reading.images ?? folder]);
      return [...(await kind.read(pairs, folder, reading))].map(([split, listed]) => ({
        split,
        pictures: listed,
        finder,
      }));
    },
  };
}

/** A path without its ending; that of a text also without what Google's export of albums puts before it. */
const withoutEnding = (path: string) =>
  join(dirname(path), basename(path, extname(path))).replace(/\.suppl[a-z-]*$/i, '');

/** Names, or parts of names, of folders that say whether pictures or texts are in them. */
const FOLDER_KIND =
  /(?<![a-z])(image|img|photo|pic|picture|jpe?g|png|caption|label|text|txt|annotation|sentence|description|prompt|json)s?(?![a-z])/gi;

/** A path without what its folders say of the kind of the file, so that it is the same for a picture and its text. */
function withoutKinds(path: string): string {
  const folders = dirname(path)
    .split('/')
    .map((name) => name.replace(FOLDER_KIND, '').replace(/^[\s_.-]+|[\s_.-]+$/g, ''));
  return foldName([...folders, basename(path)].filter((name) => name !== '').join('/'));
}

async function readTexts(pairs: readonly Pair[], folder: string, { encoding }: DatasetReading) {
  const listed = emptySplits();
  for (const { picture, text } of pairs) {
    const lines = await readFilledLines(join(folder, text), { what: 'caption', encoding });
    const captions = lines.map((line) => line.text.trim());
    listed.get(splitOfPath(picture) ?? 'train')!.push({ id: picture, name: picture, captions });
  }
  refuseNumbers([...listed.values()].flat(), folder);
  return listed;
}

const emptySplits = () => new Map(SPLITS.map((split) => [split, [] as ListedPicture[]]));

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

async function readObjects(pairs: readonly Pair[], folder: string, reading: DatasetReading) {
  const { encoding, oddities, columns } = reading;
  const files: { picture: string; path: string; content: string }[] = [];
  for (const { picture, text } of pairs) {
    const path = join(folder, text);
    files.push({ picture, path, content: await readText(path, { what: 'caption', encoding }) });
  }
  const records = oddities.readItems(files, 'files', ({ picture, path, content }) => ({
    at: path,
    fields: [['file_name', picture] as const, ...fieldsOf(parseJson(content, v.unknown(), `the file ${path}`))],
  }));
  const rows = rowsOf(records, 'the file', { ...reading, columns: { text: columns?.text } });
  const listed = emptySplits();
  for (const [split, pictures] of listed) {
    const ofSplit = rows.filter((row) => (row.split ?? splitOfPath(row.name) ?? 'train') === split);
    pictures.push(...groupByPicture(ofSplit, oddities));
  }
  return listed;
}

/** What JSON says of its picture: the fields of an object, less the picture's own name; or captions alone. */
function fieldsOf(value: unknown): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [['text', value]];
  return Object.entries(value).filter(([, field]) => typeof field !== 'string' || !isPictureName(basename(field)));
}
