import { describe, expect, it } from 'vitest';
import { meansAfterTokens, strongestPlaces } from '../../../src/language/cells/one-cell.ts';

describe('strongestPlaces', () => {
  const values = Int8Array.from([5, 100, 99, 0, 0, 90, 90, -7, 100, 0, 3]);

  it('goes from the highest down, with room between them', () => {
    expect(strongestPlaces(values, 1, { top: 3, apart: 2 })).toEqual([
      { token: 1, value: 100 },
      { token: 8, value: 100 },
      { token: 5, value: 90 },
    ]);
    expect(strongestPlaces(values, 1, { top: 9, apart: 4 }).map(({ token }) => token)).toEqual([1, 8]);
  });

  it('finds the lowest likewise, and none where there are none', () => {
    expect(strongestPlaces(values, -1, { top: 3, apart: 2 })).toEqual([{ token: 7, value: -7 }]);
    expect(strongestPlaces(new Int8Array(4), 1, { top: 3, apart: 2 })).toEqual([]);
  });

  it('takes equally high places from all parts of the text', () => {
    const level = new Int8Array(1000).fill(127);
    expect(strongestPlaces(level, 1, { top: 4, apart: 10 }).map(({ token }) => token)).toEqual([0, 250, 500, 750]);
  });
});

describe('meansAfterTokens', () => {
  it('goes from the highest mean to the lowest, without tokens that are too rare', () => {
    const found = meansAfterTokens(Int8Array.from([10, -4, 20, -6, 127]), [0, 2, 0, 2, 1], 3, 2);
    expect(found).toEqual([
      { kind: 0, count: 2, mean: 15 },
      { kind: 2, count: 2, mean: -5 },
    ]);
  });
});
