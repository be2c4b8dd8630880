/**
 * A depthwise convolution: each channel by a filter of its own (Sifre 2014; Howard et al. 2017, section 3.1), with or
 * without ReLU6. It knows no network.
 *
 * N pictures, k × k pixels of a window, C channels.
 */
import { copyRows, type Matrix } from '../compute/arena.ts';
import type { Engine } from '../compute/engine.ts';
import type { WorkingMemory } from '../compute/workspace.ts';
import {
  convolvedSize,
  type FeatureMaps,
  type MapGradients,
  type MapSize,
  pictureCount,
  type Windows,
  windowsOn,
} from './feature-maps.ts';
import { Parameter } from './parameter.ts';
import { relu6Backward } from './relu6.ts';

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

  /**
   * @param y the result's values, [N · height · width, C] of `sizeOf(x)`
   * @param windows how they lie, where x is but a band of maps
   */
  forward(y: Matrix, x: FeatureMaps, windows = windowsOn(x, this.shape, this.shape.channels)): void {
    const { filter, bias, shape } = this;
    const lines = y.rows / windows.at(-1)!;
    this.#engine.kernels.depthwise(
      y.offset,
      x.values.offset,
      filter.value.offset,
      bias.value.offset,
      0,
      lines,
      shape.relu6 ? 1 : 0,
      ...windows,
    );
  }

  /**
   * Adds to the gradients of filter and bias from that of y, and sets that of x where it is wanted.
   *
   * @param workspace for the filter turned round
   * @throws RangeError when a layer with ReLU6 is not given y
   */
  backward({ x, y, dy, dx }: MapGradients, workspace: WorkingMemory): void {
    const { kernels } = this.#engine;
    const { filter, bias, shape } = this;
    if (shape.relu6) relu6Backward(this.#engine, dy, y);
    kernels.addSumOfRows(bias.gradient.offset, dy.offset, dy.rows, dy.cols);
    const windows = windowsOn(x, shape, shape.channels);
    const N = pictureCount(x);
    const { height } = this.sizeOf(x);
    const { offset: dFilter } = filter.gradient;
    kernels.depthwiseFilterGradient(dFilter, x.values.offset, dy.offset, N * height, 0, shape.channels, ...windows);
    if (!dx) return;
    const lines = N * x.height;
    if (shape.stride > 1) {
      kernels.depthwiseInputGradient(dx.offset, dy.offset, filter.value.offset, 0, lines, ...windows);
      return;
    }
    // At a stride of 1 it is a convolution of dy by the filter turned round, whose windows begin as far from the end.
    const [turned, noBias] = this.#turned(workspace);
    const [, , C, kernel, stride, top, left, outHeight, outWidth] = windows;
    const [above, before] = [kernel - 1 - top, kernel - 1 - left];
    const back = [outHeight, outWidth, C, kernel, stride, above, before, x.height, x.width] as const;
    kernels.depthwise(dx.offset, dy.offset, turned.offset, noBias.offset, 0, lines, 0, ...back);
  }

  /** The filter with its taps in reverse order, and a bias of zeros. */
  #turned(workspace: WorkingMemory): [Matrix, Matrix] {
    const { value } = this.filter;
    const turned = workspace.matrix('turned', value.rows, value.cols);
    for (let tap = 0; tap < value.rows; tap++) copyRows(turned, value.rows - 1 - tap, value, tap, 1);
    const zeros = workspace.matrix('zeros', 1, value.cols);
    zeros.data.fill(0);
    return [turned, zeros];
  }
}
