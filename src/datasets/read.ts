/** Reads a caption dataset of any known format, which is recognised by what the folder holds. */

import { stat } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { InputError, reasonOf } from '../base/errors.ts';
import { isPictureName } from '../base/picture-names.ts';
import { isPassedOver } from '../base/walk.ts';
import { assemble } from './assemble.ts';
import { cocoReader } from './coco.ts';
import type { CaptionDataset } from './dataset.ts';
import { foldersIn, listFolder } from './files.ts';
import { flickrReader } from './flickr.ts';
import { listedIn } from './in-language.ts';
import {
  annotationsReader,
  jsonFile,
  jsonFilesIn,
  karpathyReader,
  onlyJsonReader,
  splitFilesReader,
} from './json-files.ts';
import { Oddities } from './oddities.ts';
import { parallelListsReader } from './parallel-lists.ts';
import type { ColumnNames, DatasetReading, FoundDataset } from './reader.ts';
import { jsonSidecarReader, sidecarReader } from './sidecar.ts';
import { onlyTableReader, tableFile, tableReader, tablesIn } from './table.ts';
import { tableKind } from './table-rows.ts';
import { adviceOnFiles } from './unread-formats.ts';

export interface ReadSettings {
  /** Folder of the pictures. Default: they lie beside the captions */
  images?: string | undefined;
  /**
   * Share of the training pictures held out as `val` where the dataset has no such split, in [0, 1); 0 for a dataset that
   * is only learned from. Default: 0.1
   */
  valShare?: number | undefined;
  /**
   * The language of the captions, by its tag; of a dataset that says the language of each caption those in this one are
   * read. Default: all, in the languages that the dataset says, if any
   */
  language?: string | undefined;
  /** Of the text files: `windows-1252` or the like. Default: UTF-8, or what their first bytes say */
  encoding?: string | undefined;
  /** Names of a table's columns, where they are not usual ones. */
  columns?: ColumnNames | undefined;
}

/** In the order in which they are asked: a Flickr8k folder may hold Karpathy's file of the same pictures too. */
const READERS = [
  cocoReader,
  flickrReader,
  parallelListsReader,
  tableReader,
  karpathyReader,
  splitFilesReader,
  annotationsReader,
  onlyTableReader,
  sidecarReader,
  onlyJsonReader,
  jsonSidecarReader,
];

/**
 * Reads the captions of a dataset and finds its pictures; opens no picture.
 *
 * @param path a folder in COCO's, Flickr8k's or Flickr30k's layout, or of pictures with a table of captions; or one file
 *   with all captions: a COCO caption file, one of Karpathy's split files, a table
 * @throws InputError when no known dataset is there, a file is broken, no caption is in the language or none of the
 *   pictures is on the disk. What is wrong with single pictures or captions is skipped and counted in the dataset's report
 */
export async function readCaptionDataset(path: string, settings: ReadSettings = {}): Promise<CaptionDataset> {
  const { images, valShare = 0.1, language, encoding, columns } = settings;
  if (!(valShare >= 0 && valShare < 1)) {
    throw new InputError('the share of pictures held out as val is out of range', {
      found: String(valShare),
      expected: 'a number between 0 and 1, or 0',
    });
  }
  if (images !== undefined && !(await isFolder(images, 'folder of pictures'))) {
    throw new InputError(`${images} is not a folder of pictures`, { found: 'a file' });
  }
  const oddities = new Oddities();
  const reading: DatasetReading = { oddities, images, encoding, columns };
  const found = (await isFolder(path, 'dataset'))
    ? await recogniseFolder(path, images)
    : await recogniseFile(path, reading);
  const listed = await found.read(reading);
  const name = basename(resolve(path)).replace(/\.(json|jsonl|jsonlines|csv|tsv|txt)(\.gz)?$/i, '');
  const chosen = language === undefined ? listed : listedIn(language, listed, name);
  return assemble(chosen, { name, format: found.format, valShare, oddities });
}

async function isFolder(path: string, what: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw new InputError(`cannot read the ${what} ${path}`, { found: reasonOf(error), cause: error });
  }
}

async function recogniseFolder(folder: string, images: string | undefined): Promise<FoundDataset> {
  for (const place of await placesOf(folder)) {
    for (const reader of READERS) {
      const found = await reader.find(place, images);
      if (found) return found;
    }
  }
  const inside = await foldersIn(folder);
  const files = (await Promise.all([folder, ...inside].map(captionFilesIn))).flat();
  if (files.length > 1) {
    throw new InputError(`${folder} holds several files that may hold its captions`, {
      found: summarise(files.map((file) => relative(folder, file))),
      advice: 'Name one of them, and the folder of the pictures by images.',
      settings: ['images'],
    });
  }
  const names = await listFolder(folder);
  const all = (await Promise.all(inside.map((place) => listFolder(place)))).flat();
  const advice = adviceOnFiles([...names, ...all]);
  const isPacked = advice !== undefined && ![...names, ...all].some(isPictureName); // what layout it has is to be seen then
  throw new InputError(`${folder} holds no caption dataset that is known here`, {
    found: summarise(names),
    expected: isPacked ? undefined : READERS.map(({ looksFor }) => looksFor).join('; '),
    advice,
  });
}

async function captionFilesIn(folder: string): Promise<string[]> {
  return [...(await tablesIn(folder)), ...(await jsonFilesIn(folder)).map((name) => join(folder, name))];
}

/** Files that tell people about a dataset. */
const ABOUT = /^(readme|licen[cs]e|changelog|citation|copying|notice)|\.md$/i;

/**
 * A folder, and the one folder in it, if it holds nothing else but what tells about it: archives are often unpacked into a
 * folder of their name, and published datasets have all in `data`.
 */
async function placesOf(folder: string): Promise<string[]> {
  const names = (await listFolder(folder)).filter((name) => !isPassedOver(name) && !ABOUT.test(name));
  const [only, ...others] = await foldersIn(folder);
  return only !== undefined && others.length === 0 && names.length === 1
    ? [folder, ...(await placesOf(only))]
    : [folder];
}

/** @throws InputError unless the file holds all captions of a dataset */
async function recogniseFile(path: string, reading: DatasetReading): Promise<FoundDataset> {
  const name = basename(path).replace(/\.gz$/i, '');
  if (tableKind(name) || /^captions\.txt$/i.test(name)) return tableFile(path);
  if (/\.json$/i.test(name)) return jsonFile(path, reading);
  if (/\.token(\.txt)?$/.test(name)) {
    throw new InputError(`${path} is one file of a dataset`, { advice: 'Name the folder that holds the dataset.' });
  }
  throw new InputError(`${path} is not a caption dataset`, {
    found: 'a file',
    expected: "a folder, a COCO caption file, one of Karpathy's split files, or a .csv, .tsv or .jsonl of captions",
    advice: adviceOnFiles([name]) ?? 'Its name tells how it is read: let it end in .json, .jsonl, .csv or .tsv.',
  });
}

function summarise(names: readonly string[]): string {
  if (names.length === 0) return 'an empty folder';
  const first = names.slice(0, 6).join(', ');
  return names.length > 6 ? `${first} and ${names.length - 6} more` : first;
}
