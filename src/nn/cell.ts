/**
 * Recurrent cells: what happens at one step between the pre-activations and the new state. The products before and
 * after it, the same for every cell, are in `recurrent-layer.ts`; a cell knows no weights.
 */
import type { Matrix } from '../compute/arena.ts';
import type { Kernels } from '../compute/kernels.ts';

/** What a recurrent layer needs of a cell. */
export interface Cell {
  readonly name: CellName;
  /** Width of the pre-activations in units of the hidden size H. */
  readonly gates: number;
  /** The cell keeps a state c beside h. */
  readonly hasCellState: boolean;
  /**
   * The recurrent product (with a bias of its own) reaches the cell apart from the input's product, not added to it:
   * the GRU scales a part of it by its reset gate.
   */
  readonly separateRecurrent: boolean;
  /** Gates, counted from 0, by which a unit keeps what it has, and takes in what is new. */
  readonly memoryGates?: { keeps: number; takes?: number };

  /** Turns pre-activations into the new state and keeps in z (and s) what the backward pass needs. */
  forward(kernels: Kernels, step: CellStep): void;

  /**
   * Turns the gradient dh of the new state into the gradients of the pre-activations, written to z (and s). `dc`
   * brings the gradient of c from the step after and takes that of c before; a direct path to the previous h is added
   * to `dhPrevious`.
   */
  backward(kernels: Kernels, step: CellStep, gradients: CellGradients): void;
}

export const CELL_NAMES = ['rnn', 'lstm', 'gru'] as const;
export type CellName = (typeof CELL_NAMES)[number];

/** Byte offsets of one step's buffers, N rows each. */
export interface CellStep {
  N: number;
  H: number;
  /** Pre-activations [N, gates·H]: input and recurrent product, or the input's alone where the two are separate. */
  z: number;
  /** The recurrent product [N, gates·H] where it is separate. */
  s: number;
  hPrevious: number;
  h: number;
  cPrevious: number;
  c: number;
  tanhC: number;
}

/** The gradients that flow back through a step, [N, H] each. */
export interface CellGradients {
  /** Of the state after the step. */
  dh: Matrix;
  /** Of the state before the step. */
  dhPrevious: Matrix;
  /** Of c after the step, then of c before it. */
  dc: Matrix;
}

/** h = tanh(W_xh x + W_hh h' + b) (Elman 1990). */
export const rnn: Cell = {
  name: 'rnn',
  gates: 1,
  hasCellState: false,
  separateRecurrent: false,
  forward(kernels, { z, h, N, H }) {
    kernels.rnnForward(z, h, N * H);
  },
  backward(kernels, { z, h, N, H }, { dh }) {
    kernels.rnnBackward(z, h, dh.offset, N * H);
  },
};

/** Long short-term memory (Hochreiter and Schmidhuber 1997; forget gate of Gers et al. 2000), gates i, f, g, o. */
export const lstm: Cell = {
  name: 'lstm',
  gates: 4,
  hasCellState: true,
  separateRecurrent: false,
  memoryGates: { keeps: 1, takes: 0 },
  forward(kernels, { z, cPrevious, c, tanhC, h, N, H }) {
    kernels.lstmForward(z, cPrevious, c, tanhC, h, N, H);
  },
  backward(kernels, { z, cPrevious, tanhC, N, H }, { dh, dc }) {
    kernels.lstmBackward(z, cPrevious, tanhC, dh.offset, dc.offset, N, H);
  },
};

/** Gated recurrent unit (Cho et al. 2014), gates r, u, n; the reset gate scales the recurrent product. */
export const gru: Cell = {
  name: 'gru',
  gates: 3,
  hasCellState: false,
  separateRecurrent: true,
  memoryGates: { keeps: 1 },
  forward(kernels, { z, s, hPrevious, h, N, H }) {
    kernels.gruForward(z, s, hPrevious, h, N, H);
  },
  backward(kernels, { z, s, hPrevious, N, H }, { dh, dhPrevious }) {
    kernels.gruBackward(z, s, hPrevious, dh.offset, dhPrevious.offset, N, H);
  },
};

/** The cells by their names. */
export const cells: Readonly<Record<CellName, Cell>> = { rnn, lstm, gru };
