/**
 * Maps pooled to a coarser grid, each cell of which is the mean of the pixels that it touches. It knows no layer, and not
 * what looks at the cells.
 *
 * N pictures, C channels; a grid of G has G · G cells, line after line.
 */
import type { Matrix } from '../compute/arena.ts';
import type { Engine } from '../compute/engine.ts';
import { Workspace } from '../compute/workspace.ts';
import { type FeatureMaps, type MapSize, pictureCount } from './feature-maps.ts';

export class GridPooling {
  readonly #grid: number;
  readonly #engine: Engine;
  readonly #workspace: Workspace;

  /** @param grid G, at most the lines and columns of a map */
  constructor(engine: Engine, grid: number) {
    this.#engine = engine;
    this.#grid = grid;
    this.#workspace = new Workspace(engine.arena);
  }

  /** The cells [N · G · G, C] of maps of N pictures, valid until the next call. */
  forward(x: FeatureMaps): Matrix {
    const [N, cells, pixels] = [pictureCount(x), this.#grid ** 2, x.height * x.width];
    const y = this.#workspace.matrix('cells', N * cells, x.values.cols);
    const pooling = this.#poolingOf(x);
    for (let n = 0; n < N; n++) {
      const ofPicture = x.values.rowRange(n * pixels, (n + 1) * pixels);
      this.#engine.product.multiply(y.rowRange(n * cells, (n + 1) * cells), pooling, ofPicture);
    }
    return y;
  }

  /** Sets the gradient of maps from that of their cells [N · G · G, C]. */
  backward(dx: FeatureMaps, dy: Matrix): void {
    const [cells, pixels] = [this.#grid ** 2, dx.height * dx.width];
    const pooling = this.#poolingOf(dx);
    for (let n = 0; n < pictureCount(dx); n++) {
      const ofPicture = dx.values.rowRange(n * pixels, (n + 1) * pixels);
      const ofCells = dy.rowRange(n * cells, (n + 1) * cells);
      this.#engine.product.multiply(ofPicture, pooling, ofCells, { transposeA: true });
    }
  }

  /** [G · G, height · width] */
  #poolingOf({ height, width }: MapSize): Matrix {
    const pooling = this.#workspace.matrix('pooling', this.#grid ** 2, height * width);
    pooling.data.set(poolingMatrix(height, width, this.#grid));
    return pooling;
  }
}

/** The matrix [G · G, height · width] that makes the cells of a map, by which maps of one channel are multiplied. */
export function poolingMatrix(height: number, width: number, grid: number): Float32Array {
  const matrix = new Float32Array(grid * grid * height * width);
  for (let cell = 0; cell < grid * grid; cell++) {
    const [top, bottom] = pixelsOfCell(Math.floor(cell / grid), grid, height);
    const [left, right] = pixelsOfCell(cell % grid, grid, width);
    const share = 1 / ((bottom - top) * (right - left));
    for (let y = top; y < bottom; y++) {
      const line = (cell * height + y) * width;
      matrix.fill(share, line + left, line + right);
    }
  }
  return matrix;
}

/** The pixels that cell `i` of `cells` in a line touches, from the first to before the last. */
export function pixelsOfCell(i: number, cells: number, pixels: number): [from: number, to: number] {
  return [Math.floor((i * pixels) / cells), Math.ceil(((i + 1) * pixels) / cells)];
}
