/**
 * The memory of one recurrent layer: pre-activations, states and what the backward pass needs, for all steps of a
 * batch. It knows where each step lies, not what is computed there. States begin with the rows that the sequences start
 * from:
 *
 *     h:  initial state (N₀ rows) | step 0 (N₀ rows) | step 1 (N₁ rows) | …
 *
 * so that the states before each step of equally long streams are one block, rows 0 to M - 1.
 */
import { type Arena, copyRows, type Matrix } from '../compute/arena.ts';
import type { Cell, CellGradients, CellStep } from './cell.ts';
import { type Packing, runningIn, type Share } from './packing.ts';
import type { LayerState } from './state.ts';

/** The matrices of one step, N rows each, and the same as the cell's kernels want them. */
export interface StepBuffers {
  /** Pre-activations [N, G]. */
  z: Matrix;
  /** Where the recurrent product goes: z, or a matrix of its own where the cell wants the two apart. */
  recurrent: Matrix;
  /** The state before the step [N, H]. */
  hPrevious: Matrix;
  offsets: CellStep;
}

export class LayerBuffers {
  readonly rows: number;
  readonly batch: number;
  /** Pre-activations [rows, G]; after the forward pass what the cell keeps there, after the backward pass gradients. */
  readonly z: Matrix;
  /** The recurrent product [rows, G] where it is separate, else z. */
  readonly recurrent: Matrix;
  /** [batch, H] each: gradients of the states before the first step, and of c where the backward pass stands. */
  readonly dhInitial: Matrix;
  readonly dc: Matrix;
  /** [batch + rows, H] each; c and tanh(c) for cells with a cell state. */
  readonly #h: Matrix;
  readonly #c: Matrix | undefined;
  readonly #tanhC: Matrix | undefined;
  readonly #arena: Arena;
  #statesBefore: Matrix | undefined;

  constructor(arena: Arena, cell: Cell, H: number, rows: number, batch: number) {
    this.rows = rows;
    this.batch = batch;
    this.z = arena.matrix(rows, cell.gates * H);
    this.recurrent = cell.separateRecurrent ? arena.matrix(rows, cell.gates * H) : this.z;
    this.#h = arena.matrix(batch + rows, H);
    this.#c = cell.hasCellState ? arena.matrix(batch + rows, H) : undefined;
    this.#tanhC = cell.hasCellState ? arena.matrix(rows, H) : undefined;
    this.dhInitial = arena.matrix(batch, H);
    this.dc = arena.matrix(batch, H);
    this.#arena = arena;
  }

  /** Step `t` of the sequences of a share. */
  step(packing: Packing, t: number, share: Share = wholeOf(packing)): StepBuffers {
    const { starts, batch } = packing;
    const N = runningIn(share, packing, t);
    const first = starts[t]! + share.from;
    const previous = share.from + (t === 0 ? 0 : batch + starts[t - 1]!);
    const z = this.z.rowRange(first, first + N);
    const recurrent = this.recurrent.rowRange(first, first + N);
    const hPrevious = this.#h.rowRange(previous, previous + N);
    const H = this.#h.cols;
    const rowBytes = H * 4;
    const c = this.#c?.offset ?? 0;
    const offsets = {
      N,
      H,
      z: z.offset,
      s: recurrent.offset,
      hPrevious: hPrevious.offset,
      h: this.#h.offset + (batch + first) * rowBytes,
      cPrevious: c + previous * rowBytes,
      c: c + (batch + first) * rowBytes,
      tanhC: (this.#tanhC?.offset ?? 0) + first * rowBytes,
    };
    return { z, recurrent, hPrevious, offsets };
  }

  /** The gradients that flow back through step `t` of the sequences of a share. @param dh of all states [M, H] */
  gradients(dh: Matrix, packing: Packing, t: number, { from, to }: Share): CellGradients {
    const { starts } = packing;
    const N = runningIn({ from, to }, packing, t);
    const first = starts[t]! + from;
    const [before, previous] = t === 0 ? [this.dhInitial, from] : [dh, starts[t - 1]! + from];
    return {
      dh: dh.rowRange(first, first + N),
      dhPrevious: before.rowRange(previous, previous + N),
      dc: this.dc.rowRange(from, from + N),
    };
  }

  /** Sets where the sequences start. */
  setStart({ h, c }: LayerState, { batch }: Packing): void {
    copyRows(this.#h, 0, h, 0, batch);
    if (this.#c && c) copyRows(this.#c, 0, c, 0, batch);
  }

  /** Where the sequences end: `state` takes the state after the last step of each. */
  copyEnd({ h, c }: LayerState, { starts, counts, batch }: Packing): void {
    for (const [t, N] of counts.entries()) {
      const running = counts[t + 1] ?? 0; // after the last step none is
      const row = batch + starts[t]! + running;
      copyRows(h, running, this.#h, row, N - running);
      if (this.#c && c) copyRows(c, running, this.#c, row, N - running);
    }
  }

  /** The states after each row's step [M, H]. */
  states({ batch, rows }: Packing): Matrix {
    return this.#h.rowRange(batch, batch + rows);
  }

  /** The activations of the units after each row's step [M, H]: tanh(c) where there is a cell state, else h. */
  activations(packing: Packing): Matrix {
    return this.#tanhC?.rowRange(0, packing.rows) ?? this.states(packing);
  }

  /** The states before each row's step [M, H]: for the gradient of the recurrent weights. */
  statesBefore(packing: Packing): Matrix {
    if (packing.uniform) return this.#h.rowRange(0, packing.rows);
    this.#statesBefore ??= this.#arena.matrix(this.rows, this.#h.cols);
    for (const [t, N] of packing.counts.entries()) {
      copyRows(this.#statesBefore, packing.starts[t]!, this.step(packing, t).hPrevious, 0, N);
    }
    return this.#statesBefore.rowRange(0, packing.rows);
  }
}

function wholeOf({ batch }: Packing): Share {
  return { from: 0, to: batch };
}
