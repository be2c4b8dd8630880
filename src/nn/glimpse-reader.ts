/**
 * Reads pictures by glimpses: at each step the state tells where to look next, and the layer reads what a small window
 * shows there, together with the place:
 *
 *     l = tanh(h' W + b)              where: y and x, each from -1 to 1; h' is the state before the step
 *     x = window(picture, l) | l      what is read: P × P values, and the place
 *
 * All of it is differentiable: where to look is learned by backpropagation through time, as all other weights are. It
 * knows no cell, and not what pictures show.
 *
 * N pictures, T glimpses of each, M = T N rows (step after step), H hidden, D = P² + 2.
 */
import type { Random } from '../base/random.ts';
import type { Matrix } from '../compute/arena.ts';
import type { Engine } from '../compute/engine.ts';
import { Workspace } from '../compute/workspace.ts';
import { GlimpseWindow, type PictureSize } from './glimpse-window.ts';
import { fillUniform } from './initialisation.ts';
import { ChosenInput, type InputChooser } from './layer-input.ts';
import { Linear } from './linear.ts';
import { uniformPacking } from './packing.ts';
import { Parameter } from './parameter.ts';

/** Values of a place: y and x. */
const PLACE = 2;

/** One batch of pictures that is read. */
interface Pass {
  /** [N, pixels] */
  pictures: Matrix;
  /** x [M, D] and l [M, 2], step after step. */
  inputs: Matrix;
  places: Matrix;
  /** h' of each step [N, H]. */
  states: Matrix[];
}

export class GlimpseReader implements InputChooser {
  /** W [H, 2] and b [1, 2] */
  readonly weights: Parameter;
  readonly bias: Parameter;
  /** T. */
  readonly count: number;
  /** Values of a picture. */
  readonly pixels: number;
  readonly #window: GlimpseWindow;
  /** h' W + b */
  readonly #toPlaces: Linear;
  readonly #workspace: Workspace;
  #pass: Pass | undefined;

  /** @param hidden H */
  constructor(engine: Engine, picture: PictureSize, count: number, hidden: number) {
    this.weights = new Parameter(engine.arena, 'glimpses.weights', hidden, PLACE);
    this.bias = new Parameter(engine.arena, 'glimpses.bias', 1, PLACE);
    this.#window = new GlimpseWindow(picture);
    this.pixels = picture.rows * picture.columns;
    this.count = count;
    this.#toPlaces = new Linear(engine, this.weights, this.bias);
    this.#workspace = new Workspace(engine.arena);
  }

  get parameters(): Parameter[] {
    return [this.weights, this.bias];
  }

  /** P. */
  get points(): number {
    return this.#window.points;
  }

  /** D, values that are read at a step. */
  get size(): number {
    return this.#window.points ** 2 + PLACE;
  }

  /** Where each glimpse of each picture was, in the last pass [M, 2]. */
  get places(): Float32Array {
    return this.#requirePass().places.data;
  }

  /** W from U(-1/√H, 1/√H); b is zero, so that the first glimpse is of the middle. */
  initialise(random: Random): void {
    fillUniform(this.weights, 1 / Math.sqrt(this.weights.value.rows), random);
  }

  /** The input of a layer that reads pictures [N, pixels] by glimpses. Valid until the next call. */
  look(pictures: Matrix): ChosenInput {
    const M = pictures.rows * this.count;
    const values = this.#workspace.matrix('inputs', M, this.size);
    this.#pass = { pictures, inputs: values, places: this.#workspace.matrix('places', M, PLACE), states: [] };
    return new ChosenInput(values, uniformPacking(pictures.rows, this.count), this);
  }

  choose(t: number, hPrevious: Matrix): void {
    const { pictures, inputs, places, states } = this.#requirePass();
    const { rows: N } = pictures;
    const l = places.rowRange(t * N, (t + 1) * N);
    this.#toPlaces.forward(l, hPrevious);
    for (let n = 0; n < N; n++) {
      const [y, x] = [Math.tanh(l.data[PLACE * n]!), Math.tanh(l.data[PLACE * n + 1]!)];
      const input = rowOf(inputs, t * N + n);
      this.#window.read(rowOf(pictures, n), y, x, input);
      l.data.set([y, x], PLACE * n);
      input.set([y, x], this.size - PLACE);
    }
    states[t] = hPrevious;
  }

  backward(t: number, dInput: Matrix, dhPrevious: Matrix): void {
    const { pictures, places, states } = this.#requirePass();
    const { rows: N } = pictures;
    const dz = this.#workspace.matrix('gradient', N, PLACE);
    for (let n = 0; n < N; n++) {
      const [y, x] = rowOf(places, t * N + n) as unknown as [number, number];
      const d = rowOf(dInput, n);
      const [dy, dx] = this.#window.gradient(rowOf(pictures, n), y, x, d);
      const [dOwnY, dOwnX] = d.subarray(-PLACE) as unknown as [number, number];
      dz.data.set([(dy + dOwnY) * (1 - y * y), (dx + dOwnX) * (1 - x * x)], PLACE * n);
    }
    this.#toPlaces.inputGradient(dhPrevious, dz, 1);
    const isLast = t === this.count - 1; // where the backward pass begins
    this.#toPlaces.backward(dz, states[t]!, isLast ? 0 : 1);
  }

  #requirePass(): Pass {
    if (!this.#pass) throw new RangeError('no pictures to look at');
    return this.#pass;
  }
}

function rowOf({ data, cols }: Matrix, row: number): Float32Array {
  return data.subarray(row * cols, (row + 1) * cols);
}
