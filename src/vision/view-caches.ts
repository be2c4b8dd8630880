/**
 * The features of one CNN that were computed before, in the views that are wanted: a `FeatureCache` for each. A browser,
 * which keeps none, has `view-caches.browser.ts` in its place.
 */
import type { Cnn } from './cnn.ts';
import { contentHash, FeatureCache, featureCachePath, type View } from './feature-cache.ts';

/** The features [D] of a picture in one view. */
export interface ComputedFeatures {
  /** `ViewCaches.keyOf` the picture's bytes. */
  key: string;
  view: View;
  features: Float32Array;
}

export class ViewCaches {
  readonly #caches: ReadonlyMap<View, FeatureCache>;

  constructor(caches: ReadonlyMap<View, FeatureCache>) {
    this.#caches = caches;
  }

  /** What the features of a picture are found by, whatever its file is called. */
  keyOf(bytes: Uint8Array): string {
    return contentHash(bytes);
  }

  /** The features of a picture in one view, if they are there. */
  get(key: string, view: View): Float32Array | undefined {
    return this.#caches.get(view)!.get(key);
  }

  /** The views of a picture that are there, of those that are wanted. */
  find(key: string, views: readonly View[]): Map<View, Float32Array> {
    const found = new Map<View, Float32Array>();
    for (const view of views) {
      const features = this.get(key, view);
      if (features) found.set(view, features);
    }
    return found;
  }

  /**
   * Stores features that were computed.
   *
   * @throws InputError when they can't be written
   */
  async add(computed: readonly ComputedFeatures[]): Promise<void> {
    for (const [view, cache] of this.#caches) {
      const ofView = computed.filter((each) => each.view === view);
      await cache.add(ofView.map(({ key, features }) => [key, features]));
    }
  }

  async close(): Promise<void> {
    for (const cache of this.#caches.values()) await cache.close();
  }
}

/**
 * Opens the files in a cache folder that hold a CNN's features.
 *
 * @throws InputError when one can't be read or made
 */
export async function openViewCaches(folder: string, cnn: Cnn, views: readonly View[]): Promise<ViewCaches> {
  const caches = new Map<View, FeatureCache>();
  for (const view of views) {
    caches.set(view, await FeatureCache.open(featureCachePath(folder, cnn, view), cnn.featureSize));
  }
  return new ViewCaches(caches);
}
