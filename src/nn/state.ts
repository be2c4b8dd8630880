/**
 * The states of a recurrent stack, which it takes and gives back with each call. It knows no layer and no step.
 *
 * N sequences, H hidden units.
 */
import { copyRows, type Matrix } from '../compute/arena.ts';

/** The state of one layer, [N, H] each; c for cells that have one. */
export interface LayerState {
  h: Matrix;
  c?: Matrix;
  /** Of the direction that reads from the end, in a layer that has one. */
  reversed?: LayerState;
}

/** The states of all layers, from the bottom up. A batch of fewer than N sequences uses the first rows. */
export type StackState = readonly LayerState[];

/** Back to zeros, where sequences start. */
export function resetState(state: StackState): void {
  for (const matrix of matricesOf(state)) matrix.data.fill(0);
}

/**
 * Row i becomes row `rows[i]` of another state, for the first `rows.length` rows: beam search drops some hypotheses and
 * continues others twice.
 */
export function selectStates(target: StackState, source: StackState, rows: readonly number[]): void {
  const from = matricesOf(source);
  for (const [i, matrix] of matricesOf(target).entries()) {
    for (const [to, row] of rows.entries()) copyRows(matrix, to, from[i]!, row, 1);
  }
}

/** All matrices of a state, in the order of the layers, h before c, and those of the reversed direction last. */
export function matricesOf(state: StackState): Matrix[] {
  return state.flatMap(({ h, c, reversed }) => [h, ...(c ? [c] : []), ...(reversed ? matricesOf([reversed]) : [])]);
}

/** A state becomes what the first rows of another are. */
export function copyState(target: StackState, source: StackState): void {
  const from = matricesOf(source);
  for (const [i, { data }] of matricesOf(target).entries()) data.set(from[i]!.data.subarray(0, data.length));
}

/** One row of a state becomes what a row of another, or of the same, is. */
export function copyStateRow(target: StackState, to: number, source: StackState, from: number): void {
  const rows = matricesOf(source);
  for (const [i, matrix] of matricesOf(target).entries()) copyRows(matrix, to, rows[i]!, from, 1);
}
