/** What each cell of a model says while it reads a text: numbers by cell and token. It knows no words. */
import type { Steps } from '../../base/steps.ts';
import type { LanguageModel } from '../../model/language-model.ts';
import { uniformPacking } from '../../nn/packing.ts';
import type { StackState } from '../../nn/state.ts';

/** Tokens that are read at once. */
const PIECE = 1024;
/** Values are kept in steps of 1/127: a byte each, so that 1,024 cells take 100 MB for 100,000 tokens. */
export const QUANTUM = 1 / 127;

/** Which cell, both from 0: the layer from the bottom, the unit within it. */
export interface CellIndex {
  layer: number;
  cell: number;
}

/** `layer 0 cell 72`: the name that a cell of a model has, and no other one of it. */
export function cellName({ layer, cell }: CellIndex): string {
  return `layer ${layer} cell ${cell}`;
}

/** The values of all cells of a model after each token of a text. */
export class CellRecord {
  readonly layers: number;
  /** H, cells of a layer. */
  readonly hidden: number;
  /** Tokens that were read. */
  readonly length: number;
  /** By cell, layer after layer; of each the values by token. */
  readonly #values: readonly Int8Array[];

  constructor(layers: number, hidden: number, length: number, values: readonly Int8Array[]) {
    this.layers = layers;
    this.hidden = hidden;
    this.length = length;
    this.#values = values;
  }

  /** All cells, layer by layer. */
  get cells(): CellIndex[] {
    return this.#values.map((_, i) => ({ layer: Math.floor(i / this.hidden), cell: i % this.hidden }));
  }

  /** The value of a cell after each token, in units of `QUANTUM`: -127 to 127. @throws RangeError for no such cell */
  valuesOf({ layer, cell }: CellIndex): Int8Array {
    const values = cell < this.hidden ? this.#values[layer * this.hidden + cell] : undefined;
    if (!values) throw new RangeError(`cell ${cell} of layer ${layer}: ${this.layers} layers of ${this.hidden} cells`);
    return values;
  }
}

/**
 * Reads a text as one sequence and records every cell after each token: tanh(c) of an LSTM's, h of others.
 *
 * @param first the token before the text
 * @param state at zero, of one sequence
 */
export function* recordCellsSteps(
  model: LanguageModel,
  ids: ArrayLike<number>,
  first: number,
  state: StackState = model.newState(1),
): Steps<CellRecord> {
  const { layers, hidden: H } = model.shape;
  const values = Array.from({ length: layers * H }, () => new Int8Array(ids.length));
  model.logProbs({ packing: uniformPacking(1, 1), inputs: [first] }, state);
  for (let start = 0; start < ids.length; start += PIECE) {
    yield start / ids.length;
    const T = Math.min(PIECE, ids.length - start);
    const packing = uniformPacking(1, T);
    model.logProbs({ packing, inputs: Int32Array.from({ length: T }, (_, t) => ids[start + t]!) }, state);
    for (const [i, layer] of model.stack.layers.entries()) {
      const { data } = layer.activations(packing); // [T, H]
      for (let unit = 0; unit < H; unit++) {
        const target = values[i * H + unit]!;
        for (let t = 0; t < T; t++) target[start + t] = Math.round(data[t * H + unit]! / QUANTUM);
      }
    }
  }
  return new CellRecord(layers, H, ids.length, values);
}
