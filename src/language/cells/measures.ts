/** How numbers are distributed, and how well one predicts another: the area under the ROC curve, the variance that a line explains. */

/**
 * The probability that a value of the first kind is larger than one of the second, ties counting half: the area under
 * the ROC curve (Hanley and McNeil 1982; the Mann-Whitney U statistic). 0.5 by chance, 1 or 0 for values that tell all.
 *
 * @param counts how often each value comes among those of the first kind, by rising value
 * @param others the same of the second kind
 * @returns NaN where a kind has no values
 */
export function areaUnderCurve(counts: ArrayLike<number>, others: ArrayLike<number>): number {
  let [wins, below, total] = [0, 0, 0];
  for (let value = 0; value < counts.length; value++) {
    const [count, other] = [counts[value]!, others[value]!];
    wins += count * (below + other / 2);
    below += other;
    total += count;
  }
  return wins / (total * below);
}

/**
 * The best place to divide the two kinds: values of at least `threshold` belong to the first, or to the second where
 * `above` is false. The best is the one with the highest balanced accuracy, the mean of the shares of both kinds that
 * are on their side.
 */
export interface Division {
  threshold: number;
  above: boolean;
}

/** The best division of the two kinds, which are counted as above. */
export function bestDivision(counts: ArrayLike<number>, others: ArrayLike<number>): Division {
  const [all, allOthers] = [sumOf(counts), sumOf(others)];
  let best: Division = { threshold: 0, above: true };
  let highest = 0;
  let [from, othersFrom] = [all, allOthers];
  for (let threshold = 0; threshold <= counts.length; threshold++) {
    const share = from / all - othersFrom / allOthers;
    for (const above of [true, false]) {
      const accuracy = (1 + (above ? share : -share)) / 2;
      if (accuracy > highest) [best, highest] = [{ threshold, above }, accuracy];
    }
    from -= counts[threshold]!;
    othersFrom -= others[threshold]!;
  }
  return best;
}

/** The mean of the shares of both kinds that a division puts on their side. */
export function balancedAccuracy(
  counts: ArrayLike<number>,
  others: ArrayLike<number>,
  { threshold, above }: Division,
): number {
  const share = shareFrom(counts, threshold) - shareFrom(others, threshold);
  return (1 + (above ? share : -share)) / 2;
}

function shareFrom(counts: ArrayLike<number>, threshold: number): number {
  return sumOf(counts, threshold) / sumOf(counts);
}

function sumOf(counts: ArrayLike<number>, from = 0): number {
  let sum = 0;
  for (let value = from; value < counts.length; value++) sum += counts[value]!;
  return sum;
}

/** The mean and the standard deviation of numbers of which each i comes `counts[i]` times; NaN where there are none. */
export function meanAndDeviation(counts: ArrayLike<number>): { mean: number; deviation: number } {
  let [n, sum, squares] = [0, 0, 0];
  for (let i = 0; i < counts.length; i++) {
    n += counts[i]!;
    sum += counts[i]! * i;
    squares += counts[i]! * i ** 2;
  }
  const mean = sum / n;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / n - mean ** 2)) };
}

/** Sums over pairs (x, y): all that a line and its error need. */
export interface Sums {
  n: number;
  x: number;
  y: number;
  xx: number;
  xy: number;
  yy: number;
}

export interface FittedLine {
  slope: number;
  intercept: number;
}

/** The line y = intercept + slope · x with the least squared error; a level one where x does not vary. */
export function fitLine({ n, x, y, xx, xy }: Sums): FittedLine {
  const varianceOfX = n * xx - x * x;
  const slope = varianceOfX > 0 ? (n * xy - x * y) / varianceOfX : 0;
  return { slope, intercept: (y - slope * x) / n };
}

/**
 * The share of the variance of y that a line explains, R²: 1 for all of it, 0 for as much as the mean, below 0 for
 * less, as happens to a line that was fitted to other pairs. NaN where y does not vary.
 */
export function explainedVariance({ slope: a, intercept: b }: FittedLine, { n, x, y, xx, xy, yy }: Sums): number {
  const unexplained = yy - 2 * a * xy - 2 * b * y + a * a * xx + 2 * a * b * x + n * b * b;
  return 1 - unexplained / (yy - (y * y) / n);
}
