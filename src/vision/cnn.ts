/**
 * What a CNN offers to the rest of the program: pictures in, one feature vector each out; and how one is made from a
 * network of tfjs. Its name, key and sizes are known at once; TensorFlow.js and the weights are loaded when the first
 * features are asked for. Knows no files and no captions.
 */
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Pixels, Preprocessing } from './decode.ts';
import { loadTfjs, type Tf, type TfjsChoice } from './tfjs.ts';

export interface Cnn {
  readonly name: string;
  /** Name, version and hash of the weights: equal keys give equal features. For cache keys and a model's config. */
  readonly key: string;
  readonly preprocessing: Preprocessing;
  /** D, the length of a feature vector. */
  readonly featureSize: number;

  /** Loads TensorFlow.js and the weights now instead of at the first `features`: while pictures are decoded, say. */
  load(): Promise<void>;

  /**
   * The features [N, D] of N pictures, each as `decodePicture` made it with this CNN's preprocessing.
   *
   * @throws RangeError when a picture has another size; InputError when TensorFlow.js or the weights can't be loaded
   */
  features(pictures: readonly Pixels[]): Promise<Float32Array>;

  /** Frees the weights. The CNN must not be used afterwards. */
  dispose(): void;
}

export interface CnnDescription {
  name: string;
  key: string;
  preprocessing: Preprocessing;
  featureSize: number;
  /** The network takes (byte - mean) / scale. */
  normalisation: { mean: number; scale: number };
  /** Loads the weights onto tfjs' current backend. */
  open(tf: Tf): Promise<Network>;
}

export interface Network {
  /** [N, S, S, 3] to [N, D]. */
  features(pictures: Tensor4D): Tensor2D;
  dispose(): void;
}

export function createCnn(description: CnnDescription, tfjs: TfjsChoice): Cnn {
  const { name, key, preprocessing, featureSize, normalisation } = description;
  const { size } = preprocessing;
  let loading: Promise<{ tf: Tf; network: Network }> | undefined;
  let loaded: Network | undefined;

  async function open() {
    const { tf } = await loadTfjs(tfjs);
    loaded = await description.open(tf);
    return { tf, network: loaded };
  }
  function openOnce() {
    loading ??= open();
    return loading;
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
      const input = stack(pictures, size, normalisation);
      const { tf, network } = await openOnce();
      const features = tf.tidy(() => network.features(tf.tensor4d(input, [pictures.length, size, size, 3])));
      try {
        return (await features.data()) as Float32Array;
      } finally {
        features.dispose();
      }
    },
    dispose() {
      loaded?.dispose();
    },
  };
}

/** N pictures as one [N, S, S, 3] of normalised floats. */
function stack(
  pictures: readonly Pixels[],
  size: number,
  { mean, scale }: CnnDescription['normalisation'],
): Float32Array {
  const normalised = Float32Array.from({ length: 256 }, (_, byte) => (byte - mean) / scale);
  const length = size * size * 3;
  const stacked = new Float32Array(pictures.length * length);
  pictures.forEach((pixels, n) => {
    if (pixels.length !== length) throw new RangeError(`picture ${n}: ${pixels.length} bytes, expected ${length}`);
    for (let i = 0; i < length; i++) stacked[n * length + i] = normalised[pixels[i]!]!;
  });
  return stacked;
}
