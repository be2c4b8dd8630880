import { describe, expect, test } from 'vitest';
import { Arena, type Matrix } from '../../src/compute/arena.ts';
import { MapMemory } from '../../src/nn/map-memory.ts';

describe('MapMemory', () => {
  test('keeps what a layer reads, writes and needs in between apart, in as much as the largest layer needs', () => {
    const layers = [
      { written: 50, between: [7, 90] },
      { written: 301, between: [] },
      { written: 3, between: [100] },
    ];
    const needs = layers.map(({ written, between }, i) => [layers[i - 1]?.written ?? 20, written, ...between]);
    const arena = new Arena();
    const before = arena.size;
    const memory = new MapMemory(arena, needs);
    expect(arena.size - before).toBeLessThan(4 * (301 + 3 + 100) + 4 * 64);

    let read = memory.begin(20, 1);
    for (const [i, { written, between }] of layers.entries()) {
      fill(read, -i);
      const y = fill(memory.next(1, written), i + 1);
      const inBetween = between.map((floats, j) => fill(memory.matrix(`${j}`, floats, 1), 100 + j));
      expect(new Set(read.data)).toEqual(new Set([-i]));
      expect(new Set(y.data)).toEqual(new Set([i + 1]));
      for (const [j, { data }] of inBetween.entries()) expect(new Set(data)).toEqual(new Set([100 + j]));
      read = y;
    }
  });

  test('gives a name the same memory until the next layer, and no more than there is', () => {
    const memory = new MapMemory(new Arena(), [[10, 10, 40]]);
    memory.begin(10, 1);
    memory.next(10, 1);
    const first = memory.matrix('a', 4, 10);
    expect(memory.matrix('a', 5, 2).offset).toBe(first.offset);
    expect(() => memory.matrix('b', 1, 1)).toThrow(RangeError);
    expect(() => memory.matrix('a', 7, 7)).toThrow(RangeError);
  });
});

function fill(matrix: Matrix, value: number): Matrix {
  matrix.data.fill(value);
  return matrix;
}
