/** What is told of the rounds of a race. */

/** The middle one of the values, and the outermost. */
export interface Spread {
  median: number;
  low: number;
  high: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: median(values), low: sorted[0] ?? Number.NaN, high: sorted.at(-1) ?? Number.NaN };
}

export function spreadInWords({ median, low, high }: Spread, format: (value: number) => string): string {
  return `${format(median)} (${format(low)} – ${format(high)})`;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/**
 * A mean over the last values or so, in which each weighs as much as the one after it times `memory` (min-char-rnn's
 * smooth loss): noisy losses of single sequences can be compared by it.
 *
 * @param mean to start from
 * @returns what takes the next value and returns the mean
 */
export function smoothing(mean: number, memory: number): (value: number) => number {
  return (value) => {
    mean = memory * mean + (1 - memory) * value;
    return mean;
  };
}
