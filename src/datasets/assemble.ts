/**
 * Makes a `CaptionDataset` of what a reader found in a dataset's files: drops what can't be used and counts it, looks
 * for each picture on the disk, and holds out a validation split where the dataset has none. Knows no file format.
 */

import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { counted } from '../base/counted.ts';
import { InputError } from '../base/errors.ts';
import { type CaptionDataset, type CaptionedPicture, type DatasetFormat, SPLITS, type Split } from './dataset.ts';
import { listFolder } from './files.ts';
import { captionsWhere } from './languages.ts';
import { describeOddity, type Oddities } from './oddities.ts';
import type { PictureFinder } from './pictures.ts';
import { adviceOnFiles } from './unread-formats.ts';

/** A picture as a dataset's files list it, before anything is checked. */
export interface ListedPicture {
  id: string;
  /** Path relative to one of the finder's roots. */
  name: string;
  captions: string[];
  /** The language of each caption, where the dataset says it. */
  languages?: string[];
  /** Equal for two entries that are the same picture under two names. Default: the path of its file */
  identity?: string | undefined;
}

/** A split, or a part of one, as a dataset's files list it. */
export interface ListedSplit {
  split: Split;
  pictures: Iterable<ListedPicture>;
  /** Finds the files of these pictures. */
  finder: PictureFinder;
}

export interface AssembleSettings {
  name: string;
  format: DatasetFormat;
  /** Share of the training pictures that becomes `val` where the dataset has no such split, in [0, 1). */
  valShare: number;
  oddities: Oddities;
}

/**
 * The dataset of the splits that a reader has listed.
 *
 * @throws InputError when no split has a picture left, with the first that is missing and where it was looked for
 */
export async function assemble(
  listed: readonly ListedSplit[],
  { name, format, valShare, oddities }: AssembleSettings,
): Promise<CaptionDataset> {
  const splits: CaptionDataset['splits'] = new Map();
  const seen = new Set<string>();
  const missing: { name: string; finder: PictureFinder }[] = [];
  const parts = listed.map((part) => ({ ...part, pictures: [...part.pictures] }));
  const isOnly = lastNamesOf(parts.flatMap(({ pictures }) => pictures));

  for (const split of SPLITS) {
    const kept: CaptionedPicture[] = [];
    for (const { pictures, finder } of parts.filter((part) => part.split === split)) {
      for (const picture of pictures) {
        const read = {
          ...picture,
          captions: picture.captions.map((caption) => withoutHalves(caption, picture, oddities)),
        };
        const { captions, languages } = captionsWhere(read, (caption) => caption.trim() !== '');
        const blank = picture.captions.length - captions.length;
        for (let i = 0; i < blank; i++) oddities.add('empty captions skipped', picture.name);
        if (captions.length === 0) {
          oddities.add('pictures without a caption skipped', picture.name);
          continue;
        }
        const file = await finder.find(picture.name, isOnly(picture.name));
        if (file === undefined) {
          missing.push({ name: picture.name, finder });
          oddities.add('captioned pictures not on the disk, skipped', picture.name);
          continue;
        }
        const identity = picture.identity ?? resolve(file); // a table may name one by its absolute path too
        if (seen.has(identity)) {
          oddities.add('pictures listed more than once, kept once (in test before val before train)', picture.name);
          continue;
        }
        seen.add(identity);
        kept.push({ id: picture.id, file, captions, ...(languages && { languages }) });
      }
    }
    if (kept.length > 0) splits.set(split, kept);
  }

  if (splits.size === 0) throw await nothingLeft(name, missing, oddities);
  const heldOut = holdOutValidation(splits, valShare, oddities);
  const inReadingOrder = new Map([...splits].sort(([a], [b]) => SPLITS.indexOf(b) - SPLITS.indexOf(a)));
  return { name, format, splits: inReadingOrder, ...(heldOut && { valShare }), report: oddities.list() };
}

/** A half of a character that stands alone, as a program that cuts texts leaves it in JSON; and zero, which is none. */
const NO_CHARACTER = /[\ud800-\udfff\0]/gu;

/** A caption without what is no character, which is counted: it could not be written to a file. */
function withoutHalves(caption: string, { name }: ListedPicture, oddities: Oddities): string {
  const whole = caption.replace(NO_CHARACTER, '');
  if (whole !== caption) oddities.add('captions with halves of characters or zero bytes, which are left out', name);
  return whole;
}

/** Whether no other picture has the last name of a path: it may be looked for in any folder then. */
function lastNamesOf(pictures: readonly ListedPicture[]): (name: string) => boolean {
  const lastOf = (name: string) => name.split(/[\\/]/).at(-1)!;
  const counts = new Map<string, number>();
  for (const name of new Set(pictures.map((picture) => picture.name))) {
    counts.set(lastOf(name), (counts.get(lastOf(name)) ?? 0) + 1);
  }
  return (name) => counts.get(lastOf(name)) === 1;
}

/**
 * Moves the training pictures whose hashed id falls below the share to `val`, where the dataset has no such split: the
 * same pictures in every run and on every machine, whatever pictures join the dataset later. At least one is moved,
 * unless there is only one in all, or the share is 0.
 *
 * @returns whether the share was asked for: the dataset has no such split, and enough pictures for one
 */
function holdOutValidation(splits: CaptionDataset['splits'], share: number, oddities: Oddities): boolean {
  const train = splits.get('train');
  if (!train || splits.has('val') || train.length < 2) return false;
  if (share === 0) return true;
  const places = new Map(train.map((picture) => [picture, hashToUnit(picture.id)]));
  const lowest = [...places.values()].reduce((least, place) => Math.min(least, place), 1);
  const threshold = Math.max(share, lowest + 2 ** -32);
  const isHeldOut = (picture: CaptionedPicture) => places.get(picture)! < threshold;
  const val = train.filter(isHeldOut);
  splits.set('val', val);
  splits.set(
    'train',
    train.filter((picture) => !isHeldOut(picture)),
  );
  for (const { id } of val) oddities.add('training pictures held out as val, as the dataset has no val split', id);
  return true;
}

/** A number in [0, 1) that depends on the text alone. */
function hashToUnit(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE() / 2 ** 32;
}

const ADDRESS = /^(https?:)?\/\//i;
const PUT = 'Put the pictures there, or name the folder that holds them by images.';
const FETCH =
  'They are addresses: fetch the pictures first, into files of their last names, and name their folder by images.';

/** A folder's path that nobody takes for a word of the sentence: `images/` is no setting. */
const asFolder = (path: string): string => path.replace(/\/?$/, '/');

async function nothingLeft(
  name: string,
  missing: readonly { name: string; finder: PictureFinder }[],
  oddities: Oddities,
): Promise<InputError> {
  const [first] = missing;
  if (!first) {
    const found = oddities.list().map(describeOddity).join('; ') || 'no caption in its files';
    return new InputError(`${name} holds no captioned picture`, { found });
  }
  const nearest = await first.finder.nearest(first.name);
  const packed = adviceOnFiles((await Promise.all(first.finder.roots.map(listFolder))).flat());
  const what =
    missing.length === 1
      ? 'the captioned picture is not'
      : `none of the ${counted(missing.length, 'captioned picture')} is`;
  return new InputError(`${what} there`, {
    found: `no ${first.name} in ${first.finder.roots.map(asFolder).join(', ')}${nearest ? `, where the most similar name is ${nearest}` : ''}`,
    advice: packed ?? (missing.every((picture) => ADDRESS.test(picture.name)) ? FETCH : PUT),
    settings: ['images'],
  });
}
