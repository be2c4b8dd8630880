/**
 * What a captioner sees of pictures by a CNN whose last layers learn: from the maps of the frozen layers to the vector of
 * each picture, and to the cells of its last map where the captioner attends to these; and back from their gradients. It
 * knows neither files nor captions, and not what the CNN is.
 *
 * P pictures that go through the layers together, D features; a grid of G has G · G cells.
 */
import { toHalf } from '../../base/half.ts';
import type { Steps } from '../../base/steps.ts';
import type { Matrix } from '../../compute/arena.ts';
import type { Engine } from '../../compute/engine.ts';
import { Workspace } from '../../compute/workspace.ts';
import { GridPooling } from '../../nn/grid-pooling.ts';
import type { Parameter } from '../../nn/parameter.ts';
import type { FrozenMaps } from '../../vision/frozen-maps.ts';
import type { LearnedPart } from '../../vision/network.ts';

/** A view of a picture: 0 as it is, others at random. */
export interface PictureView {
  file: string;
  view: number;
}

/** As the CNN gives them. */
export interface TunedViews {
  /** [P, D] */
  vectors: Float32Array;
  /** [P · G · G, D], where there is a grid. */
  cells?: Float32Array | undefined;
}

/** The same of many pictures, whose cells are halves. */
export interface TunedPictures {
  vectors: Float32Array;
  cells?: Uint16Array | undefined;
}

/** Floats that the pictures may take which go through the learned layers together: 0.5 GB. */
const ROOM = 2 ** 27;

export class TunedFeatures {
  /** How many pictures go through the learned layers together. */
  readonly atOnce: number;
  /** G, where the captioner attends to the last map. */
  readonly grid: number | undefined;
  readonly #learned: LearnedPart;
  readonly #maps: FrozenMaps;
  readonly #pooling: GridPooling | undefined;
  readonly #workspace: Workspace;

  /**
   * @param grid of the captioner
   * @param room floats that pictures may take which go through the learned layers together
   */
  constructor(engine: Engine, learned: LearnedPart, maps: FrozenMaps, grid: number | undefined, room = ROOM) {
    this.atOnce = Math.max(1, Math.floor(room / learned.floatsOf(maps.size)));
    this.grid = grid;
    this.#learned = learned;
    this.#maps = maps;
    this.#pooling = grid === undefined ? undefined : new GridPooling(engine, grid);
    this.#workspace = new Workspace(engine.arena);
  }

  /** G · G; 0 where the captioner attends to nothing. */
  get cellsOfMap(): number {
    return (this.grid ?? 0) ** 2;
  }

  get parameters(): readonly Parameter[] {
    return this.#learned.parameters;
  }

  /** Takes views through the learned layers, at most `atOnce`. */
  forward(views: readonly PictureView[]): TunedViews {
    const { height, width, channels } = this.#maps.size;
    const pixels = height * width;
    const values = this.#workspace.matrix('maps', views.length * pixels, channels);
    for (const [n, { file, view }] of views.entries()) {
      this.#maps.read(values.rowRange(n * pixels, (n + 1) * pixels), file, view);
    }
    const vectors = this.#learned.forward({ height, width, values }).data.slice();
    return { vectors, cells: this.#pooling?.forward(this.#learned.last).data.slice() };
  }

  /**
   * Adds to the gradients of the layers' parameters from those of what the last `forward` has given.
   *
   * @param dVectors [P, D]
   * @param dCells [P · G · G, D], where there is a grid
   */
  backward(dVectors: Matrix, dCells?: Matrix): void {
    if (!dCells) return this.#learned.backward(dVectors);
    const { height, width, values } = this.#learned.last;
    const dLast = this.#workspace.matrix('gradient of the last maps', values.rows, values.cols);
    this.#pooling!.backward({ height, width, values: dLast }, dCells);
    this.#learned.backward(dVectors, dLast);
  }

  /** What the CNN gives by now for pictures as they are, for validations. */
  *picturesSteps(files: readonly string[], D: number): Steps<TunedPictures> {
    const vectors = new Float32Array(files.length * D);
    const mapSize = this.cellsOfMap * D;
    const cells = mapSize > 0 ? new Uint16Array(files.length * mapSize) : undefined;
    for (let from = 0; from < files.length; from += this.atOnce) {
      yield from / files.length;
      const views = files.slice(from, from + this.atOnce).map((file) => ({ file, view: 0 }));
      const seen = this.forward(views);
      vectors.set(seen.vectors, from * D);
      cells?.set(toHalf(seen.cells!), from * mapSize);
    }
    return { vectors, cells };
  }
}
