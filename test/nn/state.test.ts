import { describe, expect, test } from 'vitest';
import type { Matrix } from '../../src/compute/arena.ts';
import { matricesOf, resetState, type StackState, selectStates } from '../../src/nn/state.ts';
import { wasm } from './engines.ts';

describe('state', () => {
  test('selectStates continues rows twice, in another order, and drops others', () => {
    const [target, source] = [newState(), newState()];
    selectStates(target, source, [2, 0, 0]);
    expect(matricesOf(target).map(firstColumn)).toEqual([
      [2, 0, 0, 3],
      [12, 10, 10, 13],
      [22, 20, 20, 23],
    ]);
  });

  test('selectStates may choose rows beyond the number that it keeps', () => {
    const [target, source] = [newState(), newState()];
    selectStates(target, source, [3, 1]);
    expect(firstColumn(target[0]!.h)).toEqual([3, 1, 2, 3]);
    expect(Array.from(target[0]!.h.data.subarray(0, 2))).toEqual([3, -3]);
    expect(firstColumn(source[0]!.h)).toEqual([0, 1, 2, 3]);
  });

  test('resetState sets all back to zero', () => {
    const state = newState();
    resetState(state);
    for (const { data } of matricesOf(state)) expect(data.every((x) => x === 0)).toBe(true);
  });
});

/** Four rows; row r of matrix k is (10 k + r, -(10 k + r)). An LSTM's layer below a layer with h alone. */
function newState(): StackState {
  const matrix = (k: number) => {
    const made = wasm.arena.matrix(4, 2);
    for (let r = 0; r < 4; r++) made.data.set([10 * k + r, -(10 * k + r)], 2 * r);
    return made;
  };
  return [{ h: matrix(0), c: matrix(1) }, { h: matrix(2) }];
}

function firstColumn({ data, cols }: Matrix): number[] {
  return Array.from(data).filter((_, i) => i % cols === 0);
}
