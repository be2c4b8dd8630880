/** A glimpse written down as it is defined: every point a weighted sum over all pixels, in float64. */
import type { PictureSize } from '../../src/nn/glimpse-window.ts';
import type { Vector } from './reference.ts';

/** P on pictures of this size. */
export function pointsOf({ rows, columns }: PictureSize): number {
  return Math.min(6, Math.floor(Math.min(rows, columns) / 2) - 1);
}

/** What is seen of a picture at the place y, x [P × P]. */
export function glimpse(picture: ArrayLike<number>, { rows, columns }: PictureSize, y: number, x: number): Vector {
  const P = pointsOf({ rows, columns });
  const weights = (length: number, at: number, j: number) => {
    const s = length / 2 / (P + 1);
    const point = (length - 1) / 2 + (at * length) / 4 + (j - (P - 1) / 2) * s;
    return Array.from({ length }, (_, p) =>
      Math.abs(p - point) < s ? (1 + Math.cos((Math.PI * (p - point)) / s)) / (2 * s) : 0,
    );
  };
  return Array.from({ length: P * P }, (_, ij) => {
    const [byRow, byColumn] = [weights(rows, y, Math.floor(ij / P)), weights(columns, x, ij % P)];
    return Array.from(picture).reduce(
      (sum, value, p) => sum + byRow[Math.floor(p / columns)]! * byColumn[p % columns]! * value,
      0,
    );
  });
}
