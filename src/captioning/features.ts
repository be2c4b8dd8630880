/** A dataset's pictures as features, with their captions. Knows no captioner, and of the CNN only its interface. */

import { createHash, type Hash } from 'node:crypto';
import { counted } from '../base/counted.ts';
import { InputError } from '../base/errors.ts';
import { addTo } from '../base/lists.ts';
import { mapSteps, partOf, type Steps } from '../base/steps.ts';
import type { CaptionDataset, CaptionedPicture, Split } from '../datasets/dataset.ts';
import { captionsWhere } from '../datasets/languages.ts';
import { cachedFeatures, type ExtractionEvents } from '../vision/cached-features.ts';
import type { Cnn } from '../vision/cnn.ts';
import { type CaptionedFeatures, selectRows } from './batch.ts';

/** The pictures of a split. @throws InputError that names the dataset's splits, when this one is not among them */
export function picturesOf(dataset: CaptionDataset, split: Split): CaptionedPicture[] {
  const pictures = dataset.splits.get(split);
  if (pictures) return pictures;
  const isTooSmall = split === 'val' && dataset.splits.get('train')?.length === 1;
  throw new InputError(`the dataset ${dataset.name} has no ${split} split`, {
    found: splitsInWords(dataset),
    advice: isTooSmall ? 'From two pictures on, one is held out as val.' : undefined,
  });
}

/** The splits of a dataset with their sizes. */
export function splitsInWords({ splits }: CaptionDataset): string {
  return [...splits].map(([name, { length }]) => `${name} (${counted(length, 'picture')})`).join(', ');
}

/**
 * The features of pictures, from the cache or by the CNN, with their captions. Pictures that can't be read are left out.
 *
 * @param mirrored whether the features of the mirror images are wanted too
 * @throws InputError when no picture can be read; the reason of the signal in `events` when that stops it
 */
export async function featuresOf(
  pictures: readonly CaptionedPicture[],
  cnn: Cnn,
  mirrored: boolean,
  events: ExtractionEvents = {},
): Promise<CaptionedFeatures> {
  const extracted = await extract(pictures, cnn, mirrored, events);
  return setOf(extracted, [...extracted.pictures.keys()]);
}

/**
 * `featuresOf`, with the captions of each language in a set of their own: a picture that is described in two languages is
 * in both.
 *
 * @returns the sets by the languages' tags, in the order in which these first come; by the key undefined where the
 *   captions do not say their language
 */
export async function featuresByLanguage(
  pictures: readonly CaptionedPicture[],
  cnn: Cnn,
  mirrored: boolean,
  events: ExtractionEvents = {},
): Promise<Map<string | undefined, CaptionedFeatures>> {
  const extracted = await extract(pictures, cnn, mirrored, events);
  const rows = new Map<string | undefined, number[]>();
  for (const [row, { languages = [undefined] }] of extracted.pictures.entries()) {
    for (const language of new Set(languages)) addTo(rows, language, row);
  }
  return new Map([...rows].map(([language, ofLanguage]) => [language, setOf(extracted, ofLanguage, language)]));
}

/** Pictures that could be read, with their features. */
interface ExtractedPictures {
  pictures: CaptionedPicture[];
  features: Float32Array;
  mirrored: Float32Array | undefined;
}

/** @throws InputError as `featuresOf` does */
async function extract(
  pictures: readonly CaptionedPicture[],
  cnn: Cnn,
  mirrored: boolean,
  events: ExtractionEvents,
): Promise<ExtractedPictures> {
  const files = pictures.map(({ file }) => file);
  const collected = await cachedFeatures(files, cnn, events, { mirrored });
  const kept = [...pictures.keys()].filter((row) => !collected.skipped.has(row));
  if (kept.length === 0) {
    throw new InputError(`none of the ${pictures.length} pictures can be read`, {
      found: pictures[0] && `for example ${pictures[0].file}`,
      expected: 'JPEG, PNG, WebP, GIF, TIFF, AVIF or SVG files',
    });
  }
  return {
    pictures: kept.map((row) => pictures[row]!),
    features: selectRows(collected.features, kept, pictures.length),
    mirrored: collected.mirrored && selectRows(collected.mirrored, kept, pictures.length),
  };
}

/** Some of the pictures, with all their captions or those in one language. */
function setOf(
  { pictures, features, mirrored }: ExtractedPictures,
  rows: readonly number[],
  language?: string,
): CaptionedFeatures {
  const chosen = rows.map((row) => pictures[row]!);
  return {
    features: selectRows(features, rows, pictures.length),
    mirrored: mirrored && selectRows(mirrored, rows, pictures.length),
    captions: chosen.map((picture) =>
      language === undefined
        ? picture.captions
        : captionsWhere(picture, (_, ofCaption) => ofCaption === language).captions,
    ),
    names: chosen.map(({ id }) => id),
    files: chosen.map(({ file }) => file),
    ...(language !== undefined && { languages: chosen.map(() => language) }),
  };
}

/** A hash of the names of all pictures, and of their captions and the languages of these. */
export function* hashOfCaptionsSteps(
  sets: readonly Pick<CaptionedFeatures, 'names' | 'captions' | 'languages'>[],
): Steps<string> {
  const hash = createHash('sha256');
  for (const [i, { names, captions, languages }] of sets.entries()) {
    for (const [j, list] of [names, captions, languages].entries()) {
      if (!list) continue;
      hash.update(j === 0 ? '[' : ',');
      yield* partOf(hashListSteps(hash, list), i / sets.length, (i + 1) / sets.length);
    }
    hash.update(']');
  }
  return hash.digest('hex').slice(0, 16);
}

/** Adds a list as JSON has it, in pieces: that of a large dataset would take seconds as one text. */
function* hashListSteps(hash: Hash, list: readonly unknown[]): Steps<void> {
  hash.update('[');
  yield* mapSteps(list, (item, i) => hash.update(`${i === 0 ? '' : ','}${JSON.stringify(item)}`));
  hash.update(']');
}
