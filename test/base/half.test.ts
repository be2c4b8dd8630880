import { describe, expect, test } from 'vitest';
import { fromHalf, toHalf } from '../../src/base/half.ts';

const allHalves = Uint16Array.from({ length: 65_536 }, (_, half) => half);

describe('half', () => {
  test('every half survives the way to a float and back', () => {
    const back = toHalf(fromHalf(allHalves));
    const holdsNaN = (half: number) => (half & 0x7fff) > 0x7c00;
    expect(allHalves.filter((half) => back[half] !== half && !holdsNaN(half))).toHaveLength(0);
    expect(fromHalf(back.filter(holdsNaN)).every(Number.isNaN)).toBe(true);
  });

  test.each([
    [1, 0x3c00],
    [-2, 0xc000],
    [65_504, 0x7bff],
    [65_519.99, 0x7bff],
    [65_520, 0x7c00],
    [1e30, 0x7c00],
    [-Infinity, 0xfc00],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [2 ** -25 * 1.001, 0x0001],
    [1e-30, 0x0000],
    [-0, 0x8000],
  ])('%s is stored as the expected bits', (value, bits) => {
    expect(toHalf(Float32Array.of(value))[0]).toBe(bits);
  });

  test('what lies between two halves goes to the nearer one, and from the middle to the even one', () => {
    const finite = fromHalf(allHalves.subarray(0, 0x7c00));
    const wrong = [];
    for (let half = 0; half + 1 < finite.length; half++) {
      const middle = (finite[half]! + finite[half + 1]!) / 2;
      const quarter = (finite[half]! + middle) / 2;
      const [down, even, up] = toHalf(Float32Array.of(quarter, middle, 2 * middle - quarter));
      if (down !== half || even !== half + (half & 1) || up !== half + 1) wrong.push(half);
    }
    expect(wrong).toEqual([]);
  });
});
