/**
 * What a CNN offers to the rest of the program: pictures in, one feature vector each out; and how one is made from a
 * network of ONNX Runtime or of tfjs. Its name, key and sizes are known at once; the backend and the weights are loaded
 * when the first features are asked for. Knows no files and no captions.
 */
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { InputError } from '../base/errors.ts';
import { openInThreads } from './backends/cnn-threads.ts';
import { loadOnnxruntime, openOnnxNetwork } from './backends/onnxruntime.ts';
import { hasTfjsNode, type Tf } from './backends/tfjs.ts';
import { openTfjsNetwork } from './backends/tfjs-network.ts';
import type { CnnBackend } from './cnn-backends.ts';
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

export interface CnnDescription {
  /** What `loadCnn` finds it by. */
  choice: string;
  name: string;
  key: string;
  preprocessing: Preprocessing;
  featureSize: number;
  /** The network takes (byte - mean) / scale. */
  normalisation: { mean: number; scale: number };
  /** Whether `openOnTfjs` fetches the weights from afar. */
  downloaded?: boolean;
  /** Loads the weights onto tfjs' current backend. */
  openOnTfjs(tf: Tf): Promise<TfjsNetwork>;
  /** The network as `openOnnxNetwork` takes it; absent where only tfjs has it. */
  onnxModel?(): Promise<Uint8Array>;
}

export interface TfjsNetwork {
  /** [N, S, S, 3], normalised, to [N, D]. */
  features(pictures: Tensor4D): Tensor2D;
  dispose(): void;
}

/** A CNN that was loaded onto a backend. */
export interface Network {
  /** Bytes [N, S, S, 3] to [N, D]. */
  features(pictures: Uint8Array, N: number): Promise<Float32Array>;
  dispose(): void;
}

/** @throws InputError when the CNN can't run on this backend, whether that is installed or not */
export function createCnn(description: CnnDescription, backend: CnnBackend): Cnn {
  const { name, key, preprocessing, featureSize, onnxModel } = description;
  const { size } = preprocessing;
  if (backend === 'onnxruntime' && !onnxModel) {
    const advice = 'Choose --cnn-backend auto, tensorflow or wasm';
    throw new InputError(`the CNN ${name} runs on TensorFlow.js alone`, { found: `backend ${backend}`, advice });
  }
  let loading: Promise<Network> | undefined;
  let loaded: Network | undefined;

  async function open(): Promise<Network> {
    const runtime = onnxModel && loadOnnxruntime(backend);
    if (runtime) return openOnnxNetwork(runtime, await onnxModel(), size);
    const native = backend === 'tensorflow' || (backend === 'auto' && hasTfjsNode());
    return native ? openTfjsNetwork(description, 'tensorflow') : openInThreads(description);
  }
  async function openOnce(): Promise<Network> {
    loading ??= open();
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
      const bytes = stack(pictures, 3 * size ** 2);
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
