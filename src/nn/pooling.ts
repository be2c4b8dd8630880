/**
 * One vector for each sequence from those of all its steps. It knows no layer and not what is made of the vectors.
 *
 * M rows of all sequences and steps (packed, see `packing.ts`), N sequences, W values of a row.
 */
import type { Matrix } from '../compute/arena.ts';
import type { Engine } from '../compute/engine.ts';
import { Workspace } from '../compute/workspace.ts';
import { lengthsOf, type Packing } from './packing.ts';

export const POOLINGS = ['last', 'mean', 'max'] as const;

/**
 * What is kept of the steps: the last one (of a direction that reads from the end: the first, where it arrives), the
 * mean over the steps, or the largest of each value (Collobert et al. 2011, section 3.3.2).
 */
export type Pooling = (typeof POOLINGS)[number];

export class StepPooling {
  readonly #how: Pooling;
  readonly #directions: 1 | 2;
  readonly #workspace: Workspace;
  /** For each value of the last result [N, W] the row that it came from, where it came from one. */
  #origins: Int32Array = new Int32Array();

  /** @param directions 2 where the second half of a row comes from a direction that reads from the end */
  constructor(engine: Engine, how: Pooling, directions: 1 | 2) {
    this.#how = how;
    this.#directions = directions;
    this.#workspace = new Workspace(engine.arena);
  }

  /** [M, W] → [N, W], valid until the next call. */
  forward(steps: Matrix, packing: Packing): Matrix {
    const pooled = this.#workspace.matrix('pooled', packing.batch, steps.cols);
    if (this.#how === 'mean') {
      sumSteps(pooled, steps, packing);
      scaleRows(pooled, lengthsOf(packing));
      return pooled;
    }
    this.#origins = this.#how === 'last' ? this.#lastRows(steps, packing) : largestRows(steps, packing);
    for (let i = 0; i < pooled.size; i++)
      pooled.data[i] = steps.data[this.#origins[i]! * steps.cols + (i % steps.cols)]!;
    return pooled;
  }

  /** The gradient of the steps [M, W] from that of the result of the last `forward`, valid until the next call. */
  backward(dPooled: Matrix, packing: Packing): Matrix {
    const { rows: M, batch: N, counts, starts } = packing;
    const W = dPooled.cols;
    const dSteps = this.#workspace.matrix('gradient', M, W);
    if (this.#how === 'mean') {
      scaleRows(dPooled, lengthsOf(packing));
      for (const [t, count] of counts.entries()) dSteps.data.set(dPooled.data.subarray(0, count * W), starts[t]! * W);
      return dSteps;
    }
    dSteps.data.fill(0);
    for (let i = 0; i < N * W; i++) dSteps.data[this.#origins[i]! * W + (i % W)] = dPooled.data[i]!;
    return dSteps;
  }

  #lastRows({ cols: W }: Matrix, packing: Packing): Int32Array {
    const onward = W / this.#directions;
    const rows = lengthsOf(packing).flatMap((length, n) => {
      const last = packing.starts[length - 1]! + n;
      return Array.from({ length: W }, (_, j) => (j < onward ? last : n));
    });
    return Int32Array.from(rows);
  }
}

function largestRows({ data, cols: W }: Matrix, { counts, starts, batch }: Packing): Int32Array {
  const origins = Int32Array.from({ length: batch * W }, (_, i) => Math.floor(i / W));
  for (const [t, count] of counts.entries()) {
    for (let i = 0; i < count * W; i++) {
      const row = starts[t]! + Math.floor(i / W);
      const j = i % W;
      if (data[row * W + j]! > data[origins[i]! * W + j]!) origins[i] = row;
    }
  }
  return origins;
}

function sumSteps(sums: Matrix, { data, cols: W }: Matrix, { counts, starts }: Packing): void {
  sums.data.fill(0);
  for (const [t, count] of counts.entries()) {
    const first = starts[t]! * W;
    for (let i = 0; i < count * W; i++) sums.data[i]! += data[first + i]!;
  }
}

/** Divides each row by its number. */
function scaleRows({ data, cols: W }: Matrix, divisors: readonly number[]): void {
  for (const [n, divisor] of divisors.entries()) for (let j = n * W; j < (n + 1) * W; j++) data[j]! /= divisor;
}
