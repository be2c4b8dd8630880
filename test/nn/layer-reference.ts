/**
 * One recurrent layer as in a lecture, in float64 and plain arrays, one sequence and one step after the other, with its
 * backpropagation through time written out. It knows no packing and no shares; parameters have the names of
 * `src/nn/recurrent-layer.ts`.
 */
import type { CellName } from '../../src/nn/cell.ts';
import {
  addOuter,
  cellSteps,
  fromInput,
  type LayerWeights,
  layerWeights,
  plus,
  type ReferenceState,
  sigmoid,
  times,
  transposed,
  type Vector,
  type Weights,
  zerosLike,
} from './reference.ts';

export interface LayerSequence {
  /** What is read at each step [T][D]; where the input is chosen, h_{t-1} C is added to it. */
  xs: Vector[];
  v: Vector | undefined;
  start: ReferenceState;
}

/** Gradients that come from above: of h after each step [T][H], and of the state in which the sequence ends. */
export interface GradientsAbove {
  dhs: Vector[];
  dEnd: ReferenceState | undefined;
}

export interface Layer {
  cell: CellName;
  /** By the names `layer.input` and so on. */
  weights: Weights;
  /** C [H][D] of an input that is chosen by the state before the step. */
  choice?: Vector[] | undefined;
}

export interface Batch {
  layer: Layer;
  sequences: LayerSequence[];
  above: GradientsAbove[];
}

/** What comes of a batch, by sequences. */
export interface Outcome {
  /** States after each step [N][T][H], and where each sequence ended. */
  hs: Vector[][];
  ends: ReferenceState[];
  /** Gradients: of the weights, of what was read [N][T][D], of the states that the sequences started from. */
  weights: Weights;
  dxs: Vector[][];
  starts: ReferenceState[];
}

export function outcomeOf({ layer, sequences, above }: Batch): Outcome {
  const weights = zerosLike(layer.weights);
  const states = sequences.map((sequence) => run(layer, sequence).slice(1));
  const gradients = sequences.map((sequence, n) => backward(layer, sequence, above[n]!, weights));
  return {
    hs: states.map((ofSteps) => ofSteps.map(({ h }) => h)),
    ends: states.map((ofSteps) => ofSteps.at(-1)!),
    weights,
    dxs: gradients.map(({ dxs }) => dxs),
    starts: gradients.map(({ dStart }) => dStart),
  };
}

/** The states before the first step and after each. */
export function run({ cell, weights, choice }: Layer, { xs, v, start }: LayerSequence): ReferenceState[] {
  const states = [start];
  for (const [t, x] of xs.entries()) {
    const before = states[t]!;
    states.push(cellSteps[cell](layerWeights(weights, 'layer'), chosen(x, before, choice), before, vAt(t, v)));
  }
  return states;
}

/** What is read at each step. */
export function readBy(layer: Layer, sequence: LayerSequence): Vector[] {
  const states = run(layer, sequence);
  return sequence.xs.map((x, t) => chosen(x, states[t]!, layer.choice));
}

/** A loss with these gradients: all that they are multiplied by what they are gradients of. */
export function lossOf(layer: Layer, sequence: LayerSequence, { dhs, dEnd }: GradientsAbove): number {
  const states = run(layer, sequence);
  const sum = (a: Vector, b: Vector) => a.reduce((total, x, i) => total + x * b[i]!, 0);
  const end = states.at(-1)!;
  const atEnd = dEnd ? sum(dEnd.h, end.h) + sum(dEnd.c, end.c) : 0;
  return dhs.reduce((total, dh, t) => total + sum(dh, states[t + 1]!.h), atEnd);
}

/** The gradients of x at each step and of the starting state; those of the weights are added to `gradients`. */
export function backward(
  layer: Layer,
  sequence: LayerSequence,
  { dhs, dEnd }: GradientsAbove,
  gradients: Weights,
): { dxs: Vector[]; dStart: ReferenceState } {
  const { cell, weights, choice } = layer;
  const { v } = sequence;
  const xs = readBy(layer, sequence);
  const states = run(layer, sequence);
  const of = layerWeights(weights, 'layer');
  const d = layerWeights(gradients, 'layer');
  const dxs = xs.map((x) => x.map(() => 0));
  let [dh, dc] = [dEnd?.h ?? states[0]!.h.map(() => 0), dEnd?.c ?? states[0]!.c.map(() => 0)];
  for (let t = xs.length - 1; t >= 0; t--) {
    const [x, before] = [xs[t]!, states[t]!];
    const step = cellBackwardSteps[cell](of, x, before, vAt(t, v), plus(dh, dhs[t]!), dc);
    addOuter(d.input, x, step.dz);
    addOuter([d.bias], [1], step.dz);
    addOuter(d.recurrent, before.h, step.ds);
    if (d.recurrentBias) addOuter([d.recurrentBias], [1], step.ds);
    if (d.condition && vAt(t, v)) addOuter(d.condition, v!, step.dz);
    dxs[t] = times(step.dz, transposed(of.input));
    dh = plus(step.dhPast, times(step.ds, transposed(of.recurrent)));
    if (choice) dh = plus(dh, times(dxs[t]!, transposed(choice)));
    dc = step.dc;
  }
  return { dxs, dStart: { h: dh, c: dc } };
}

interface CellBackward {
  /** Gradients of x W_xh + b + …, and of h W_hh (+ b). */
  dz: Vector;
  ds: Vector;
  /** What reaches h_{t-1} past the product. */
  dhPast: Vector;
  dc: Vector;
}

type CellBackwardStep = (
  weights: LayerWeights,
  x: Vector,
  before: ReferenceState,
  v: Vector | undefined,
  dh: Vector,
  dc: Vector,
) => CellBackward;

const cellBackwardSteps: Record<CellName, CellBackwardStep> = {
  rnn(weights, x, { h }, v, dh, dc) {
    const z = plus(fromInput(weights, x, v), times(h, weights.recurrent));
    const dz = z.map((zj, j) => dh[j]! * (1 - Math.tanh(zj) ** 2));
    return { dz, ds: dz, dhPast: h.map(() => 0), dc };
  },

  lstm(weights, x, { h, c }, v, dh, dc) {
    const z = plus(fromInput(weights, x, v), times(h, weights.recurrent));
    const H = h.length;
    const units = c.map((before, j) => {
      const [i, f, o] = [sigmoid(z[j]!), sigmoid(z[H + j]!), sigmoid(z[3 * H + j]!)];
      const g = Math.tanh(z[2 * H + j]!);
      const tanhC = Math.tanh(f * before + i * g);
      const d = dc[j]! + dh[j]! * o * (1 - tanhC ** 2);
      const dGates = [
        d * g * i * (1 - i),
        d * before * f * (1 - f),
        d * i * (1 - g ** 2),
        dh[j]! * tanhC * o * (1 - o),
      ];
      return { dGates, dc: d * f };
    });
    const dz = [0, 1, 2, 3].flatMap((gate) => units.map(({ dGates }) => dGates[gate]!));
    return { dz, ds: dz, dhPast: h.map(() => 0), dc: units.map((unit) => unit.dc) };
  },

  gru(weights, x, { h }, v, dh, dc) {
    const z = fromInput(weights, x, v);
    const s = plus(times(h, weights.recurrent), weights.recurrentBias!);
    const H = h.length;
    const units = h.map((before, j) => {
      const r = sigmoid(z[j]! + s[j]!);
      const u = sigmoid(z[H + j]! + s[H + j]!);
      const n = Math.tanh(z[2 * H + j]! + r * s[2 * H + j]!);
      const dn = dh[j]! * (1 - u) * (1 - n ** 2);
      const dr = dn * s[2 * H + j]! * r * (1 - r);
      const du = dh[j]! * (before - n) * u * (1 - u);
      return { dz: [dr, du, dn], ds: [dr, du, dn * r], dhPast: dh[j]! * u };
    });
    const gates = (of: 'dz' | 'ds') => [0, 1, 2].flatMap((gate) => units.map((unit) => unit[of][gate]!));
    return { dz: gates('dz'), ds: gates('ds'), dhPast: units.map(({ dhPast }) => dhPast), dc };
  },
};

function chosen(x: Vector, { h }: ReferenceState, choice: Vector[] | undefined): Vector {
  return choice ? plus(x, times(h, choice)) : x;
}

/** v enters the first step alone. */
function vAt(t: number, v: Vector | undefined): Vector | undefined {
  return t === 0 ? v : undefined;
}
