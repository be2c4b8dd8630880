import { describe, expect, test } from 'vitest';
import { Arena } from '../../src/compute/arena.ts';

describe('Arena', () => {
  test('gives out matrices of zeros that start at cache lines and do not overlap', () => {
    const arena = new Arena();
    const made = [arena.matrix(3, 5), arena.matrix(1, 1), arena.matrix(0, 7), arena.matrix(2, 16)];
    const integers = arena.integers(3);
    let end = 65_536; // The first page belongs to the kernels.
    for (const { offset, size } of [...made, { offset: integers.offset, size: integers.length }]) {
      expect(offset % 64).toBe(0);
      expect(offset).toBeGreaterThanOrEqual(end);
      // Kernels read up to three floats past the end.
      end = offset + (size + 3) * 4;
    }
    expect(arena.size).toBeGreaterThanOrEqual(end);
    for (const { data } of [...made, integers]) expect(data.every((x) => x === 0)).toBe(true);
  });

  test('grows without moving: what was given out before stays true', () => {
    const arena = new Arena();
    const first = arena.matrix(2, 2);
    first.data.set([1, 2, 3, 4]);
    const { data } = first;
    const large = arena.matrix(3000, 1000);
    large.data[large.size - 1] = 5;
    data[0] = 6;
    expect(first.data).toBe(data);
    expect(Array.from(new Float32Array(arena.memory.buffer, first.offset, 4))).toEqual([6, 2, 3, 4]);
    expect(large.data.at(-1)).toBe(5);
  });

  test('a matrix that begins in memory that was used and ends in memory that never was is zero', () => {
    const arena = new Arena();
    arena.scratch(() => arena.matrix(100, 100).data.fill(7));
    expect(arena.matrix(150, 150).data.every((x) => x === 0)).toBe(true);
    arena.scratch(() => arena.integers(5000).data.fill(7));
    expect(arena.integers(9000).data.every((x) => x === 0)).toBe(true);
  });

  test('memory that is not shared holds what it can without growing, and refuses more with advice', () => {
    const arena = new Arena(false);
    const first = arena.matrix(1000, 1000);
    first.data.fill(3);
    expect(arena.matrix(4000, 4000).data.at(-1)).toBe(0);
    expect(first.data.at(-1)).toBe(3);
    expect(() => arena.matrix(20_000, 20_000)).toThrow(/need 1\.6 GiB of memory, more than the arena's 1\.0 GiB/);
  });

  test('scratch gives back what was allocated in it, and the next matrix is clean', () => {
    const arena = new Arena();
    const size = arena.size;
    const offset = arena.scratch(() => {
      const matrix = arena.matrix(10, 10);
      matrix.data.fill(7);
      return matrix.offset;
    });
    expect(arena.size).toBe(size);
    expect(() =>
      arena.scratch(() => {
        arena.matrix(10, 10);
        throw new Error('inside');
      }),
    ).toThrow('inside');
    expect(arena.size).toBe(size);
    const again = arena.matrix(10, 10);
    expect(again.offset).toBe(offset);
    expect(again.data.every((x) => x === 0)).toBe(true);
  });

  test('says what to do when more is asked for than 32 bits address', () => {
    const arena = new Arena();
    const { size } = arena;
    expect(() => arena.matrix(40_000, 40_000)).toThrow(
      /need 6\.0 GiB of memory, more than the arena's 4\.0 GiB.*use a/,
    );
    expect(arena.size).toBe(size);
  });
});

describe('Matrix', () => {
  test('rowRange and reshaped are views of the same memory', () => {
    const matrix = new Arena().matrix(4, 3);
    matrix.data.forEach((_, i, data) => {
      data[i] = i;
    });
    const middle = matrix.rowRange(1, 3);
    expect([middle.rows, middle.cols]).toEqual([2, 3]);
    expect(Array.from(middle.data)).toEqual([3, 4, 5, 6, 7, 8]);
    middle.reshaped(3, 2).data[5] = 80;
    expect(matrix.data[8]).toBe(80);
    expect(matrix.rowRange(4, 4).size).toBe(0);
  });

  test.each([
    [-1, 2],
    [0, 5],
    [3, 2],
  ])('refuses rows %d to %d of four', (from, to) => {
    expect(() => new Arena().matrix(4, 3).rowRange(from, to)).toThrow(`rows ${from} to ${to} of a matrix of 4 rows`);
  });

  test('refuses a shape of more values than it has', () => {
    expect(() => new Arena().matrix(4, 3).reshaped(13, 1)).toThrow('a matrix of 4 × 3 seen as 13 × 1');
  });
});
