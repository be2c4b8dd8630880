/**
 * Reads COCO captions (Lin et al. 2014, https://cocodataset.org/#format-data): a folder with
 * `annotations/captions_train2017.json`, `captions_val2017.json` (any year, or none) and the pictures in `train2017/`,
 * `images/train2017/`, `images/` or beside them. Of several years of a split it reads one. A single caption file may
 * have any name: unless its name says val or test it is for training.
 */

import { basename, dirname, join } from 'node:path';
import * as v from 'valibot';
import { kindAt } from '../base/files.ts';
import { readJson } from '../base/json.ts';
import { anyInteger } from '../base/schema.ts';
import type { ListedPicture, ListedSplit } from './assemble.ts';
import type { Split } from './dataset.ts';
import { listFolder } from './files.ts';
import type { Oddities } from './oddities.ts';
import { PictureFinder, pictureFolders } from './pictures.ts';
import type { DatasetReader, FoundDataset } from './reader.ts';

const CAPTION_FILE = /^captions_((train|val|test)(\d*))\.json$/;

/** The names that tools give to the one caption file of a dataset without splits. */
const ONLY_FILE = /^(captions|_?annotations(\.coco)?)\.json$/;

const imageId = v.union([anyInteger, v.string()]);

const cocoCaptions = v.object({
  images: v.array(v.object({ id: imageId, file_name: v.pipe(v.string(), v.nonEmpty()) })),
  annotations: v.array(v.object({ id: v.optional(imageId), image_id: imageId, caption: v.string() })),
});

interface CaptionFile {
  path: string;
  /** Such as `train2017`, which also names the folder of its pictures. */
  stem: string;
  split: Split;
  year: number;
}

export const cocoReader: DatasetReader = {
  looksFor: 'annotations/captions_train2017.json or the like (COCO)',
  find: findCoco,
};

/** Must be asked last: files of such names may hold anything. */
export const annotationsReader: DatasetReader = {
  looksFor: 'captions.json or annotations.json with images and annotations',
  find: findOnlyFile,
};

/** Recognises a COCO folder by its caption files. */
async function findCoco(folder: string): Promise<FoundDataset | undefined> {
  const files: CaptionFile[] = [];
  for (const place of [join(folder, 'annotations'), folder]) {
    for (const name of await listFolder(place)) {
      if (CAPTION_FILE.test(name)) files.push(captionFile(join(place, name)));
    }
  }
  if (files.length === 0) return undefined;
  return { format: 'coco', read: (oddities, images) => readCoco(files, images ?? folder, oddities) };
}

/** Recognises a folder by its only caption file. */
async function findOnlyFile(folder: string): Promise<FoundDataset | undefined> {
  for (const place of [join(folder, 'annotations'), folder]) {
    const name = (await listFolder(place)).find((name) => ONLY_FILE.test(name));
    if (name) return cocoFile(join(place, name));
  }
  return undefined;
}

/** The dataset of one caption file, named by its path. */
export function cocoFile(path: string): FoundDataset {
  const folder = basename(dirname(path)) === 'annotations' ? dirname(dirname(path)) : dirname(path);
  return { format: 'coco', read: (oddities, images) => readCoco([captionFile(path)], images ?? folder, oddities) };
}

function captionFile(path: string): CaptionFile {
  const [, stem = '.', split = 'train', year] = CAPTION_FILE.exec(basename(path)) ?? [];
  return { path, stem, split: split as Split, year: Number(year) };
}

async function readCoco(files: readonly CaptionFile[], root: string, oddities: Oddities): Promise<ListedSplit[]> {
  const folders = await pictureFolders(root);
  const listed: ListedSplit[] = [];
  for (const split of ['train', 'val', 'test'] as const) {
    const ofSplit = files.filter((file) => file.split === split);
    const file = await chooseYear(ofSplit, root, oddities);
    if (!file) continue;
    const { path, stem } = file;
    const finder = new PictureFinder([join(root, stem), join(root, 'images', stem), join(root, split), ...folders]);
    listed.push({ split, pictures: await readCaptionFile(path, oddities), finder });
  }
  return listed;
}

/** The newest year whose picture folder is there, else the newest: the years share pictures, so two would leak. */
async function chooseYear(
  files: readonly CaptionFile[],
  root: string,
  oddities: Oddities,
): Promise<CaptionFile | undefined> {
  const newestFirst = files.toSorted((a, b) => b.year - a.year);
  const withPictures = await Promise.all(newestFirst.map(({ stem }) => holdsPictures(root, stem)));
  const chosen = newestFirst[Math.max(0, withPictures.indexOf(true))];
  for (const file of newestFirst) {
    if (file !== chosen) oddities.add(`caption files not read, as ${chosen?.path} is`, file.path);
  }
  return chosen;
}

async function holdsPictures(root: string, stem: string): Promise<boolean> {
  const kinds = await Promise.all([kindAt(join(root, stem)), kindAt(join(root, 'images', stem))]);
  return kinds.includes('folder');
}

async function readCaptionFile(path: string, oddities: Oddities): Promise<Iterable<ListedPicture>> {
  const { images, annotations } = await readJson(path, cocoCaptions, 'COCO caption file');
  const pictures = new Map<string, ListedPicture>();
  for (const { id, file_name: name } of images) {
    if (pictures.has(String(id))) oddities.add('image ids given twice, the first kept', String(id));
    else pictures.set(String(id), { id: String(id), name, captions: [], identity: officialNumber(name) });
  }
  const seen = new Set<number | string>();
  for (const { id, image_id: imageId, caption } of annotations) {
    const picture = pictures.get(String(imageId));
    if (!picture) oddities.add('captions of unknown image ids skipped', String(imageId));
    else if (id !== undefined && seen.has(id)) oddities.add('caption ids given twice, the first kept', String(id));
    else picture.captions.push(caption);
    if (id !== undefined) seen.add(id);
  }
  return pictures.values();
}

/**
 * COCO's own pictures carry a number of twelve digits that stays the same across the years, while their splits do
 * not: `COCO_val2014_000000391895.jpg` is train2017's `000000391895.jpg`.
 */
function officialNumber(name: string): string | undefined {
  return /(\d{12})\.\w+$/.exec(name)?.[1];
}
