/**
 * What a CNN offers to the rest of the program: pictures in, one feature vector each out. Its name, key and sizes are
 * known at once; the backend and the weights are loaded when the first features are asked for. Knows no files, no
 * captions, and neither networks nor backends by name.
 */
import { backendsFor, type CnnBackend, openOnFirst } from './cnn-backends.ts';
import type { CnnDescription, Network } from './network.ts';
import type { Pixels, Preprocessing } from './pixels.ts';

export interface Cnn {
  readonly name: string;
  /** Name, version and hash of the weights: equal keys give equal features. For cache keys and a model's config. */
  readonly key: string;
  readonly preprocessing: Preprocessing;
  /** D, the length of a feature vector. */
  readonly featureSize: number;

  /** Loads the backend and the weights now instead of at the first `features`: while pictures are decoded, say. */
  load(): Promise<void>;

  /**
   * The features [N, D] of N pictures, each as `decodePicture` made it with this CNN's preprocessing.
   *
   * @throws RangeError when a picture has another size; InputError when the backend or the weights can't be loaded
   */
  features(pictures: readonly Pixels[]): Promise<Float32Array>;

  /** Frees the weights. The CNN must not be used afterwards. */
  dispose(): void;
}

/**
 * Makes a CNN of its description; nothing is loaded yet.
 *
 * @throws InputError when the CNN can't run on this backend, whether that is installed or not
 */
export function createCnn(description: CnnDescription, backend: CnnBackend): Cnn {
  const { name, key, preprocessing, featureSize } = description;
  const backends = backendsFor(description, backend);
  let loading: Promise<Network> | undefined;
  let loaded: Network | undefined;

  async function openOnce(): Promise<Network> {
    loading ??= openOnFirst(backends, description);
    loaded = await loading;
    return loaded;
  }

  return {
    name,
    key,
    preprocessing,
    featureSize,
    async load() {
      await openOnce();
    },
    async features(pictures) {
      const bytes = stack(pictures, 3 * preprocessing.size ** 2);
      const network = await openOnce();
      return network.features(bytes, pictures.length);
    },
    dispose() {
      loaded?.dispose();
    },
  };
}

/** N pictures as one [N, S, S, 3]. */
function stack(pictures: readonly Pixels[], length: number): Uint8Array {
  const stacked = new Uint8Array(pictures.length * length);
  pictures.forEach((pixels, n) => {
    if (pixels.length !== length) throw new RangeError(`picture ${n}: ${pixels.length} bytes, expected ${length}`);
    stacked.set(pixels, n * length);
  });
  return stacked;
}
