/**
 * Maps of pictures, kept on disk in half precision and read one by one: those of many pictures need not fit into memory.
 * It does not know which layers of a CNN they are from, and knows no captions.
 */
import { InputError } from '../base/errors.ts';
import { cacheFolder } from '../base/files.ts';
import { fromHalf, toHalf } from '../base/half.ts';
import type { ExtractionEvents } from './cached-features.ts';
import type { Cnn } from './cnn.ts';
import { type ExtractProgress, extractEach } from './extract.ts';
import type { View } from './feature-cache.ts';
import type { Pixels, Preprocessing } from './pixels.ts';
import { openViewCaches, type ViewCaches } from './view-caches.ts';

/** What maps come from. */
export interface MapSource {
  name: string;
  /** Equal keys give equal maps of equal pixels. */
  key: string;
  preprocessing: Preprocessing;
  /** Values of a picture's maps. */
  size: number;
  /** The maps of pictures, one after another; each is copied before the next one is computed. */
  compute(pictures: readonly Pixels[]): AsyncIterable<Float32Array> | Iterable<Float32Array>;
}

/** Pictures of which the same views are wanted. */
export interface ViewedPictures {
  files: readonly string[];
  views: readonly View[];
}

/** How maps are made, for those who watch. */
export interface MapEvents extends ExtractionEvents {
  /** Told first how many bytes the maps take on disk. */
  onSize?: ((bytes: number) => void) | undefined;
}

export class StoredMaps {
  readonly #size: number;
  readonly #caches: ViewCaches;
  /** What the caches find a file by. */
  readonly #keys: ReadonlyMap<string, string>;

  private constructor(size: number, caches: ViewCaches, keys: ReadonlyMap<string, string>) {
    this.#size = size;
    this.#caches = caches;
    this.#keys = keys;
  }

  /**
   * Computes the maps of pictures where the cache lacks them.
   *
   * @param pictures views must begin with `plain`
   * @throws InputError when the cache can't be written; the reason of the signal when that stops it
   */
  static async open(
    source: MapSource,
    pictures: readonly ViewedPictures[],
    { onSize, onProgress, onSkip, signal }: MapEvents = {},
  ): Promise<StoredMaps> {
    const cnn = asCnn(source);
    const total = pictures.reduce((sum, { files }) => sum + files.length, 0);
    const maps = pictures.reduce((sum, { files, views }) => sum + files.length * views.length, 0);
    onSize?.(maps * 4 * cnn.featureSize);
    const allViews = new Set(pictures.flatMap(({ views }) => views));
    const caches = await openViewCaches(cacheFolder('maps'), cnn, [...allViews]);
    const keys = new Map<string, string>();
    try {
      for (const { files, views } of pictures) {
        const begun = keys.size;
        const options = {
          mirrored: views.includes('mirrored'),
          augmented: views.filter((view) => view.startsWith('augmented')).length,
          onProgress: (progress: ExtractProgress) => onProgress?.({ ...progress, done: begun + progress.done }, total),
          ...(signal && { signal }),
        };
        for await (const picture of extractEach(files, cnn, options, caches)) {
          if ('error' in picture) onSkip?.(picture.error.message);
          else keys.set(files[picture.index]!, picture.key);
        }
      }
    } catch (error) {
      await caches.close();
      throw error;
    }
    return new StoredMaps(source.size, caches, keys);
  }

  /**
   * Reads the maps of one view of a file.
   *
   * @param target of as many values as the source's maps have
   * @throws InputError when they are not there any more
   */
  read(target: Float32Array, file: string, view: View): void {
    const key = this.#keys.get(file);
    const stored = key === undefined ? undefined : this.#caches.get(key, view);
    if (!stored) {
      throw new InputError(`the maps of ${file} are not in the cache any more`, {
        advice: 'Resume the training, which computes them again.',
      });
    }
    fromHalf(new Uint16Array(stored.buffer, stored.byteOffset, this.#size), target);
  }

  close(): Promise<void> {
    return this.#caches.close();
  }
}

/** The source as a CNN whose features are the maps: two halves in each float. */
function asCnn({ name, key, preprocessing, size, compute }: MapSource): Cnn {
  const words = Math.ceil(size / 2);
  return {
    name,
    key,
    preprocessing,
    featureSize: words,
    load: async () => {},
    async features(pictures) {
      const halves = new Uint16Array(2 * words * pictures.length);
      let n = 0;
      for await (const maps of compute(pictures)) halves.set(toHalf(maps), 2 * words * n++);
      return new Float32Array(halves.buffer);
    },
    maps: () => Promise.reject(new RangeError('stored maps have no maps of their own')),
    dispose() {},
  };
}
