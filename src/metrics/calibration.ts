/** How good a confidence is: whether it orders answers by how good they are, and whether it comes true. Knows no model. */

/** Answers of about the same confidence. */
export interface ReliabilityBin {
  /** How many there are. */
  count: number;
  /** Their mean confidence. */
  confidence: number;
  /** The share of them that was right. */
  right: number;
}

/**
 * Answers by tenths of confidence, those without an answer left out (DeGroot and Fienberg 1983).
 *
 * @param confidences from 0 to 1
 * @param right whether each answer was right
 */
export function reliability(confidences: readonly number[], right: readonly boolean[]): ReliabilityBin[] {
  const found = Array.from({ length: 10 }, () => ({ count: 0, confidence: 0, right: 0 }));
  for (const [i, confidence] of confidences.entries()) {
    const bin = found[Math.min(9, Math.floor(10 * confidence))]!;
    bin.count++;
    bin.confidence += confidence;
    if (right[i]) bin.right++;
  }
  return found
    .filter(({ count }) => count > 0)
    .map(({ count, confidence, right }) => ({ count, confidence: confidence / count, right: right / count }));
}

/**
 * The expected calibration error: the distance between confidence and the share that was right, the mean over the bins by
 * the answers in them (Naeini, Cooper and Hauskrecht 2015; Guo et al. 2017, "On calibration of modern neural networks",
 * section 2). 0 at best, 1 at worst.
 */
export function calibrationError(bins: readonly ReliabilityBin[]): number {
  const answers = bins.reduce((sum, { count }) => sum + count, 0);
  return bins.reduce((sum, { count, confidence, right }) => sum + (count / answers) * Math.abs(confidence - right), 0);
}

/** Spearman's rank correlation, from -1 to 1; equals share the mean of their ranks. 0 where all values are the same. */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranks(a), ranks(b)];
  const mean = (a.length - 1) / 2;
  const product = (p: readonly number[], q: readonly number[]) =>
    p.reduce((sum, value, i) => sum + (value - mean) * (q[i]! - mean), 0);
  return product(x, y) / (Math.sqrt(product(x, x) * product(y, y)) || 1);
}

/**
 * The mean score of the surest answers, when so large a share of all is answered at all: a curve of coverage against what
 * comes of it (El-Yaniv and Wiener 2010, section 2.2).
 *
 * @param shares from 0 to 1; at least one answer is given
 */
export function scoresByCoverage(
  confidences: readonly number[],
  scores: readonly number[],
  shares: readonly number[],
): number[] {
  const surest = [...confidences.keys()].sort((a, b) => confidences[b]! - confidences[a]!);
  return shares.map((share) => {
    const answered = surest.slice(0, Math.max(1, Math.ceil(share * surest.length)));
    return answered.reduce((sum, i) => sum + scores[i]!, 0) / answered.length;
  });
}

/** The rank of each value from 0, the lowest. */
function ranks(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((a, b) => values[a]! - values[b]!);
  const found = new Array<number>(values.length);
  for (let first = 0; first < order.length; ) {
    let end = first + 1;
    while (end < order.length && values[order[end]!] === values[order[first]!]) end++;
    for (let i = first; i < end; i++) found[order[i]!] = (first + end - 1) / 2;
    first = end;
  }
  return found;
}
