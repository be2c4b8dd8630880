/**
 * A convolution over all channels, y = x ∗ W + b, with or without ReLU6 (Krizhevsky 2010; between 0 and 6). Windows of
 * 1 × 1 pixels are rows of a product as they lie; those of larger ones are unfolded to rows first (Chellapilla et al.
 * 2006). It knows no network.
 *
 * N pictures, k × k pixels of a window, C channels, O of the result.
 */
import type { Matrix } from '../compute/arena.ts';
import type { Engine } from '../compute/engine.ts';
import type { WorkingMemory } from '../compute/workspace.ts';
import {
  convolvedSize,
  type FeatureMaps,
  type MapGradients,
  type MapSize,
  pictureCount,
  pictureGroups,
  pictureRange,
  type Windows,
  windowsOn,
} from './feature-maps.ts';
import { Parameter, WeightFactor } from './parameter.ts';
import { relu6Backward } from './relu6.ts';

export interface ConvolutionShape extends Windows {
  /** First part of the parameters' names. */
  name: string;
  /** C. */
  inputs: number;
  /** O. */
  outputs: number;
  relu6: boolean;
}

export class Convolution {
  readonly shape: ConvolutionShape;
  /** W [k · k · C, O] */
  readonly filter: Parameter;
  /** b [1, O] */
  readonly bias: Parameter;
  readonly #engine: Engine;
  /** W and Wᵀ as products take them. */
  readonly #factor: WeightFactor;
  readonly #transposedFactor: WeightFactor;

  constructor(engine: Engine, shape: ConvolutionShape) {
    const { name, kernel, inputs, outputs } = shape;
    this.shape = shape;
    this.filter = new Parameter(engine.arena, `${name}.filter`, kernel * kernel * inputs, outputs);
    this.bias = new Parameter(engine.arena, `${name}.bias`, 1, outputs);
    this.#engine = engine;
    this.#factor = new WeightFactor(engine, this.filter);
    this.#transposedFactor = new WeightFactor(engine, this.filter, { transposed: true });
  }

  get parameters(): Parameter[] {
    return [this.filter, this.bias];
  }

  /** Of the result for maps of a size. */
  sizeOf(maps: MapSize): MapSize {
    return convolvedSize(maps, this.shape);
  }

  /**
   * y = x ∗ W + b, through ReLU6 where the layer has it.
   *
   * @param y the result's values, [N · height · width, O] of `sizeOf(x)`
   * @param workspace for unfolded windows
   * @param residual of the same shape, which is added to a result without ReLU6 (He et al. 2016)
   */
  forward(y: Matrix, x: FeatureMaps, workspace: WorkingMemory, residual?: Matrix): void {
    if (this.#isPointwise) {
      this.#factor.multiply(y, x.values, 0);
    } else {
      const { height, width } = this.sizeOf(x);
      const pixels = height * width;
      for (const { from, to } of pictureGroups(pictureCount(x), pixels * this.#windowSize)) {
        const windows = this.#unfold(pictureRange(x, from, to), workspace);
        this.#factor.multiply(y.rowRange(from * pixels, to * pixels), windows, 0);
      }
    }
    const { kernels } = this.#engine;
    const { offset: bias } = this.bias.value;
    if (this.shape.relu6) kernels.biasRelu6(y.offset, bias, y.rows, y.cols);
    else if (residual) kernels.addBiasAndResidual(y.offset, residual.offset, bias, y.rows, y.cols);
    else kernels.addBias(y.offset, bias, y.rows, y.cols);
  }

  /**
   * Adds to the gradients of W and b from that of y, and sets that of x where it is wanted.
   *
   * @param workspace as in `forward`
   * @throws RangeError when a layer with ReLU6 is not given y
   */
  backward({ x, y, dy, dx }: MapGradients, workspace: WorkingMemory): void {
    const { kernels, product } = this.#engine;
    if (this.shape.relu6) relu6Backward(this.#engine, dy, y);
    kernels.addSumOfRows(this.bias.gradient.offset, dy.offset, dy.rows, dy.cols);
    if (this.#isPointwise) {
      product.multiply(this.filter.gradient, x.values, dy, { transposeA: true, beta: 1 });
      if (dx) this.#transposedFactor.multiply(dx, dy, 0);
      return;
    }
    const { height, width } = this.sizeOf(x);
    const pixels = height * width;
    for (const { from, to } of pictureGroups(pictureCount(x), pixels * this.#windowSize)) {
      const read = pictureRange(x, from, to);
      const dResult = dy.rowRange(from * pixels, to * pixels);
      const windows = this.#unfold(read, workspace);
      product.multiply(this.filter.gradient, windows, dResult, { transposeA: true, beta: 1 });
      if (!dx) continue;
      this.#transposedFactor.multiply(windows, dResult, 0); // the windows' own values are done with
      const { offset } = pictureRange({ ...x, values: dx }, from, to).values;
      const lines = (to - from) * x.height;
      kernels.fold(offset, windows.offset, 0, lines, ...windowsOn(x, this.shape, this.shape.inputs));
    }
  }

  /** For `Team.together`: packs the weights for threads that each convolve the maps of a picture. */
  pack(maps: MapSize): void {
    const { height, width } = this.sizeOf(maps);
    this.#factor.pack(height * width);
  }

  /** As `WeightFactor.packInPlace`: the layer can't learn any more. */
  packInPlace(): void {
    this.#factor.packInPlace();
  }

  /** The floats of each matrix that `forward` takes from its workspace for the maps of one picture. */
  needs(maps: MapSize): number[] {
    const { height, width } = this.sizeOf(maps);
    return this.#isPointwise ? [] : [height * width * this.#windowSize];
  }

  get #isPointwise(): boolean {
    const { kernel, stride } = this.shape;
    return kernel === 1 && stride === 1;
  }

  /** k · k · C */
  get #windowSize(): number {
    const { kernel, inputs } = this.shape;
    return kernel * kernel * inputs;
  }

  /** The windows of maps as rows [N · height · width, k · k · C]. */
  #unfold(x: FeatureMaps, workspace: WorkingMemory): Matrix {
    const { height, width } = this.sizeOf(x);
    const lines = pictureCount(x) * height;
    const rows = workspace.matrix('windows', lines * width, this.#windowSize);
    this.#engine.kernels.unfold(rows.offset, x.values.offset, 0, lines, ...windowsOn(x, this.shape, this.shape.inputs));
    return rows;
  }
}
