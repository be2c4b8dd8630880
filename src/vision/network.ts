/**
 * What is between the CNNs (`networks/`) and what they run on (`backends/`): a CNN's description, what a backend must
 * offer, and a network that was opened. Types alone, so that both sides need nothing of each other; what the rest of the
 * program sees of a CNN is in `cnn.ts`. What is marked as internal, tsc leaves out of the package's types: those of
 * TensorFlow.js do not compile without `skipLibCheck`, nor beside TypeScript's own of WebGPU.
 */
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Matrix } from '../compute/arena.ts';
import type { Engine } from '../compute/engine.ts';
import type { FeatureMaps, MapSize } from '../nn/feature-maps.ts';
import type { Parameter } from '../nn/parameter.ts';
import type { Classifier } from './classifier.ts';
import type { CnnFiles } from './cnn-files.ts';
import type { Pixels, Preprocessing } from './pixels.ts';

/** What a CNN is, which is known before anything of it is loaded, and how its weights are had. */
export interface CnnDescription {
  /** What `loadCnn` finds it by. */
  choice: string;
  /** These four are what `Cnn` has by the same names. */
  name: string;
  key: string;
  preprocessing: Preprocessing;
  featureSize: number;
  normalisation: Normalisation;
  /** Whether the weights are fetched from afar. */
  downloaded?: boolean;
  /** Loads the weights into an engine's arena, where they stay; absent where the engine lacks a layer of the network. */
  openOnEngine?(engine: Engine): Promise<EngineNetwork>;
  /** As `openOnEngine`, for a network that is to learn; absent where the engine can't go backwards through it. */
  openToLearn?(engine: Engine): Promise<LearnableNetwork>;
  /** The classifier that the network was trained with; absent where there is none that fits its features. */
  openClassifier?(): Promise<Classifier>;
  /**
   * Loads the weights onto tfjs' current backend.
   *
   * @internal
   */
  openOnTfjs(tf: Tf): Promise<TfjsNetwork>;
  /** As that of `Cnn`. */
  onnxModel?(options?: OnnxOptions): Promise<Uint8Array>;
}

/** What a network gives as a model in ONNX's format, beside its features. */
export interface OnnxOptions {
  /** G, cells in a line of the last map as `pooledMap` gives it. Default: no map */
  grid?: number | undefined;
}

/** A network takes (byte - mean) / scale. */
export interface Normalisation {
  mean: number;
  scale: number;
}

export interface EngineNetwork {
  /** Bytes [S, S, 3] of N pictures to features [N, D], for N up to the engine's threads; valid until the next call. */
  features(pictures: readonly Uint8Array[]): Matrix;
  /** Bytes [S, S, 3] of a picture to the maps of D channels whose means the features are, valid until the next call. */
  maps(picture: Uint8Array): FeatureMaps;
}

/** A network on an engine whose weights can be learned. */
export interface LearnableNetwork {
  readonly parameters: readonly Parameter[];
  /**
   * The network in two parts on the same weights, the latter of which is learned.
   *
   * @throws InputError when it has fewer stages
   */
  part(stages: LearnedStages): NetworkParts;
  /** The CNN with its weights as they are now. */
  files(): Promise<CnnFiles>;
}

/** Which part of a network is learned: so many of its last stages, with the head, or all of it. */
export type LearnedStages = number | 'all';

export interface NetworkParts {
  /**
   * Bytes [S, S, 3] of a picture to what the learned layers read of it, valid until the next call: maps, or pixels where
   * all layers are learned.
   */
  frozen(picture: Uint8Array): FeatureMaps;
  /** They take the maps of any number of pictures together. */
  learned: LearnedPart;
}

/** What `LearnedLayers` offers (`src/nn/learned-layers.ts`). */
export interface LearnedPart {
  readonly parameters: readonly Parameter[];
  /** Floats that a picture takes, forwards and backwards, whose maps are of this size. */
  floatsOf(maps: MapSize & { channels: number }): number;
  /** Maps of N pictures to their features [N, D], valid until the next call; the maps must stay as they are. */
  forward(x: FeatureMaps): Matrix;
  /** The maps whose means are the features of the last `forward`. */
  readonly last: FeatureMaps;
  /**
   * Adds to the gradients of all parameters from that of the features [N, D] of the last `forward`, and from what that of
   * the values of the `last` maps has besides.
   */
  backward(dFeatures: Matrix, dLast?: Matrix): void;
}

/** @internal */
export type Tf = typeof import('@tensorflow/tfjs-core');

/** @internal */
export interface TfjsNetwork {
  /** [N, S, S, 3], normalised, to [N, D]. */
  features(pictures: Tensor4D): Tensor2D;
  dispose(): void;
}

/** The last feature maps of a CNN, whose means over the pixels are the features. */
export interface LastMaps {
  height: number;
  width: number;
  /** [N, height, width, D] */
  values: Float32Array;
}

/** What CNNs can run on. Its library is loaded when it is asked to, never when its file is imported. */
export interface Backend {
  readonly name: string;
  /** Whether networks on it give the last feature maps too, not their means alone. */
  readonly givesMaps?: boolean;

  /** Whether it could run this CNN where it is installed. */
  runs(cnn: CnnDescription): boolean;

  /**
   * Loads the library.
   *
   * @returns what it is and its version, for people: 'ONNX Runtime 1.20.0'
   * @throws InputError with advice when it can't be loaded; its cause says why
   */
  load(): Promise<string>;

  /**
   * Loads the library and a CNN that it `runs`.
   *
   * @param engine for a backend that computes on one; by default it opens one of its own
   * @throws InputError when the library or the weights can't be loaded
   */
  open(cnn: CnnDescription, engine?: Engine): Promise<Network>;
}

/** A CNN that was loaded onto a backend. */
export interface Network {
  /** Bytes [S, S, 3] of N pictures to [N, D]. */
  features(pictures: readonly Pixels[]): Promise<Float32Array>;
  /** Bytes [S, S, 3] of N pictures to the last maps; absent where the backend gives their means alone. */
  maps?(pictures: readonly Pixels[]): Promise<LastMaps>;
  dispose(): void;
}
