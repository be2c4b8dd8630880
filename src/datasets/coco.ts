/**
 * Reads COCO captions (Lin et al. 2014, https://cocodataset.org/#format-data): a folder with
 * `annotations/captions_train2017.json`, `captions_val2017.json` (any year, or none) and the pictures in `train2017/`,
 * `images/train2017/`, `images/` or beside them. Of several years of a split it reads one.
 */

import { basename, dirname, join } from 'node:path';
import { kindAt } from '../base/files.ts';
import type { ListedSplit } from './assemble.ts';
import type { Split } from './dataset.ts';
import { listFolder } from './files.ts';
import { readJsonCaptions } from './json-captions.ts';
import type { Oddities } from './oddities.ts';
import { PictureFinder, pictureFolders } from './pictures.ts';
import type { DatasetReader, DatasetReading, FoundDataset } from './reader.ts';

const CAPTION_FILE = /^captions_((train|val|test)(\d*))\.json(\.gz)?$/;

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

/** Where caption files lie: an archive that is unpacked into a folder of its name has them one deeper. */
export function annotationFolders(folder: string): string[] {
  return [join(folder, 'annotations'), folder, join(folder, 'annotations', 'annotations')];
}

/** Recognises a COCO folder by its caption files. */
async function findCoco(folder: string): Promise<FoundDataset | undefined> {
  const files: CaptionFile[] = [];
  for (const place of annotationFolders(folder)) {
    for (const name of await listFolder(place)) {
      if (CAPTION_FILE.test(name)) files.push(captionFile(join(place, name)));
    }
  }
  if (files.length === 0) return undefined;
  return { format: 'coco', read: (reading) => readCoco(files, folder, reading) };
}

/** The dataset of a file with COCO's name. */
export function cocoFile(path: string): FoundDataset | undefined {
  if (!CAPTION_FILE.test(basename(path))) return undefined;
  return { format: 'coco', read: (reading) => readCoco([captionFile(path)], folderOfFile(path), reading) };
}

/** The folder of the dataset that a file belongs to, which may lie in any of its `annotationFolders`. */
export function folderOfFile(path: string): string {
  const folder = dirname(path);
  return basename(folder) === 'annotations' ? folderOfFile(folder) : folder;
}

function captionFile(path: string): CaptionFile {
  const [, stem = '.', split = 'train', year] = CAPTION_FILE.exec(basename(path)) ?? [];
  return { path, stem, split: split as Split, year: Number(year) };
}

async function readCoco(
  files: readonly CaptionFile[],
  folder: string,
  reading: DatasetReading,
): Promise<ListedSplit[]> {
  const { images: root = folder, oddities } = reading;
  const folders = await pictureFolders(root);
  const listed: ListedSplit[] = [];
  for (const split of ['train', 'val', 'test'] as const) {
    const ofSplit = files.filter((file) => file.split === split);
    const file = await chooseYear(ofSplit, root, oddities);
    if (!file) continue;
    const finder = new PictureFinder([...picturePlaces(root, file.stem), join(root, split), ...folders]);
    const { pictures } = await readJsonCaptions(file.path, reading);
    listed.push({ split, pictures: [...pictures.values()].flat(), finder });
  }
  return listed;
}

/** Where the pictures of a split lie that has this name: `train2017`. */
function picturePlaces(root: string, name: string): string[] {
  return [join(root, name), join(root, 'images', name), join(root, name, name)];
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
  const kinds = await Promise.all(picturePlaces(root, stem).map((place) => kindAt(place)));
  return kinds.includes('folder');
}
