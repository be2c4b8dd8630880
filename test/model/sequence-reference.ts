/**
 * Every arrangement written down as in a lecture, in float64 and plain arrays, one sequence and one step after the
 * other. It knows nothing of packing; parameters have the names of `src/model/sequence-model.ts`.
 */
import type { InputShape } from '../../src/model/input-reader.ts';
import type { SequenceShape } from '../../src/model/sequence-model.ts';
import { glimpse } from '../nn/glimpse-reference.ts';
import {
  cellSteps,
  layerWeights,
  logSoftmax,
  oneHot,
  plus,
  times,
  type Vector,
  type Weights,
} from '../nn/reference.ts';

export interface Example {
  /** Ids, or vectors; a picture is one vector. */
  inputs: number[] | Vector[];
  /** One for each step, or one; -1 where nothing is asked. */
  targets: number[];
}

/** What is written about one sequence: a logit vector for each step, or one. */
export function logitsOf(shape: SequenceShape, weights: Weights, { inputs }: Example): Vector[] {
  const { reads } = shape;
  let xs = 'glimpses' in reads ? [] : inputs.map((input) => vectorOf(shape, weights, input));
  let last: Vector = [];
  for (let i = 0; i < shape.layers; i++) {
    const onward =
      i === 0 && 'glimpses' in reads
        ? readGlimpses(shape, reads, weights, inputs[0] as Vector)
        : readSteps(shape, weights, `layers.${i}`, xs);
    const reversed = shape.bidirectional
      ? readSteps(shape, weights, `layers.${i}.reversed`, xs.toReversed()).toReversed()
      : onward.map(() => []);
    last = [...onward.at(-1)!, ...reversed[0]!];
    xs = onward.map((h, t) => [...h, ...reversed[t]!]);
  }
  return pooled(shape.writes, xs, last).map((h) =>
    plus(times(h, weights['output.weights']!), weights['output.bias']![0]!),
  );
}

/** The mean loss in nats over all targets of all sequences. */
export function meanLossOf(
  shape: SequenceShape,
  weights: Weights,
  examples: readonly Example[],
  smoothing = 0,
): number {
  const losses = examples.flatMap((example) => {
    const logits = logitsOf(shape, weights, example);
    return example.targets.flatMap((target, i) => {
      if (target === -1) return [];
      const logP = logSoftmax(logits[i]!);
      const uniform = logP.reduce((total, p) => total + p, 0) / logP.length;
      return [-(1 - smoothing) * logP[target]! - smoothing * uniform];
    });
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

function vectorOf({ reads }: SequenceShape, weights: Weights, input: number | Vector): Vector {
  if (typeof input !== 'number') return input;
  if (!('vocabulary' in reads)) throw new Error('an id where vectors are read');
  return reads.embedding > 0 ? weights['embedding']![input]! : oneHot(input, reads.vocabulary);
}

/** h after each step, from a state of zeros. */
function readSteps({ cell, hidden }: SequenceShape, weights: Weights, name: string, xs: Vector[]): Vector[] {
  const zero = () => new Array<number>(hidden).fill(0);
  const layer = layerWeights(weights, name);
  let state = { h: zero(), c: zero() };
  return xs.map((x) => {
    state = cellSteps[cell](layer, x, state);
    return state.h;
  });
}

/** h after each glimpse of a picture. */
function readGlimpses(
  { cell, hidden }: SequenceShape,
  { glimpses, picture: size }: Extract<InputShape, { glimpses: number }>,
  weights: Weights,
  picture: Vector,
): Vector[] {
  const zero = () => new Array<number>(hidden).fill(0);
  const layer = layerWeights(weights, 'layers.0');
  let state = { h: zero(), c: zero() };
  return Array.from({ length: glimpses }, () => {
    const place = plus(times(state.h, weights['glimpses.weights']!), weights['glimpses.bias']![0]!).map(Math.tanh);
    const x = [...glimpse(picture, size, place[0]!, place[1]!), ...place];
    state = cellSteps[cell](layer, x, state);
    return state.h;
  });
}

function pooled(writes: SequenceShape['writes'], steps: Vector[], last: Vector): Vector[] {
  const column = (j: number) => steps.map((h) => h[j]!);
  switch (writes) {
    case 'each':
      return steps;
    case 'last':
      return [last];
    case 'mean':
      return [last.map((_, j) => column(j).reduce((sum, x) => sum + x, 0) / steps.length)];
    case 'max':
      return [last.map((_, j) => Math.max(...column(j)))];
  }
}
