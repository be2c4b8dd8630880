/**
 * The lecture's program (Karpathy, min-char-rnn.py) in float64 and plain loops, from its description: an independent
 * reference for the preset of that name. A loss of a step is a sum over 25 characters.
 */

type Vector = Float64Array;
/** [rows][columns] */
type Matrix = Vector[];

export interface MinCharRnn {
  /** [H][V], [H][H], [V][H], [H], [V] */
  Wxh: Matrix;
  Whh: Matrix;
  Why: Matrix;
  bh: Vector;
  by: Vector;
}

const STEPS = 25;
const RATE = 0.1;
const EPSILON = 1e-8;
const LIMIT = 5;

export class MinCharRnnTraining {
  weights: MinCharRnn;
  /** Of the step before, 100 numbers. */
  hidden: Vector;
  smoothLoss: number;
  readonly #data: readonly number[];
  readonly #memory: MinCharRnn;
  #n = 0;
  #p = 0;

  constructor(weights: MinCharRnn, data: readonly number[]) {
    this.weights = weights;
    this.hidden = new Float64Array(weights.bh.length);
    this.smoothLoss = -Math.log(1 / weights.by.length) * STEPS;
    this.#data = data;
    this.#memory = zerosLike(weights);
  }

  /** One iteration. @returns its loss */
  step(): number {
    if (this.#p + STEPS + 1 >= this.#data.length || this.#n === 0) {
      this.hidden = new Float64Array(this.hidden.length);
      this.#p = 0;
    }
    const inputs = this.#data.slice(this.#p, this.#p + STEPS);
    const targets = this.#data.slice(this.#p + 1, this.#p + STEPS + 1);
    const { loss, gradients, last } = lossAndGradients(this.weights, inputs, targets, this.hidden);
    this.hidden = last;
    this.smoothLoss = this.smoothLoss * 0.999 + loss * 0.001;
    adagrad(this.weights, gradients, this.#memory);
    this.#p += STEPS;
    this.#n++;
    return loss;
  }
}

function lossAndGradients(
  { Wxh, Whh, Why, bh, by }: MinCharRnn,
  inputs: readonly number[],
  targets: readonly number[],
  before: Vector,
) {
  const H = bh.length;
  const V = by.length;
  const hs = [before];
  const ps: Vector[] = [];
  let loss = 0;
  for (const [t, x] of inputs.entries()) {
    const h = new Float64Array(H);
    for (let i = 0; i < H; i++) h[i] = Math.tanh(Wxh[i]![x]! + dot(Whh[i]!, hs[t]!) + bh[i]!);
    hs.push(h);
    const exponentials = by.map((b, k) => Math.exp(dot(Why[k]!, h) + b));
    const total = exponentials.reduce((sum, e) => sum + e, 0);
    ps.push(exponentials.map((e) => e / total));
    loss -= Math.log(ps[t]![targets[t]!]!);
  }

  const gradients = zerosLike({ Wxh, Whh, Why, bh, by });
  let dNext = new Float64Array(H);
  for (let t = inputs.length - 1; t >= 0; t--) {
    const [before, h] = [hs[t]!, hs[t + 1]!];
    const dy = ps[t]!.map((p, k) => p - (k === targets[t] ? 1 : 0));
    const dh = dNext.slice();
    for (let k = 0; k < V; k++) {
      const [d, row, gradient] = [dy[k]!, Why[k]!, gradients.Why[k]!];
      for (let i = 0; i < H; i++) {
        gradient[i]! += d * h[i]!;
        dh[i]! += row[i]! * d;
      }
      gradients.by[k]! += d;
    }
    dNext = new Float64Array(H);
    for (let i = 0; i < H; i++) {
      const [d, row, gradient] = [(1 - h[i]! * h[i]!) * dh[i]!, Whh[i]!, gradients.Whh[i]!];
      gradients.bh[i]! += d;
      gradients.Wxh[i]![inputs[t]!]! += d;
      for (let j = 0; j < H; j++) {
        gradient[j]! += d * before[j]!;
        dNext[j]! += row[j]! * d;
      }
    }
  }
  return { loss, gradients, last: hs.at(-1)! };
}

function adagrad(weights: MinCharRnn, gradients: MinCharRnn, memory: MinCharRnn): void {
  const update = (w: Vector, g: Vector, m: Vector) => {
    for (let i = 0; i < w.length; i++) {
      const clipped = Math.min(Math.max(g[i]!, -LIMIT), LIMIT);
      m[i]! += clipped * clipped;
      w[i]! -= (RATE * clipped) / Math.sqrt(m[i]! + EPSILON);
    }
  };
  for (const name of ['Wxh', 'Whh', 'Why'] as const) {
    for (const [i, row] of weights[name].entries()) update(row, gradients[name][i]!, memory[name][i]!);
  }
  for (const name of ['bh', 'by'] as const) update(weights[name], gradients[name], memory[name]);
}

function zerosLike({ Wxh, Whh, Why, bh, by }: MinCharRnn): MinCharRnn {
  const vector = ({ length }: Vector) => new Float64Array(length);
  return { Wxh: Wxh.map(vector), Whh: Whh.map(vector), Why: Why.map(vector), bh: vector(bh), by: vector(by) };
}

function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
