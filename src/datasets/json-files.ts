/**
 * Reads datasets whose captions stand in JSON files of other names than COCO's: one file for each split, told by the name
 * of the file or of its folder (VizWiz's `annotations/train.json`, Roboflow's `valid/_annotations.coco.json`, BLIP's
 * `train.json`, AI Challenger's `caption_train_annotations_20170902.json`), Karpathy's `dataset_*.json`, or one file for
 * all. What the files hold is told by their content.
 */

import { basename, dirname, extname, join } from 'node:path';
import { InputError } from '../base/errors.ts';
import { isPictureName } from '../base/picture-names.ts';
import type { ListedSplit } from './assemble.ts';
import { annotationFolders, cocoFile, folderOfFile } from './coco.ts';
import { SPLITS, type Split } from './dataset.ts';
import { foldersIn, listFolder } from './files.ts';
import { type JsonCaptions, readJsonCaptions } from './json-captions.ts';
import { PictureFinder, pictureFolders } from './pictures.ts';
import type { DatasetReader, DatasetReading, FoundDataset } from './reader.ts';
import { splitInName } from './split-names.ts';

/** The names that tools give to the one caption file of a dataset without splits, or of the folder of a split. */
const USUAL_NAME = /^(captions|_?annotations(\.coco)?|result|metadata)\.json(\.gz)?$/i;

/** The name of any JSON file, packed or not; and those that programs write beside data, which hold no captions. */
const JSON_NAME = /^[^.].*\.json(\.gz)?$/i;
const OTHER_JSON = /^(dataset_infos?|dataset_dict|state|package(-lock)?|config|vocabulary|license|\d+_stats)\.json$/i;

export const karpathyReader: DatasetReader = {
  looksFor: "dataset_*.json (Karpathy's splits)",
  find: findKarpathy,
};

/** Must be asked late: files of such names may hold anything. */
export const splitFilesReader: DatasetReader = {
  looksFor:
    'train.json or the like for each split, in annotations or in the folder of the split (VizWiz, Roboflow, BLIP)',
  find: findSplitFiles,
};

/** Must be asked late too. */
export const annotationsReader: DatasetReader = {
  looksFor: 'captions.json or annotations.json with images and annotations',
  find: findOnlyFile,
};

/** Must be asked last: any program writes JSON beside pictures. */
export const onlyJsonReader: DatasetReader = {
  looksFor: 'one .json of any name, or one in the folder of each split',
  find: findOnlyFiles,
};

/** The JSON files in a folder that may hold its captions; not those that say something of one picture. */
export async function jsonFilesIn(folder: string): Promise<string[]> {
  const names = await listFolder(folder);
  const stems = new Set(names.filter(isPictureName).flatMap((name) => [name, basename(name, extname(name))]));
  const isOfPicture = (name: string) => stems.has(name.replace(/(\.suppl[a-z-]*)?\.json(\.gz)?$/i, ''));
  return names.filter((name) => JSON_NAME.test(name) && !OTHER_JSON.test(name) && !isOfPicture(name));
}

/** Recognises a folder by the name of the one split file in it. */
async function findKarpathy(folder: string): Promise<FoundDataset | undefined> {
  const names = (await listFolder(folder)).filter(
    (name) => /^dataset(_\w+)?\.json(\.gz)?$/.test(name) && !OTHER_JSON.test(name),
  );
  if (names.length > 1) {
    throw new InputError(`${folder} holds several datasets`, {
      found: names.join(', '),
      advice: 'Name one of the files.',
    });
  }
  const [name] = names;
  if (name === undefined) return undefined;
  return { format: 'karpathy', read: (reading) => readFiles([{ path: join(folder, name) }], folder, reading) };
}

/** A file of captions. */
interface CaptionFile {
  path: string;
  /** That of pictures of which the file says none. Default: train */
  split?: Split | undefined;
}

async function findSplitFiles(folder: string): Promise<FoundDataset | undefined> {
  const files: CaptionFile[] = [];
  for (const place of annotationFolders(folder)) {
    for (const name of await listFolder(place)) {
      const split = JSON_NAME.test(name) ? splitInName(name) : undefined;
      if (split) files.push({ path: join(place, name), split });
    }
  }
  for (const place of await foldersIn(folder)) {
    const split = splitInName(basename(place));
    if (!split) continue;
    const names = await listFolder(place);
    const name =
      names.find((name) => USUAL_NAME.test(name)) ?? names.find((name) => /caption.*\.json(\.gz)?$/i.test(name));
    if (name) files.push({ path: join(place, name), split });
  }
  if (files.length === 0) return undefined;
  return { format: 'json', read: (reading) => readFiles(files, folder, reading) };
}

/** Recognises a folder by its only caption file. */
async function findOnlyFile(folder: string): Promise<FoundDataset | undefined> {
  for (const place of annotationFolders(folder)) {
    const name = (await listFolder(place)).find((name) => USUAL_NAME.test(name));
    if (name) return { format: 'coco', read: (reading) => readFiles([{ path: join(place, name) }], folder, reading) };
  }
  return undefined;
}

/** Recognises a folder by its only JSON file, or by that in the folder of each split, whatever they are called. */
async function findOnlyFiles(folder: string): Promise<FoundDataset | undefined> {
  const found = (files: CaptionFile[]): FoundDataset => ({
    format: 'json',
    read: (reading) => readFiles(files, folder, reading),
  });
  const [only, ...more] = await jsonFilesIn(folder);
  if (only !== undefined) return more.length > 0 ? undefined : found([{ path: join(folder, only) }]);
  const files: CaptionFile[] = [];
  for (const place of await foldersIn(folder)) {
    const split = splitInName(basename(place));
    for (const name of await jsonFilesIn(place)) files.push({ path: join(place, name), split });
  }
  if (files.length === 1) return found([{ path: files[0]!.path }]);
  const splits = new Set(files.map(({ split }) => split));
  return files.length > 0 && splits.size === files.length && !splits.has(undefined) ? found(files) : undefined;
}

/** The dataset of a JSON file, named by its path. */
export async function jsonFile(path: string, reading: DatasetReading): Promise<FoundDataset> {
  const named = cocoFile(path);
  if (named) return named;
  const captions = await readJsonCaptions(path, reading);
  return {
    format: captions.format,
    read: ({ images }) => listedSplits({ path }, captions, folderOfFile(path), images),
  };
}

async function readFiles(
  files: readonly CaptionFile[],
  folder: string,
  reading: DatasetReading,
): Promise<ListedSplit[]> {
  const listed: ListedSplit[] = [];
  for (const file of files) {
    const captions = await readJsonCaptions(file.path, reading);
    for (const split of await listedSplits(file, captions, folder, reading.images)) listed.push(split);
  }
  return listed;
}

async function listedSplits(
  { path, split: ofFile = 'train' }: CaptionFile,
  { pictures }: JsonCaptions,
  folder: string,
  images: string | undefined,
): Promise<ListedSplit[]> {
  const root = images ?? folder;
  const around = await pictureFolders(root);
  const beside = images === undefined && dirname(path) !== root ? await pictureFolders(dirname(path)) : [];
  const ofSplits = new Map<Split, string[]>();
  for (const place of await foldersIn(root)) {
    const split = splitInName(basename(place));
    if (split) ofSplits.set(split, [...(ofSplits.get(split) ?? []), ...(await pictureFolders(place))]);
  }
  return SPLITS.flatMap((split) => {
    const ofSplit = [...pictures].flatMap(([said = ofFile, listed]) => (said === split ? listed : []));
    if (ofSplit.length === 0) return [];
    const finder = new PictureFinder([...beside, ...around, ...(ofSplits.get(split) ?? [])]);
    return [{ split, pictures: ofSplit, finder }];
  });
}
