/**
 * The classifier that a CNN was trained with: which of its classes a picture shows, told by the features, and where in
 * the picture, told by the last maps. Knows no network and no captions.
 *
 * K classes, D features.
 */
import * as v from 'valibot';
import { InputError } from '../base/errors.ts';
import { fileIn } from '../base/files.ts';
import { readJson } from '../base/json.ts';
import { readSafetensors, type Safetensors } from '../base/safetensors.ts';
import type { MapSize } from '../nn/feature-maps.ts';

/** A class that a picture may show. */
export interface Tag {
  /** The number of the class, from 0. */
  index: number;
  /** Its usual name; `Classifier.classes` has others too. */
  name: string;
  probability: number;
}

export class Classifier {
  /** The names of the K classes, each with its synonyms: 'tabby, tabby cat'. */
  readonly classes: readonly string[];
  /** W [K, D] */
  readonly #weights: Float32Array;
  /** b [K] */
  readonly #bias: Float32Array;
  readonly #D: number;

  /** @param weights [K, D] @param bias [K] */
  constructor(classes: readonly string[], weights: Float32Array, bias: Float32Array) {
    this.classes = classes;
    this.#weights = weights;
    this.#bias = bias;
    this.#D = weights.length / classes.length;
  }

  /**
   * Reads a classifier from a folder.
   *
   * @param weights names the file of `classifier.weight` [K, D] and `classifier.bias` [K]
   * @param classes names that of the K names, a JSON list
   * @throws InputError when a file is missing or does not hold what it should
   */
  static async read(folder: string, weights: string, classes: string, D: number): Promise<Classifier> {
    const names = await readJson(fileIn(folder, classes), v.array(v.string()), "CNN's classes");
    const path = fileIn(folder, weights);
    const { tensors } = await readSafetensors(path);
    const W = floatsOf(path, tensors, 'classifier.weight', [names.length, D]);
    const b = floatsOf(path, tensors, 'classifier.bias', [names.length]);
    return new Classifier(names, W, b);
  }

  /**
   * The probability of each class [K], softmax(W v + b).
   *
   * @param features v [D] of one picture, as the CNN gives them
   */
  probabilities(features: Float32Array): Float32Array {
    this.#check(features.length, 1);
    const logits = Float64Array.from(this.classes, (_, k) => this.#bias[k]! + this.#response(features, 0, k));
    const most = logits.reduce((a, b) => Math.max(a, b));
    const shares = logits.map((logit) => Math.exp(logit - most));
    const sum = shares.reduce((a, b) => a + b);
    return Float32Array.from(shares, (share) => share / sum);
  }

  /**
   * The likeliest classes of one picture, likeliest first.
   *
   * @param features [D], as the CNN gives them: of `DescribedPicture`, `Extracted` or `Cnn.features`
   */
  tags(features: Float32Array, count = 5): Tag[] {
    const probabilities = this.probabilities(features);
    const order = [...probabilities.keys()].sort((a, b) => probabilities[b]! - probabilities[a]!);
    return order.slice(0, count).map((index) => {
      const [name] = this.classes[index]!.split(', ');
      return { index, name: name!, probability: probabilities[index]! };
    });
  }

  /**
   * Where in pictures a class is seen: the class activation map [N, height, width] (Zhou et al. 2016, section 2), which is
   * the classifier applied at each position. Its mean over the positions is the logit of the class less its bias.
   *
   * @param maps of N pictures [N, height, width, D], as `Cnn.maps` gives them
   * @throws RangeError when there is no such class
   */
  activation({ values, height, width }: MapSize & { values: Float32Array }, index: number): Float32Array {
    if (!(index in this.classes)) throw new RangeError(`class ${index}, expected 0 to ${this.classes.length - 1}`);
    const positions = values.length / this.#D;
    this.#check(values.length, Math.ceil(positions / (height * width)) * height * width);
    return Float32Array.from({ length: positions }, (_, i) => this.#response(values, i * this.#D, index));
  }

  /** W_k · x of the D values from `start` on. */
  #response(x: Float32Array, start: number, k: number): number {
    const D = this.#D;
    let sum = 0;
    for (let d = 0; d < D; d++) sum += this.#weights[k * D + d]! * x[start + d]!;
    return sum;
  }

  #check(length: number, vectors: number): void {
    if (length === vectors * this.#D) return;
    throw new RangeError(`${length} values, expected ${vectors} × ${this.#D}`);
  }
}

/** @throws InputError when the file lacks the tensor, or it has another shape or values that are no numbers */
function floatsOf(path: string, tensors: Safetensors['tensors'], name: string, shape: readonly number[]): Float32Array {
  const tensor = tensors.get(name);
  const fits = `${tensor?.shape}` === `${shape}` && tensor?.data instanceof Float32Array;
  if (fits && tensor.data.every(Number.isFinite)) return tensor.data as Float32Array;
  throw new InputError(`${path}: tensor ${name} does not fit the CNN and its classes`, {
    found: fits ? 'values that are no numbers' : tensor ? `[${tensor.shape}]` : 'none',
    expected: `floats [${shape}]`,
  });
}
