/** Logistic regression of few signals. Knows nothing of what they are. */
import { partOf, runAtOnce, type Steps } from '../../base/steps.ts';

/** The probability of an outcome by S signals: σ(bias + weights · signals). */
export interface Logistic {
  bias: number;
  /** [S], none below 0. */
  weights: number[];
}

/** One case of which the outcome is known. */
export interface Observation {
  /** [S] */
  signals: readonly number[];
  outcome: boolean;
  /** How much it counts beside the others. */
  weight: number;
}

/** An observation with the probability that is aimed at for it. */
interface Case extends Omit<Observation, 'outcome'> {
  target: number;
}

/** Penalty on squared weights, for signals of deviation 1, where the observations weigh 1 in all. */
const PENALTY = 1e-4;
const ITERATIONS = 50;
/** Observations between two turns of everything else. */
const TURN = 512;
/** A signal that deviates by less than this share of its size is a constant. */
const CONSTANT = 1e-9;

/**
 * Fits a logistic regression by Newton's method, with a small penalty on its weights. More of a signal never makes the
 * outcome less probable: one whose weight would be below 0 is left out (its weight is 0). The probabilities that are
 * aimed at are a little less than 1 and more than 0, as if each outcome had been seen once more (Platt 1999, section
 * 2.2), so that it has an answer where all outcomes are the same.
 *
 * @param observations at least one
 */
export function fitLogistic(observations: readonly Observation[]): Logistic {
  return runAtOnce(fitLogisticSteps(observations));
}

/** `fitLogistic`, some hundred observations at a time. */
export function* fitLogisticSteps(observations: readonly Observation[]): Steps<Logistic> {
  const S = observations[0]!.signals.length;
  const total = sum(observations.map(({ weight }) => weight));
  const yes = observations.filter(({ outcome }) => outcome).length;
  const no = observations.length - yes;
  const cases = observations.map(({ signals, outcome, weight }): Case => {
    return { signals, target: outcome ? (yes + 1) / (yes + 2) : 1 / (no + 2), weight: weight / total };
  });
  const means = range(S).map((s) => sum(cases.map(({ signals, weight }) => weight * signals[s]!)));
  const deviations = range(S).map((s) =>
    Math.sqrt(sum(cases.map(({ signals, weight }) => weight * (signals[s]! - means[s]!) ** 2))),
  );
  const standard = cases.map((one) => ({
    ...one,
    signals: one.signals.map((x, s) => (x - means[s]!) / (deviations[s]! || 1)),
  }));

  let used = range(S).filter((s) => deviations[s]! > CONSTANT * Math.abs(means[s]!));
  let fitted = yield* partOf(newtonSteps(standard, used), 0, 0.5);
  while (fitted.some((weight, i) => i > 0 && weight < 0)) {
    const worst = used[fitted.indexOf(Math.min(...fitted.slice(1)), 1) - 1]!;
    used = used.filter((s) => s !== worst);
    fitted = yield* partOf(newtonSteps(standard, used), 0.5, 1);
  }
  const weights = range(S).map((s) => (used.includes(s) ? fitted[1 + used.indexOf(s)]! / deviations[s]! : 0));
  return { bias: fitted[0]! - sum(weights.map((weight, s) => weight * means[s]!)), weights };
}

/** The probability of the outcome. */
export function probabilityOf({ bias, weights }: Logistic, signals: readonly number[]): number {
  return sigmoid(bias + sum(weights.map((weight, s) => weight * signals[s]!)));
}

/** The bias and the weights of the signals `used`, which have mean 0 and deviation 1. */
function* newtonSteps(cases: readonly Case[], used: readonly number[]): Steps<number[]> {
  const inputs = cases.map(({ signals }) => [1, ...used.map((s) => signals[s]!)]);
  let parameters = new Array<number>(1 + used.length).fill(0);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const gradient = parameters.map((value, i) => (i === 0 ? 0 : PENALTY * value));
    const hessian = parameters.map((_, i) => parameters.map((_, j) => (i === j ? (i === 0 ? 1e-9 : PENALTY) : 0)));
    for (const [n, input] of inputs.entries()) {
      if (n % TURN === 0) yield (iteration + n / inputs.length) / ITERATIONS;
      const { target, weight } = cases[n]!;
      const p = sigmoid(sum(input.map((x, i) => x * parameters[i]!)));
      for (const [i, x] of input.entries()) {
        gradient[i]! += weight * (p - target) * x;
        for (const [j, y] of input.entries()) hessian[i]![j]! += weight * p * (1 - p) * x * y;
      }
    }
    const step = solve(hessian, gradient);
    parameters = parameters.map((value, i) => value - step[i]!);
    if (Math.max(...step.map(Math.abs)) < 1e-9) break;
  }
  return parameters;
}

/** x of A x = b for a small positive definite A, by elimination. */
function solve(A: readonly (readonly number[])[], b: readonly number[]): number[] {
  const rows = A.map((row, i) => [...row, b[i]!]);
  for (const [i, pivot] of rows.entries()) {
    for (const row of rows) {
      if (row === pivot) continue;
      const factor = row[i]! / pivot[i]!;
      for (let j = i; j < row.length; j++) row[j]! -= factor * pivot[j]!;
    }
  }
  return rows.map((row, i) => row.at(-1)! / row[i]!);
}

const range = (count: number): number[] => [...Array(count).keys()];
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** 1 / (1 + e^-x). */
function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}
