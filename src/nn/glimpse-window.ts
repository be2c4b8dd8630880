/**
 * A small window onto a picture that can be moved smoothly, so that gradients say where to look next: as that of Gregor
 * et al. 2015 ("DRAW", section 3.2), but theirs is Gaussian and sees all of the picture, if only a little. It knows no
 * network.
 *
 * P × P points lie evenly in it, s pixels apart. Each is the mean of the pixels less than s away in height and in width,
 * weighted by a raised cosine, k(d) = (1 + cos(πd / s)) / 2s. So a window sees nothing that is (P + 1) s / 2 or more
 * from its centre. The spacing s makes that a quarter of the picture's height and width: no window sees more than a
 * quarter of the picture (where a side is odd, half a pixel more). With P = 6 on 28 × 28 pixels:
 *
 *     |←------ 14 pixels ------→|      s = 2: five times between the points
 *     |   ·   ·   ·   ·   ·   ·  |      and once beside them on either side
 */

export interface PictureSize {
  /** In pixels. */
  rows: number;
  columns: number;
}

/** Points on a side of the window; fewer on pictures too small to have a pixel for each. */
const POINTS = 6;

/** The shortest side whose half has room for a point and its surroundings. */
export const LEAST_SIDE = 4;

/** The window over pictures of one size. Places go from -1, where it touches an edge, to 1, where it touches the other. */
export class GlimpseWindow {
  /** P. */
  readonly points: number;
  readonly #y: Axis;
  readonly #x: Axis;
  /** [P, columns]: the picture when only its rows are weighted, and how that changes as the window moves down. */
  readonly #weighted: Float64Array;
  readonly #moved: Float64Array;

  /** @throws RangeError when a side of the picture is shorter than `LEAST_SIDE` */
  constructor({ rows, columns }: PictureSize) {
    const side = Math.min(rows, columns);
    if (!(side >= LEAST_SIDE)) throw new RangeError(`a window onto a picture of ${rows} × ${columns} pixels`);
    this.points = Math.min(POINTS, Math.floor(side / 2) - 1);
    this.#y = new Axis(rows, this.points);
    this.#x = new Axis(columns, this.points);
    this.#weighted = new Float64Array(this.points * columns);
    this.#moved = new Float64Array(this.points * columns);
  }

  /** Looks at `picture` [rows, columns] at the place y, x: `seen` takes P × P values. */
  read(picture: Float32Array, y: number, x: number, seen: Float32Array): void {
    this.#y.place(y);
    this.#x.place(x);
    this.#weightRows(picture, this.#y.weights, this.#weighted);
    for (let i = 0; i < this.points; i++) {
      for (let j = 0; j < this.points; j++)
        seen[i * this.points + j] = this.#sum(this.#weighted, i, this.#x.weights, j);
    }
  }

  /** The gradient by the place [y, x] from that of what was seen there [P, P]. */
  gradient(picture: Float32Array, y: number, x: number, dSeen: Float32Array): [dy: number, dx: number] {
    this.#y.place(y);
    this.#x.place(x);
    this.#weightRows(picture, this.#y.weights, this.#weighted);
    this.#weightRows(picture, this.#y.slopes, this.#moved);
    let [dy, dx] = [0, 0];
    for (let i = 0; i < this.points; i++) {
      for (let j = 0; j < this.points; j++) {
        const d = dSeen[i * this.points + j]!;
        dy += d * this.#sum(this.#moved, i, this.#x.weights, j);
        dx += d * this.#sum(this.#weighted, i, this.#x.slopes, j);
      }
    }
    return [dy, dx];
  }

  /** The rows of the picture become P: Σ over its rows of weight · row, where the window is. */
  #weightRows(picture: Float32Array, weights: Float64Array, sums: Float64Array): void {
    const { first, reach } = this.#y;
    const { length: columns } = this.#x;
    const [left, right] = [this.#x.first[0]!, this.#x.first[this.points - 1]! + this.#x.reach];
    for (let i = 0; i < this.points; i++) {
      for (let column = left; column < right; column++) {
        let sum = 0;
        for (let k = 0; k < reach; k++) sum += weights[i * reach + k]! * picture[(first[i]! + k) * columns + column]!;
        sums[i * columns + column] = sum;
      }
    }
  }

  /** Σ over the columns of weight · value, for point j in row i. */
  #sum(values: Float64Array, i: number, weights: Float64Array, j: number): number {
    const { first, reach, length } = this.#x;
    const start = i * length + first[j]!;
    let sum = 0;
    for (let k = 0; k < reach; k++) sum += weights[j * reach + k]! * values[start + k]!;
    return sum;
  }
}

/** One direction of a window: which pixels its points see, and by what weights. */
class Axis {
  /** Pixels of the picture in this direction, and those that a point sees at most. */
  readonly length: number;
  readonly reach: number;
  /** The first pixel that each point sees [P]. */
  readonly first: Int32Array;
  /** Of its pixels [P, reach]; and how they change with the place. */
  readonly weights: Float64Array;
  readonly slopes: Float64Array;
  /** s. */
  readonly #spacing: number;

  constructor(length: number, points: number) {
    this.length = length;
    this.#spacing = length / 2 / (points + 1);
    this.reach = Math.ceil(2 * this.#spacing);
    this.first = new Int32Array(points);
    this.weights = new Float64Array(points * this.reach);
    this.slopes = new Float64Array(points * this.reach);
  }

  /** Moves the points to where they are in a window at this place. */
  place(at: number): void {
    const { length, reach, first, weights, slopes } = this;
    const s = this.#spacing;
    const centre = (length - 1) / 2 + (at * length) / 4;
    for (let j = 0; j < first.length; j++) {
      const point = centre + (j - (first.length - 1) / 2) * s;
      first[j] = Math.max(0, Math.min(length - reach, Math.floor(point - s) + 1));
      for (let k = 0; k < reach; k++) {
        const distance = first[j]! + k - point;
        const angle = (Math.PI * distance) / s;
        const near = Math.abs(distance) < s;
        weights[j * reach + k] = near ? (1 + Math.cos(angle)) / (2 * s) : 0;
        slopes[j * reach + k] = near ? ((Math.PI * Math.sin(angle)) / (2 * s * s)) * (length / 4) : 0;
      }
    }
  }
}
