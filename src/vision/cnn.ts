/**
 * What a CNN offers to the rest of the program: pictures in, one feature vector each out. Its name, key and sizes are
 * known at once; the backend and the weights are loaded when the first features are asked for. Knows no files, no
 * captions, and neither networks nor backends by name.
 */
import { InputError } from '../base/errors.ts';
import type { Engine } from '../compute/engine.ts';
import type { Classifier } from './classifier.ts';
import { backendsFor, type CnnBackend, openOnFirst } from './cnn-backends.ts';
import type { Backend, CnnDescription, LastMaps, LearnableNetwork, Network, OnnxOptions } from './network.ts';
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

  /**
   * The last feature maps of N pictures, whose means over the pixels are the features: where in a picture what is seen.
   *
   * @throws as `features` does; InputError too when the CNN, or the backend chosen, gives no maps
   */
  maps(pictures: readonly Pixels[]): Promise<LastMaps>;

  /**
   * The network on an engine, with weights of its own that can be learned; absent where the engine can't.
   *
   * @throws InputError when the weights can't be loaded
   */
  openToLearn?(engine: Engine): Promise<LearnableNetwork>;

  /**
   * The classifier that the CNN was trained with, which names what it sees by its features; absent where a CNN has none
   * that fits them, as one that has learned with a captioner.
   *
   * @throws InputError when it can't be loaded
   */
  openClassifier?(): Promise<Classifier>;

  /**
   * The network as a model in ONNX's format: bytes `pictures` [N, S, S, 3] to `features` [N, D], with a `grid` to the
   * `map` [N, G · G, D] too. Absent where TensorFlow.js alone has the network.
   *
   * @throws InputError when the weights can't be loaded
   */
  onnxModel?(options?: OnnxOptions): Promise<Uint8Array>;

  /** Frees what is not an engine's that was handed in. The CNN must not be used afterwards. */
  dispose(): void;
}

/**
 * Makes a CNN of its description; nothing is loaded yet.
 *
 * @param engine for a backend that computes on one
 * @throws InputError when the CNN can't run on this backend, whether that is installed or not
 */
export function createCnn(description: CnnDescription, backend: CnnBackend, engine?: Engine): Cnn {
  const { name, key, preprocessing, featureSize, openToLearn, openClassifier, onnxModel } = description;
  const backends = backendsFor(description, backend);
  const length = 3 * preprocessing.size ** 2;
  const opened = new Map<readonly Backend[], Promise<Network>>();

  /** The CNN on the first of these backends that can be loaded, opened once. */
  function open(among: readonly Backend[]): Promise<Network> {
    const network = opened.get(among) ?? openOnFirst(among, description, engine);
    opened.set(among, network);
    return network;
  }

  const withMaps = backends.filter(({ givesMaps }) => givesMaps);
  return {
    name,
    key,
    preprocessing,
    featureSize,
    async load() {
      await open(backends);
    },
    async features(pictures) {
      checkSizes(pictures, length);
      const network = await open(backends);
      const features = await network.features(pictures);
      if (features.every(Number.isFinite)) return features;
      throw new InputError(`the CNN ${name} gives features that are no numbers`, {
        advice: 'Its weights are damaged: put back their files, or install the package again',
      });
    },
    async maps(pictures) {
      if (withMaps.length === 0) {
        throw new InputError(`the CNN ${name} gives no maps on the backend ${backend}`, { settings: ['cnnBackend'] });
      }
      checkSizes(pictures, length);
      const network = await open(backends);
      const able = network.maps ? network : await open(withMaps);
      return able.maps!(pictures);
    },
    ...(openToLearn && { openToLearn }),
    ...(openClassifier && { openClassifier }),
    ...(onnxModel && { onnxModel }),
    dispose() {
      for (const network of opened.values()) network.then((loaded) => loaded.dispose()).catch(() => {});
    },
  };
}

function checkSizes(pictures: readonly Pixels[], length: number): void {
  for (const [n, pixels] of pictures.entries()) {
    if (pixels.length !== length) throw new RangeError(`picture ${n}: ${pixels.length} bytes, expected ${length}`);
  }
}
