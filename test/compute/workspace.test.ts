import { describe, expect, test } from 'vitest';
import { Arena } from '../../src/compute/arena.ts';
import { Workspace } from '../../src/compute/workspace.ts';

describe('Workspace', () => {
  test('uses the memory of a name again for any shape that fits', () => {
    const arena = new Arena();
    const workspace = new Workspace(arena);
    const first = workspace.matrix('a', 4, 6);
    const size = arena.size;
    const second = workspace.matrix('a', 8, 2);
    expect([second.offset, second.rows, second.cols]).toEqual([first.offset, 8, 2]);
    expect(arena.size).toBe(size);
  });

  test('takes new memory for a larger shape, once', () => {
    const arena = new Arena();
    const workspace = new Workspace(arena);
    workspace.matrix('a', 4, 6);
    const larger = workspace.matrix('a', 5, 6);
    const size = arena.size;
    expect(workspace.matrix('a', 4, 6).offset).toBe(larger.offset);
    expect(workspace.matrix('a', 6, 5).offset).toBe(larger.offset);
    expect(arena.size).toBe(size);
  });

  test('keeps names apart', () => {
    const workspace = new Workspace(new Arena());
    const [a, b] = [workspace.matrix('a', 2, 2), workspace.matrix('b', 2, 2)];
    a.data.fill(1);
    expect(Array.from(b.data)).toEqual([0, 0, 0, 0]);
  });

  test('copies integers into the arena', () => {
    const workspace = new Workspace(new Arena());
    const long = workspace.integers('ids', [1, 2, 3]);
    const short = workspace.integers('ids', Int32Array.of(-1, 5));
    expect(short.offset).toBe(long.offset);
    expect(Array.from(short.data.subarray(0, 2))).toEqual([-1, 5]);
    expect(workspace.integers('ids', [1, 2, 3, 4]).offset).not.toBe(long.offset);
  });

  test('takes little more than what is asked for at most, in however many small steps it grows', () => {
    const arena = new Arena();
    const workspace = new Workspace(arena);
    const before = arena.size;
    for (let rows = 1; rows <= 1000; rows++) {
      workspace.matrix('m', rows, 10);
      workspace.integers('i', new Int32Array(rows));
    }
    // 1 + 2/3 + (2/3)² + … = 3 times the last, which is at most half as large again as what was asked for.
    expect(arena.size - before).toBeLessThan(4.5 * 1000 * 11 * 4 + 40 * 128);
  });
});
