/**
 * Reads COCO captions (Lin et al. 2014, https://cocodataset.org/#format-data): a folder with
 * `annotations/captions_train2017.json`, `captions_val2017.json` (any year, or none) and the pictures in `train2017/`,
 * `images/train2017/`, `images/` or beside. Of several years per split it reads one. A single caption file may have any
 * name: what it does not call train, val or test is for training.
 */

import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as v from 'valibot';
import { readJson } from '../base/json.ts';
import { anyInteger } from '../base/schema.ts';
import type { ListedPicture, ListedSplit } from './assemble.ts';
import type { Split } from './dataset.ts';
import type { Oddities } from './oddities.ts';
import { PictureFinder, pictureFolders } from './pictures.ts';
import { type DatasetReader, type FoundDataset, listFolder } from './reader.ts';

const CAPTION_FILE = /^captions_((train|val|test)(\d*))\.json$/;

/** What tools call the one file of a dataset without splits. */
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

/** To be asked last: files of such names may hold anything. */
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

/** The dataset of a caption file that is named itself. */
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
    const file = await chooseYear(
      files.filter((file) => file.split === split),
      root,
      oddities,
    );
    if (!file) continue;
    const finder = new PictureFinder([
      join(root, file.stem),
      join(root, 'images', file.stem),
      join(root, split),
      ...folders,
    ]);
    listed.push({ split, pictures: await readCaptionFile(file.path, oddities), finder });
  }
  return listed;
}

/** The newest year whose picture folder is there, else the newest: the years share pictures, so two would leak. */
async function chooseYear(files: CaptionFile[], root: string, oddities: Oddities): Promise<CaptionFile | undefined> {
  const newestFirst = files.sort((a, b) => b.year - a.year);
  let chosen = newestFirst[0];
  for (const file of newestFirst.toReversed()) {
    const folders = [join(root, file.stem), join(root, 'images', file.stem)];
    const there = await Promise.all(
      folders.map((path) =>
        stat(path).then(
          () => true,
          () => false,
        ),
      ),
    );
    if (there.includes(true)) chosen = file;
  }
  for (const file of files) {
    if (file !== chosen) oddities.add(`caption files not read, as ${chosen?.path} is`, file.path);
  }
  return chosen;
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
