/**
 * From pictures to feature vectors: reading, decoding and looking into the cache run ahead of the CNN, in bounded
 * memory however many pictures there are. Knows no captions, and what a CNN is only by its interface.
 */
import { InputError } from '../base/errors.ts';
import { nextTurn } from '../base/platform.ts';
import { Random } from '../base/random.ts';
import { ahead } from './ahead.ts';
import { augment, augmentationDefaults } from './augment.ts';
import type { Cnn } from './cnn.ts';
import { decodePicture } from './decode.ts';
import type { View } from './feature-cache.ts';
import { mirror, type PictureLimits, type Pixels, pictureLimits } from './pixels.ts';
import { nameOfPicture, pictureBytes } from './read-picture.ts';
import { openViewCaches, type ViewCaches } from './view-caches.ts';

/** A file's path, or a picture's bytes with a name for messages. */
export type PictureSource = string | { name: string; bytes: Uint8Array };

export interface ExtractOptions {
  /** The folder of the feature cache, usually `cacheFolder('features')`. Default: none, everything is computed. */
  cache?: string;
  /** Also the features of the mirror image. Default: false */
  mirrored?: boolean;
  /**
   * Also the features of so many random views of each picture, which are the same whenever it comes; they go to the cache
   * alone, which must be there. Default: 0
   */
  augmented?: number;
  /** Pictures that go through the CNN at once. More cost memory (60 MB each) and gain nothing. Default: 8 */
  batchSize?: number;
  /** Called after each batch. */
  onProgress?: (progress: ExtractProgress) => void;
  /** Called for each picture that can't be read or decoded, in the pictures' order; it is left out of the results. */
  onSkip?: (skipped: FailedPicture) => void;
  /** What a picture may cost; one that costs more is skipped. Default: `pictureLimits` */
  limits?: Partial<PictureLimits>;
  /** Stops at once with the signal's reason: the batches under way are lost, what was computed before is in the cache. */
  signal?: AbortSignal;
}

export interface ExtractProgress {
  /** Pictures that are finished: computed, found in the cache or skipped. */
  done: number;
  /** Pictures among `done` that the CNN had to see. */
  computed: number;
  /** Pictures among `done` that could not be read or decoded. */
  skipped: number;
}

export interface Extracted {
  /** The picture's place among those passed in, from 0. */
  index: number;
  name: string;
  /** The picture as it was passed in. */
  source: PictureSource;
  /** [D] */
  features: Float32Array;
  /** [D], with the option `mirrored`. */
  mirrored?: Float32Array;
  /** What the cache finds the picture by; empty where there is none. */
  key: string;
}

/** A picture that can't be read or decoded, or costs more than it may. */
export interface FailedPicture extends Pick<Extracted, 'index' | 'name' | 'source'> {
  error: InputError;
}

/**
 * Yields the features of pictures in their order. The CNN is not even loaded when the cache holds all of them.
 *
 * @throws InputError when the CNN can't be loaded or the cache can't be written; a bad picture goes to `onSkip` instead
 */
export async function* extractFeatures(
  pictures: Iterable<PictureSource> | AsyncIterable<PictureSource>,
  cnn: Cnn,
  { onSkip, ...options }: ExtractOptions = {},
): AsyncGenerator<Extracted, void, void> {
  for await (const picture of extractEach(pictures, cnn, options)) {
    if ('error' in picture) onSkip?.(picture);
    else yield picture;
  }
}

/**
 * `extractFeatures` that yields bad pictures too, each in its place.
 *
 * @param opened caches in place of that of the options, of all views that are wanted; they stay open
 * @throws InputError as `extractFeatures`
 */
export async function* extractEach(
  pictures: Iterable<PictureSource> | AsyncIterable<PictureSource>,
  cnn: Cnn,
  options: Omit<ExtractOptions, 'onSkip'> = {},
  opened?: ViewCaches,
): AsyncGenerator<Extracted | FailedPicture, void, void> {
  if (typeof pictures === 'string') {
    const advice = `Give [${JSON.stringify(pictures)}]`; // a text is a list too, of its letters
    throw new InputError('pictures are to be in a list', { found: `the text ${JSON.stringify(pictures)}`, advice });
  }
  const { cache: folder, mirrored = false, augmented = 0, batchSize = 8, onProgress, signal } = options;
  const limits = { ...pictureLimits, ...options.limits };
  const views: readonly View[] = ['plain', ...(mirrored ? ['mirrored' as const] : []), ...augmentedViews(augmented)];
  const progress = { done: 0, computed: 0, skipped: 0 };
  const caches = opened ?? (folder === undefined ? undefined : await openViewCaches(folder, cnn, views));
  try {
    let index = 0;
    const prepared = ahead(pictures, 2 * batchSize, signal, (source) =>
      prepare(source, index++, views, { cnn, caches, limits }),
    );
    // The CNN works on one batch while the next one is decoded, and while the features of the last one are used.
    const batches = ahead(batchesOf(prepared, batchSize, signal), 2, signal, (batch) =>
      compute(batch, cnn, caches, signal),
    );
    for await (const batch of batches) {
      for (const picture of batch) {
        progress.done++;
        const { index, name, source, key } = picture;
        if (picture.error) {
          progress.skipped++;
          yield { index, name, source, error: picture.error };
          continue;
        }
        if (picture.pixels.size) progress.computed++;
        const features = picture.features.get('plain')!;
        const reflection = picture.features.get('mirrored');
        yield { index, name, source, key, features, ...(reflection && { mirrored: reflection }) };
      }
      onProgress?.({ ...progress });
    }
  } finally {
    if (!opened) await caches?.close();
  }
}

/** The names of the first `count` random views. */
export function augmentedViews(count: number): View[] {
  return Array.from({ length: count }, (_, i) => `augmented-${i}` as const);
}

export interface CollectedFeatures {
  /** [N, D]; the rows of skipped pictures are zero. */
  features: Float32Array;
  /** [N, D], with the option `mirrored`. */
  mirrored?: Float32Array;
  /** The places of the pictures that were left out. */
  skipped: Set<number>;
}

/** The features of N pictures as one matrix: `extractFeatures` for a dataset that fits into memory. */
export async function collectFeatures(
  pictures: readonly PictureSource[],
  cnn: Cnn,
  options: ExtractOptions = {},
): Promise<CollectedFeatures> {
  const D = cnn.featureSize;
  const features = new Float32Array(pictures.length * D);
  const mirrored = options.mirrored ? new Float32Array(pictures.length * D) : undefined;
  const skipped = new Set(pictures.keys());
  for await (const extracted of extractFeatures(pictures, cnn, options)) {
    skipped.delete(extracted.index);
    features.set(extracted.features, extracted.index * D);
    if (extracted.mirrored) mirrored?.set(extracted.mirrored, extracted.index * D);
  }
  return { features, skipped, ...(mirrored && { mirrored }) };
}

/** A picture on its way to the CNN. */
interface Prepared {
  index: number;
  name: string;
  source: PictureSource;
  /** What the cache finds it by; empty where there is none. */
  key: string;
  /** What the cache held. */
  features: Map<View, Float32Array>;
  /** What the CNN has to see, because the cache did not hold it. */
  pixels: Map<View, Pixels>;
  error?: InputError;
}

/** Reads a picture, and decodes it where the cache lacks a view of it. What is wrong with the picture is its `error`. */
async function prepare(
  source: PictureSource,
  index: number,
  views: readonly View[],
  { cnn, caches, limits }: { cnn: Cnn; caches: ViewCaches | undefined; limits: PictureLimits },
): Promise<Prepared> {
  const name = nameOfPicture(source);
  const picture: Prepared = { index, name, source, key: '', features: new Map(), pixels: new Map() };
  try {
    const bytes = await pictureBytes(source, limits.bytes);
    if (caches) {
      picture.key = caches.keyOf(bytes);
      picture.features = caches.find(picture.key, views);
    }
    const missing = views.filter((view) => !picture.features.has(view));
    if (missing.length) {
      const decoding = decodePicture(bytes, cnn.preprocessing, name, limits);
      // The first picture has the CNN loaded while the decoder works; what fails is thrown when features are needed.
      cnn.load().catch(() => {});
      const pixels = await decoding;
      for (const view of missing) {
        picture.pixels.set(view, viewOf(pixels, cnn.preprocessing.size, view, picture.key));
      }
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    picture.error = error;
  }
  return picture;
}

/** @param key of the picture, by which its random views are drawn */
function viewOf(pixels: Pixels, size: number, view: View, key: string): Pixels {
  if (view === 'plain') return pixels;
  if (view === 'mirrored') return mirror(pixels, size);
  const drawn =
    Number.parseInt(key.slice(0, 8), 16) ^ Math.imul(Number(view.slice('augmented-'.length)) + 1, 0x9e3779b1);
  return augment(pixels, size, new Random(drawn), augmentationDefaults);
}

/**
 * Gathers pictures to batches for the CNN. A picture that is in the cache waits in the batch of those before it, up to 32
 * batches' worth of pictures.
 */
async function* batchesOf(
  pictures: AsyncIterable<Prepared>,
  batchSize: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Prepared[], void, void> {
  let batch: Prepared[] = [];
  let missing = 0;
  for await (const picture of pictures) {
    signal?.throwIfAborted();
    batch.push(picture);
    missing += picture.pixels.size;
    if (missing === 0 || missing >= batchSize || batch.length >= 32 * batchSize) {
      // Some backends hold this thread while they compute: files that were read meanwhile go on to their decoding first.
      if (missing > 0) await nextTurn();
      yield batch;
      batch = [];
      missing = 0;
    }
  }
  if (batch.length) yield batch;
}

/** Computes the features that are missing in a batch, and stores them. */
async function compute(
  batch: readonly Prepared[],
  cnn: Cnn,
  caches: ViewCaches | undefined,
  signal: AbortSignal | undefined,
): Promise<readonly Prepared[]> {
  const jobs = batch.flatMap((picture) => [...picture.pixels].map(([view, pixels]) => ({ picture, view, pixels })));
  if (jobs.length === 0) return batch;
  const features = await cnn.features(jobs.map(({ pixels }) => pixels));
  const computed = jobs.map(({ picture, view }, n) => {
    const row = features.slice(n * cnn.featureSize, (n + 1) * cnn.featureSize);
    picture.features.set(view, row);
    return { key: picture.key, view, features: row };
  });
  signal?.throwIfAborted(); // the caches are closed then
  await caches?.add(computed);
  return batch;
}
