/** What the search asks of a feature of any kind: how well a cell follows it. It knows no model and no text. */

/** Tells how well one cell follows a feature that is moved along the text, in a circle. */
export interface Follower {
  readonly measure: 'AUC' | 'R²';
  /** Whether both halves of the text have enough of the feature. */
  readonly occurs: boolean;
  /** How well what was decided on the first half works on the second. */
  figure(cell: CellHalves, move: number): number;
  /** What was decided, of the feature where it is. */
  reading(cell: CellHalves): CellReading;
}

/** What a cell's value means for the feature: a yes-or-no one holds on one side of a threshold, a number is on a line. */
export type CellReading =
  | { threshold: number; above: boolean; balancedAccuracy: number }
  | { slope: number; intercept: number };

/** The values of one cell after each token, and how often it has each in either half of the text. */
export interface CellHalves {
  values: Int8Array;
  /** By value + 128. */
  counts: readonly [first: Uint32Array, second: Uint32Array];
}

/** Where the second half of a text begins. */
export function middleOf({ length }: { length: number }): number {
  return length >> 1;
}

/** Counts the values of a cell. */
export function halvesOf(values: Int8Array): CellHalves {
  const middle = middleOf(values);
  return { values, counts: [countValues(values.subarray(0, middle)), countValues(values.subarray(middle))] };
}

/** How often each value comes, by value + 128. */
export function countValues(values: Int8Array): Uint32Array {
  const counts = new Uint32Array(256);
  for (const value of values) counts[value + 128]!++;
  return counts;
}
