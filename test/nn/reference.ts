/**
 * The language model written down as in a lecture, in float64 and plain arrays: one sequence after the other, one step
 * after the other, one row of a matrix after the other. It knows nothing of packing, of buffers or of gradients, which
 * are central differences of its loss.
 *
 * D inputs, E embedding, H hidden, V vocabulary, as in `src/model/language-model.ts`; parameters have the same names.
 */
import type { Random } from '../../src/base/random.ts';
import type { LanguageModel, LanguageModelShape } from '../../src/model/language-model.ts';

export type Vector = number[];

/** The parameters by name, each a list of rows. */
export type Weights = Record<string, Vector[]>;

export interface ReferenceState {
  h: Vector;
  c: Vector;
}

export interface Sequence {
  inputs: number[];
  /** -1 where nothing is asked. */
  targets: number[];
  condition?: Vector;
  /** Where each layer starts; zeros where it is not given. */
  start?: ReferenceState[];
}

export interface ReferenceRun {
  /** [T][V] */
  logits: Vector[];
  /** Where each layer ended. */
  end: ReferenceState[];
}

/** One sequence from its start to its end. */
export function run(shape: LanguageModelShape, weights: Weights, sequence: Sequence): ReferenceRun {
  const { hidden: H, layers } = shape;
  const zero = () => new Array<number>(H).fill(0);
  const states = Array.from({ length: layers }, (_, i) => sequence.start?.[i] ?? { h: zero(), c: zero() });
  const ofLayers = states.map((_, i) => layerWeights(weights, `layers.${i}`));
  const logits = sequence.inputs.map((id, t) => {
    let x = shape.embedding > 0 ? weights['embedding']![id]! : oneHot(id, shape.vocabulary);
    for (let i = 0; i < layers; i++) {
      const v = i === 0 && t === 0 ? sequence.condition : undefined;
      states[i] = cellSteps[shape.cell](ofLayers[i]!, x, states[i]!, v);
      x = states[i]!.h;
    }
    return plus(times(x, weights['output.weights']!), weights['output.bias']![0]!);
  });
  return { logits, end: states };
}

/** The mean loss in nats over all targets of all sequences; 0 where there are none. */
export function meanLoss(
  shape: LanguageModelShape,
  weights: Weights,
  sequences: readonly Sequence[],
  smoothing = 0,
): number {
  let sum = 0;
  let count = 0;
  for (const sequence of sequences) {
    const { logits } = run(shape, weights, sequence);
    for (const [t, target] of sequence.targets.entries()) {
      if (target === -1) continue;
      const logP = logSoftmax(logits[t]!);
      const uniform = logP.reduce((total, p) => total + p, 0) / logP.length;
      sum -= (1 - smoothing) * logP[target]! + smoothing * uniform;
      count++;
    }
  }
  return count > 0 ? sum / count : 0;
}

/** The gradient of `loss` by each weight, by central differences: exact to about 1e-10 in float64. */
export function numericalGradients(weights: Weights, loss: (weights: Weights) => number, h = 1e-5): Weights {
  const derivative = (row: Vector, j: number) => {
    const x = row[j]!;
    row[j] = x + h;
    const up = loss(weights);
    row[j] = x - h;
    const down = loss(weights);
    row[j] = x;
    return (up - down) / (2 * h);
  };
  const byRow = (row: Vector) => row.map((_, j) => derivative(row, j));
  return Object.fromEntries(Object.entries(weights).map(([name, rows]) => [name, rows.map(byRow)]));
}

/**
 * Keeps what was computed for a case: suites that run on every driver compare each with the same numbers, and to compute
 * these takes nearly all their time.
 */
export function oncePerCase(): (name: string, compute: () => Weights) => Weights {
  const known = new Map<string, Weights>();
  return (name, compute) => {
    const found = known.get(name) ?? compute();
    known.set(name, found);
    return found;
  };
}

/** Weights and biases that are all random, from -1 to 1: large enough to matter. */
export function randomise({ parameters }: Pick<LanguageModel, 'parameters'>, random: Random): void {
  for (const parameter of parameters) {
    parameter.edit((values) => {
      for (let i = 0; i < values.length; i++) values[i] = 2 * random.uniform() - 1;
    });
  }
}

/** The same names and shapes, all zero: for gradients to be added to. */
export function zerosLike(weights: Weights): Weights {
  return Object.fromEntries(Object.entries(weights).map(([name, rows]) => [name, rows.map((row) => row.map(() => 0))]));
}

/** A copy of a model's parameters. */
export function weightsOf(model: Pick<LanguageModel, 'parameters'>): Weights {
  return Object.fromEntries(model.parameters.map(({ name, value }) => [name, rowsOf(value.data, value.cols)]));
}

/** A copy of the gradients that a model has just computed. */
export function gradientsOf(model: Pick<LanguageModel, 'parameters'>): Weights {
  return Object.fromEntries(model.parameters.map(({ name, gradient }) => [name, rowsOf(gradient.data, gradient.cols)]));
}

/** A row-major matrix as a list of rows. */
export function rowsOf(data: ArrayLike<number>, cols: number): Vector[] {
  const values = Array.from(data);
  return Array.from({ length: values.length / cols }, (_, r) => values.slice(r * cols, (r + 1) * cols));
}

export function logSoftmax(logits: Vector): Vector {
  const highest = Math.max(...logits);
  const logTotal = highest + Math.log(logits.reduce((total, x) => total + Math.exp(x - highest), 0));
  return logits.map((x) => x - logTotal);
}

export interface LayerWeights {
  input: Vector[];
  recurrent: Vector[];
  bias: Vector;
  recurrentBias: Vector | undefined;
  condition: Vector[] | undefined;
}

type CellStep = (weights: LayerWeights, x: Vector, state: ReferenceState, v?: Vector) => ReferenceState;

/** Gates lie side by side in the columns of the weights; gate k of a pre-activation is columns k·H to (k + 1)·H - 1. */
export const cellSteps: Record<LanguageModelShape['cell'], CellStep> = {
  rnn(weights, x, { h, c }, v) {
    const z = plus(fromInput(weights, x, v), times(h, weights.recurrent));
    return { h: z.map(Math.tanh), c };
  },

  lstm(weights, x, { h, c }, v) {
    const z = plus(fromInput(weights, x, v), times(h, weights.recurrent));
    const H = h.length;
    const next = c.map((cj, j) => sigmoid(z[H + j]!) * cj + sigmoid(z[j]!) * Math.tanh(z[2 * H + j]!));
    return { h: next.map((cj, j) => sigmoid(z[3 * H + j]!) * Math.tanh(cj)), c: next };
  },

  gru(weights, x, { h, c }, v) {
    const z = fromInput(weights, x, v);
    const s = plus(times(h, weights.recurrent), weights.recurrentBias!);
    const H = h.length;
    const next = h.map((hj, j) => {
      const reset = sigmoid(z[j]! + s[j]!);
      const update = sigmoid(z[H + j]! + s[H + j]!);
      const candidate = Math.tanh(z[2 * H + j]! + reset * s[2 * H + j]!);
      return (1 - update) * candidate + update * hj;
    });
    return { h: next, c };
  },
};

/** The weights of the layer of this name. */
export function layerWeights(weights: Weights, name: string): LayerWeights {
  const named = (role: string) => weights[`${name}.${role}`];
  return {
    input: named('input')!,
    recurrent: named('recurrent')!,
    bias: named('bias')![0]!,
    recurrentBias: named('recurrent_bias')?.[0],
    condition: named('condition'),
  };
}

/** x W_xh + b, and v W_ih at the first step. */
export function fromInput({ input, bias, condition }: LayerWeights, x: Vector, v: Vector | undefined): Vector {
  const z = plus(times(x, input), bias);
  return v && condition ? plus(z, times(v, condition)) : z;
}

/** By loops, several times as fast as `map` and `reduce`: a numerical gradient takes a hundred thousand of these. */
export function times(x: Vector, matrix: Vector[]): Vector {
  const product: Vector = [];
  for (let j = 0; j < matrix[0]!.length; j++) {
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += x[i]! * matrix[i]![j]!;
    product.push(sum);
  }
  return product;
}

/** rows[i][j] += x_i y_j */
export function addOuter(rows: Vector[], x: Vector, y: Vector): void {
  for (const [i, row] of rows.entries()) for (let j = 0; j < row.length; j++) row[j]! += x[i]! * y[j]!;
}

export function transposed(matrix: Vector[]): Vector[] {
  return matrix[0]!.map((_, j) => matrix.map((row) => row[j]!));
}

export function plus(a: Vector, b: Vector): Vector {
  const sums: Vector = [];
  for (let i = 0; i < a.length; i++) sums.push(a[i]! + b[i]!);
  return sums;
}

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

export function oneHot(id: number, size: number): Vector {
  return Array.from({ length: size }, (_, i) => (i === id ? 1 : 0));
}

/** The largest difference between two trees of numbers of the same shape. */
export function difference(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return Math.abs(a - b);
  const [left, right] = [Object.entries(a as object), Object.entries(b as object)];
  if (left.map(([key]) => key).join() !== right.map(([key]) => key).join()) {
    throw new Error(`not of the same shape: ${left.length} and ${right.length} entries`);
  }
  return left.reduce((worst, [, value], i) => larger(worst, difference(value, right[i]?.[1])), 0);
}

/** NaN counts as larger than everything. */
function larger(a: number, b: number): number {
  return a >= b || Number.isNaN(a) ? a : b;
}
