/** A dataset's pictures as features, with their captions. Knows no captioner, and of the CNN only its interface. */
import { createHash } from 'node:crypto';
import { InputError } from '../base/errors.ts';
import type { CaptionDataset, CaptionedPicture, Split } from '../datasets/dataset.ts';
import { cachedFeatures, type ExtractionEvents } from '../vision/cached-features.ts';
import type { Cnn } from '../vision/cnn.ts';
import type { CaptionedFeatures } from './batch.ts';

/** The pictures of a split. @throws InputError that names the dataset's splits, when this one is not among them */
export function picturesOf(dataset: CaptionDataset, split: Split): CaptionedPicture[] {
  const pictures = dataset.splits.get(split);
  if (pictures) return pictures;
  throw new InputError(`the dataset ${dataset.name} has no ${split} split`, {
    found: splitsInWords(dataset),
  });
}

/** The splits of a dataset with their sizes. */
export function splitsInWords({ splits }: CaptionDataset): string {
  return [...splits].map(([name, { length }]) => `${name} (${length} pictures)`).join(', ');
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
  const D = cnn.featureSize;
  const files = pictures.map(({ file }) => file);
  const collected = await cachedFeatures(files, cnn, events, { mirrored });
  const kept = pictures.flatMap((picture, row) => (collected.skipped.has(row) ? [] : [{ picture, row }]));
  if (kept.length === 0) {
    throw new InputError(`none of the ${pictures.length} pictures can be read`, {
      found: pictures[0] && `for example ${pictures[0].file}`,
      expected: 'JPEG, PNG, WebP, GIF, TIFF, AVIF or SVG files',
    });
  }
  const select = (features: Float32Array): Float32Array => {
    if (kept.length === pictures.length) return features;
    const selected = new Float32Array(kept.length * D);
    for (const [i, { row }] of kept.entries()) selected.set(features.subarray(row * D, (row + 1) * D), i * D);
    return selected;
  };
  return {
    features: select(collected.features),
    mirrored: collected.mirrored && select(collected.mirrored),
    captions: kept.map(({ picture }) => picture.captions),
    names: kept.map(({ picture }) => picture.id),
    files: kept.map(({ picture }) => picture.file),
  };
}

/** A hash of the names of all pictures and of their captions. */
export function hashOfCaptions(sets: readonly Pick<CaptionedFeatures, 'names' | 'captions'>[]): string {
  const hash = createHash('sha256');
  for (const { names, captions } of sets) hash.update(JSON.stringify([names, captions]));
  return hash.digest('hex').slice(0, 16);
}
