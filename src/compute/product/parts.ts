/** Which rows and columns of C make up a part of a product. */
export interface Part {
  row: number;
  rows: number;
  col: number;
  cols: number;
}

/** Parts begin at multiples of this: what the tiles of the libraries' kernels divide. */
const UNIT = 16;

/**
 * Cuts a product into at most `count` equal parts that threads can do at once: bands of the rows of C [m, n] or of its
 * columns, whichever there are more of. No two write to the same place, and no sum is split.
 */
export function partsOf(m: number, n: number, count: number): Part[] {
  const extent = Math.max(m, n);
  const size = Math.ceil(extent / count / UNIT) * UNIT;
  const parts: Part[] = [];
  for (let from = 0; from < extent; from += size) {
    const some = Math.min(size, extent - from);
    parts.push(m > n ? { row: from, rows: some, col: 0, cols: n } : { row: 0, rows: m, col: from, cols: some });
  }
  return parts;
}
