/** How well a cell follows a feature that is a number: the variance that a line on the cell's value explains. */
import { type CellHalves, type Follower, middleOf } from './follower.ts';
import { explainedVariance, type FittedLine, fitLine, type Sums } from './measures.ts';
import { QUANTUM } from './record.ts';

/** Tells how well a cell follows a feature that is a number. */
export class NumberFollower implements Follower {
  readonly measure = 'R²';
  readonly occurs: boolean;
  /** y after each token, and its sums and sums of squares up to each. */
  readonly #values: Float32Array;
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;

  constructor(values: Float32Array) {
    this.#values = values;
    this.#sums = runningSum(values, (y) => y);
    this.#squares = runningSum(values, (y) => y * y);
    const middle = middleOf(values);
    this.occurs = varies(values.subarray(0, middle)) && varies(values.subarray(middle));
  }

  /** The variance in the second half that the line of the first explains. */
  figure(cell: CellHalves, move: number): number {
    const { values } = cell;
    const middle = middleOf(values);
    const line = fitLine(this.#sumsOf(cell, 0, 0, middle, move));
    return explainedVariance(line, this.#sumsOf(cell, 1, middle, values.length, move));
  }

  /** The line of the first half, from the cell's value to the feature's. */
  reading(cell: CellHalves): FittedLine {
    const { slope, intercept } = fitLine(this.#sumsOf(cell, 0, 0, middleOf(cell.values), 0));
    return { slope: slope / QUANTUM, intercept };
  }

  #sumsOf({ values, counts }: CellHalves, half: 0 | 1, from: number, to: number, move: number): Sums {
    const sums: Sums = { n: to - from, x: 0, y: 0, xx: 0, xy: 0, yy: 0 };
    for (const [i, count] of counts[half].entries()) {
      sums.x += count * (i - 128);
      sums.xx += count * (i - 128) ** 2;
    }
    // The moved feature goes over the end of the text at most once: in one stretch or two.
    const length = values.length;
    for (let start = from; start < to; ) {
      const moved = (start - move + length) % length;
      const count = Math.min(to - start, length - moved);
      sums.y += this.#sums[moved + count]! - this.#sums[moved]!;
      sums.yy += this.#squares[moved + count]! - this.#squares[moved]!;
      sums.xy += innerProduct(values, start, this.#values, moved, count);
      start += count;
    }
    return sums;
  }
}

function innerProduct(x: Int8Array, xFrom: number, y: Float32Array, yFrom: number, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += x[xFrom + i]! * y[yFrom + i]!;
  return sum;
}

function runningSum(values: Float32Array, of: (value: number) => number): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (const [i, value] of values.entries()) sums[i + 1] = sums[i]! + of(value);
  return sums;
}

function varies(values: Float32Array): boolean {
  return values.some((value) => value !== values[0]);
}
