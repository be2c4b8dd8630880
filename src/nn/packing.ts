/**
 * How the sequences of a batch lie in a matrix: step after step, longest sequence first, with no padding. It knows no
 * layer and not what is in the rows. Sequences of lengths 4, 3 and 1 (a, b, c) take 8 rows:
 *
 *     row      0  1  2 | 3  4 | 5  6 | 7
 *     value    a₀ b₀ c₀| a₁ b₁| a₂ b₂| a₃          counts 3 2 2 1, starts 0 3 5 7
 *     step     0       | 1    | 2    | 3
 *
 * so that every step is a block of adjacent rows, the rows of a step continue the first rows of the step before, and
 * the products of all steps are one product. Streams of equal length are the special case of equal counts.
 *
 * N sequences, M rows of all steps, T steps.
 */
import type { Matrix } from '../compute/arena.ts';

/** Where the rows of packed sequences are. */
export interface Packing {
  /** Sequences that are still running at each step: N₀ ≥ N₁ ≥ …; their number is the number of steps T. */
  readonly counts: readonly number[];
  /** The first row of each step. */
  readonly starts: readonly number[];
  /** Rows in all. */
  readonly rows: number;
  /** Sequences, N₀. */
  readonly batch: number;
  /** All sequences have the same length. */
  readonly uniform: boolean;
}

/** The packing of `batch` sequences of `steps` steps each. */
export function uniformPacking(batch: number, steps: number): Packing {
  return packingOf(new Array<number>(steps).fill(batch));
}

/**
 * The packing of sequences of these lengths.
 *
 * @throws RangeError unless the lengths are whole numbers of at least 1 and sorted, longest first
 */
export function packedSequences(lengths: readonly number[]): Packing {
  for (const [i, length] of lengths.entries()) {
    if (!Number.isInteger(length) || length < 1 || length > (lengths[i - 1] ?? length)) {
      throw new RangeError(`sequence ${i} of length ${length}: expected whole numbers from 1, sorted longest first`);
    }
  }
  const counts = new Array<number>(lengths[0] ?? 0).fill(0);
  for (const length of lengths) for (let t = 0; t < length; t++) counts[t]! += 1;
  return packingOf(counts);
}

/** The length of each sequence, longest first. */
export function lengthsOf({ counts, batch }: Packing): number[] {
  const lengths = new Array<number>(batch).fill(0);
  for (const count of counts) for (let n = 0; n < count; n++) lengths[n]! += 1;
  return lengths;
}

/**
 * The row that each row becomes when all sequences are read from their ends: step t of a sequence of length T is its
 * step T - 1 - t. To reverse twice is to do nothing, so the list leads there and back.
 */
export function reversedRows(packing: Packing): Int32Array {
  const { counts, starts, rows } = packing;
  const lengths = lengthsOf(packing);
  const reversed = new Int32Array(rows);
  for (const [t, count] of counts.entries()) {
    const start = starts[t]!;
    for (let n = 0; n < count; n++) reversed[start + n] = starts[lengths[n]! - 1 - t]! + n;
  }
  return reversed;
}

/**
 * Sequences one after the other, each in one piece: sequence n has places `begins[n]` to `begins[n + 1]` - 1. With the
 * row that each place comes from, and the place of each row.
 */
export function sequenceOrder(packing: Packing) {
  const begins = [0];
  const rowsOfPlaces = new Int32Array(packing.rows);
  const placesOfRows = new Int32Array(packing.rows);
  let place = 0;
  for (const [n, length] of lengthsOf(packing).entries()) {
    for (let t = 0; t < length; t++, place++) {
      const row = packing.starts[t]! + n;
      rowsOfPlaces[place] = row;
      placesOfRows[row] = place;
    }
    begins.push(place);
  }
  return { begins, rowsOfPlaces, placesOfRows };
}

/** Sequences `from` up to, not including, `to` of a batch. */
export interface Share {
  from: number;
  to: number;
}

/** Sequences that a share has at least: with fewer rows a product takes as long as with these. */
const LEAST_SEQUENCES = 12;

/** Parts the sequences of a batch into at most `most` shares of about as many rows each. */
export function sharesOf(packing: Packing, most: number): Share[] {
  const { batch, rows } = packing;
  const count = Math.max(1, Math.min(most, Math.floor(batch / LEAST_SEQUENCES)));
  if (count === 1) return [{ from: 0, to: batch }];
  const shares: Share[] = [];
  let [from, seen] = [0, 0];
  for (const [n, length] of lengthsOf(packing).entries()) {
    seen += length;
    if (seen * count < rows * (shares.length + 1) && n + 1 < batch) continue;
    shares.push({ from, to: n + 1 });
    from = n + 1;
  }
  return shares;
}

/** How many sequences of a share still run at step `t`; after the last step none does. */
export function runningIn({ from, to }: Share, { counts }: Packing, t: number): number {
  return Math.max(0, Math.min(to, counts[t] ?? 0) - from);
}

/** The rows of a matrix [M, any] that belong to step `t`. */
export function stepRows(matrix: Matrix, { starts, counts }: Packing, t: number): Matrix {
  return matrix.rowRange(starts[t]!, starts[t]! + counts[t]!);
}

function packingOf(counts: readonly number[]): Packing {
  const starts: number[] = [];
  let rows = 0;
  for (const count of counts) {
    starts.push(rows);
    rows += count;
  }
  const batch = counts[0] ?? 0;
  return { counts, starts, rows, batch, uniform: counts.at(-1) === batch };
}
