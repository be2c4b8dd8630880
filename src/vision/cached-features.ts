/** The features of pictures from the cache, where it has them, else by the CNN. Knows no captions and no labels. */
import { cacheFolder } from '../base/files.ts';
import type { Cnn } from './cnn.ts';
import { type CollectedFeatures, collectFeatures, type ExtractProgress, type PictureSource } from './extract.ts';

/** How pictures become features, for those who watch. */
export interface ExtractionEvents {
  /** Called after each batch, with the number of pictures in all. */
  onProgress?: ((progress: ExtractProgress, total: number) => void) | undefined;
  /** Called for each picture that can't be read and is left out. */
  onSkip?: ((message: string) => void) | undefined;
  /** Stops at once with the signal's reason; the batches that were computed before are in the cache. */
  signal?: AbortSignal | undefined;
}

/**
 * The features of N pictures [N, D], from the user's cache and into it.
 *
 * @param mirrored also those of their mirror images
 * @throws InputError when the CNN can't be loaded or the cache can't be written
 */
export function cachedFeatures(
  pictures: readonly PictureSource[],
  cnn: Cnn,
  { onProgress, onSkip, signal }: ExtractionEvents = {},
  { mirrored = false } = {},
): Promise<CollectedFeatures> {
  return collectFeatures(pictures, cnn, {
    cache: cacheFolder('features'),
    mirrored,
    onProgress: (progress) => onProgress?.(progress, pictures.length),
    onSkip: ({ error }) => onSkip?.(error.message),
    ...(signal && { signal }),
  });
}
