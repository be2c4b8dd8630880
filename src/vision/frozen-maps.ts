/**
 * What the frozen layers of a CNN give for pictures, while the others learn: computed once, kept on disk in half
 * precision. Each picture has several views, as it is and augmented at random, which are the same whenever it comes; where
 * all layers learn, these are pixels. Knows no captions.
 */
import { createHash } from 'node:crypto';
import { InputError } from '../base/errors.ts';
import { cacheFolder } from '../base/files.ts';
import { fromHalf, toHalf } from '../base/half.ts';
import type { Matrix } from '../compute/arena.ts';
import type { MapSize } from '../nn/feature-maps.ts';
import type { ExtractionEvents } from './cached-features.ts';
import type { Cnn } from './cnn.ts';
import { augmentedViews, extractFeatures } from './extract.ts';
import { FeatureCache, featureCachePath, type View } from './feature-cache.ts';
import type { LearnableNetwork, NetworkParts } from './network.ts';

/** The version of the views: rises with each change of `augment` or its defaults. */
const VIEWS = 1;

/** Pictures whose maps are wanted. */
export interface FrozenPictures {
  /** Files that are shown as they are and in random views, and files that are shown as they are alone. */
  augmented: readonly string[];
  plain: readonly string[];
  /** How many views there are of each of the former, the first of them as it is. */
  views: number;
}

export class FrozenMaps {
  readonly size: MapSize & { channels: number };
  /** Of each picture that is augmented. */
  readonly views: number;
  readonly #caches: readonly FeatureCache[];
  /** What the caches find a file by. */
  readonly #keys: ReadonlyMap<string, string>;

  private constructor(
    size: MapSize & { channels: number },
    caches: readonly FeatureCache[],
    keys: ReadonlyMap<string, string>,
  ) {
    this.size = size;
    this.views = caches.length;
    this.#caches = caches;
    this.#keys = keys;
  }

  /**
   * Computes the maps of pictures where the cache lacks them.
   *
   * @param events `onSize` is told first how many bytes the maps take on disk
   * @throws InputError when the cache can't be written; the reason of the signal when that stops it
   */
  static async open(
    cnn: Cnn,
    network: LearnableNetwork,
    parts: NetworkParts,
    { augmented, plain, views }: FrozenPictures,
    { onSize, onProgress, onSkip, signal }: ExtractionEvents & { onSize?: ((bytes: number) => void) | undefined } = {},
  ): Promise<FrozenMaps> {
    const { height, width, values } = parts.frozen(new Uint8Array(3 * cnn.preprocessing.size ** 2));
    const source = asCnn(cnn, frozenKey(cnn, network, parts), parts, values.size);
    const total = augmented.length + plain.length;
    onSize?.((augmented.length * views + plain.length) * 4 * source.featureSize);
    const folder = cacheFolder('maps');
    const keys = new Map<string, string>();
    for (const [files, random] of [
      [augmented, views - 1],
      [plain, 0],
    ] as const) {
      const begun = keys.size;
      const extraction = extractFeatures(files, source, {
        cache: folder,
        augmented: random,
        onProgress: (progress) => onProgress?.({ ...progress, done: begun + progress.done }, total),
        onSkip: ({ error }) => onSkip?.(error.message),
        ...(signal && { signal }),
      });
      for await (const { index, key } of extraction) keys.set(files[index]!, key);
    }
    const names: View[] = ['plain', ...augmentedViews(views - 1)];
    const caches: FeatureCache[] = [];
    for (const view of names) {
      caches.push(await FeatureCache.open(featureCachePath(folder, source, view), source.featureSize));
    }
    return new FrozenMaps({ height, width, channels: values.cols }, caches, keys);
  }

  /**
   * Reads the maps of one view of a file.
   *
   * @param target [height * width, channels]
   * @throws InputError when they are not there any more
   */
  read(target: Matrix, file: string, view: number): void {
    const key = this.#keys.get(file);
    const stored = key === undefined ? undefined : this.#caches[view]!.get(key);
    if (!stored) {
      throw new InputError(`the maps of ${file} are not in the cache any more`, {
        advice: 'Resume the training, which computes them again.',
      });
    }
    fromHalf(new Uint16Array(stored.buffer, stored.byteOffset, target.size), target.data);
  }

  async close(): Promise<void> {
    for (const cache of this.#caches) await cache.close();
  }
}

/** The frozen layers as a CNN whose features are their maps: two halves in each float. */
function asCnn({ name, preprocessing }: Cnn, key: string, { frozen }: NetworkParts, size: number): Cnn {
  const words = Math.ceil(size / 2);
  return {
    name,
    key,
    preprocessing,
    featureSize: words,
    load: async () => {},
    async features(pictures) {
      const halves = new Uint16Array(2 * words * pictures.length);
      for (const [n, pixels] of pictures.entries()) halves.set(toHalf(frozen(pixels).values.data), 2 * words * n);
      return new Float32Array(halves.buffer);
    },
    maps: () => Promise.reject(new RangeError('the frozen layers of a CNN give no last maps')),
    dispose() {},
  };
}

/** Equal keys give equal maps: of the layers that are frozen, wherever their weights are from. */
function frozenKey({ name }: Cnn, { parameters }: LearnableNetwork, { learned }: NetworkParts): string {
  const learnedOnes = new Set(learned.parameters);
  const hash = createHash('sha256');
  for (const parameter of parameters) {
    if (!learnedOnes.has(parameter)) hash.update(parameter.name).update(parameter.value.data);
  }
  return `${name}-frozen-${hash.digest('hex').slice(0, 12)}-v${VIEWS}`;
}
