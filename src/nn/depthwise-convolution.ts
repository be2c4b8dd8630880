/**
 * A depthwise convolution: each channel by a filter of its own (Sifre 2014; Howard et al. 2017, section 3.1), with or
 * without ReLU6. It knows no network.
 *
 * N pictures, k × k pixels of a window, C channels.
 */
import type { Matrix } from '../compute/arena.ts';
import type { Engine } from '../compute/engine.ts';
import {
  convolvedSize,
  type FeatureMaps,
  type MapSize,
  pictureCount,
  type Windows,
  windowsOn,
} from './feature-maps.ts';
import { Parameter } from './parameter.ts';

export interface DepthwiseShape extends Windows {
  /** First part of the parameters' names. */
  name: string;
  /** C. */
  channels: number;
  relu6: boolean;
}

export class DepthwiseConvolution {
  readonly shape: DepthwiseShape;
  /** [k · k, C] */
  readonly filter: Parameter;
  /** [1, C] */
  readonly bias: Parameter;
  readonly #engine: Engine;

  constructor(engine: Engine, shape: DepthwiseShape) {
    const { name, kernel, channels } = shape;
    this.shape = shape;
    this.filter = new Parameter(engine.arena, `${name}.filter`, kernel * kernel, channels);
    this.bias = new Parameter(engine.arena, `${name}.bias`, 1, channels);
    this.#engine = engine;
  }

  get parameters(): Parameter[] {
    return [this.filter, this.bias];
  }

  /** Of the result for maps of a size. */
  sizeOf(maps: MapSize): MapSize {
    return convolvedSize(maps, this.shape);
  }

  /** @param y the result's values, [N · height · width, C] of `sizeOf(x)` */
  forward(y: Matrix, x: FeatureMaps): void {
    const { filter, bias, shape } = this;
    const lines = pictureCount(x) * this.sizeOf(x).height;
    this.#engine.kernels.depthwise(
      y.offset,
      x.values.offset,
      filter.value.offset,
      bias.value.offset,
      0,
      lines,
      shape.relu6 ? 1 : 0,
      ...windowsOn(x, shape, shape.channels),
    );
  }
}
