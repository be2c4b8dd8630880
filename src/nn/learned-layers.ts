/**
 * The last layers of a convolutional network as they are learned: from the maps that the layers before them give to the
 * features of pictures, and from the gradient of these to that of each weight. It knows neither files nor captions, and
 * not which network the layers are of.
 *
 * N pictures, D features. Of a picture what each layer reads is kept for the backward pass. What is between the layers of
 * a block is kept where it is small, and computed again where it is large: all of an EfficientNet-Lite2 takes 27 MB a
 * picture so, instead of 52.
 */
import type { Matrix } from '../compute/arena.ts';
import type { Engine } from '../compute/engine.ts';
import { Workspace } from '../compute/workspace.ts';
import type { Convolution } from './convolution.ts';
import { type FeatureMaps, type MapSize, pictureCount } from './feature-maps.ts';
import { globalMean, globalMeanBackward } from './global-mean.ts';
import { InvertedResidual, type MapsBetween } from './inverted-residual.ts';
import type { Parameter } from './parameter.ts';

/** Floats of a picture's maps between the layers of a block, 2 MB, above which they are not kept. */
const SMALL = 2 ** 19;

export class LearnedLayers {
  readonly #engine: Engine;
  readonly #layers: readonly (Convolution | InvertedResidual)[];
  readonly #workspace: Workspace;
  /** For what is kept between the layers of each block. */
  readonly #betweens: readonly Workspace[];
  /** What each layer has read in the last `forward`, then what the last one wrote. */
  #maps: FeatureMaps[] = [];

  constructor(engine: Engine, layers: readonly (Convolution | InvertedResidual)[]) {
    this.#engine = engine;
    this.#layers = layers;
    this.#workspace = new Workspace(engine.arena);
    this.#betweens = layers.map(() => new Workspace(engine.arena));
  }

  get parameters(): Parameter[] {
    return this.#layers.flatMap(({ parameters }) => parameters);
  }

  /** Floats that a picture takes, forwards and backwards, whose maps of this size the first layer reads. */
  floatsOf({ height, width, channels }: MapSize & { channels: number }): number {
    let size = { height, width };
    let between = 0;
    const read = this.#layers.map((layer) => {
      if (keepsBetween(layer, size)) between += layer.floatsBetween(size);
      size = layer.sizeOf(size);
      return size.height * size.width * layer.shape.outputs;
    });
    const kept = [height * width * channels, ...read];
    return kept.reduce((sum, floats) => sum + floats, between) + 2 * Math.max(...kept);
  }

  /**
   * The features [N, D] of pictures, valid until the next call.
   *
   * @param x what the first of the layers reads, which must stay as it is until `backward`
   */
  forward(x: FeatureMaps): Matrix {
    const N = pictureCount(x);
    this.#maps = [x];
    for (const [i, layer] of this.#layers.entries()) {
      const read = this.#maps[i]!;
      const { height, width } = layer.sizeOf(read);
      const values = this.#workspace.matrix(`maps ${i}`, N * height * width, layer.shape.outputs);
      if (layer instanceof InvertedResidual) layer.forward(values, read, this.#workspace, this.#between(i));
      else layer.forward(values, read, this.#workspace);
      this.#maps.push({ values, height, width });
    }
    const { last } = this;
    const features = this.#workspace.matrix('features', N, last.values.cols);
    globalMean(this.#engine, features, last);
    return features;
  }

  /** The maps whose means are the features of the last `forward`. */
  get last(): FeatureMaps {
    return this.#maps.at(-1)!;
  }

  /**
   * Adds to the gradients of all parameters.
   *
   * @param dFeatures the gradient of the features [N, D] of the last `forward`
   * @param dLast that of the values of the `last` maps, besides by way of the features
   */
  backward(dFeatures: Matrix, dLast?: Matrix): void {
    const { last } = this;
    let dy = this.#gradientOf(this.#layers.length, last);
    globalMeanBackward(this.#engine, { ...last, values: dy }, dFeatures);
    if (dLast) this.#engine.kernels.add(dy.offset, dLast.offset, dy.size);
    for (const [i, layer] of [...this.#layers.entries()].reverse()) {
      const [x, { values: y }] = [this.#maps[i]!, this.#maps[i + 1]!];
      const dx = i > 0 ? this.#gradientOf(i, x) : undefined;
      if (layer instanceof InvertedResidual) layer.backward({ x, dy, dx }, this.#workspace, this.#between(i));
      else layer.backward({ x, y, dy, dx }, this.#workspace);
      if (dx) dy = dx;
    }
  }

  /** What is kept between the layers of layer `i`, where it is a block whose maps are small. */
  #between(i: number): MapsBetween | undefined {
    const [layer, read] = [this.#layers[i]!, this.#maps[i]!];
    return keepsBetween(layer, read) ? layer.between(read, this.#betweens[i]!) : undefined;
  }

  /** Room for the gradient of what layer `i` reads; layers use two buffers in turn. */
  #gradientOf(i: number, { values: { rows, cols } }: FeatureMaps): Matrix {
    return this.#workspace.matrix(`gradient ${i % 2}`, rows, cols);
  }
}

function keepsBetween(layer: Convolution | InvertedResidual, read: MapSize): layer is InvertedResidual {
  return layer instanceof InvertedResidual && layer.floatsBetween(read) <= SMALL;
}
