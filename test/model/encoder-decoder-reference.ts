/**
 * Encoder and decoder written down as in a lecture, in float64 and plain arrays, one pair and one step after the other.
 * It knows nothing of packing; parameters have the names of `src/model/encoder-decoder.ts`.
 */
import type { EncoderDecoderShape } from '../../src/model/encoder-decoder.ts';
import { attend } from '../nn/attention-reference.ts';
import {
  cellSteps,
  layerWeights,
  logSoftmax,
  plus,
  type ReferenceState,
  times,
  type Vector,
  type Weights,
} from '../nn/reference.ts';

export interface Pair {
  /** In the order in which it is read. */
  source: number[];
  inputs: number[];
  targets: number[];
}

type Shape = EncoderDecoderShape;

/** Log-probabilities [T][V] of what follows each input, and where each step looked [T][places of the source]. */
export function write(shape: Shape, weights: Weights, { source, inputs }: Pick<Pair, 'source' | 'inputs'>) {
  const { outputs, states } = encode(shape, weights, source);
  const layers = states.map((_, i) => layerWeights(weights, `layers.${i}`));
  const looks: Vector[] = [];
  const logProbs = inputs.map((id) => {
    let x = weights['embedding']![id]!;
    if (shape.attention) {
      const { alpha, context } = attend(weights, states[0]!.h, outputs);
      looks.push(alpha);
      x = [...x, ...context];
    }
    for (let i = 0; i < shape.layers; i++) {
      states[i] = cellSteps[shape.cell](layers[i]!, x, states[i]!);
      x = states[i]!.h;
    }
    return logSoftmax(plus(times(x, weights['output.weights']!), weights['output.bias']![0]!));
  });
  return { logProbs, looks };
}

/** The mean loss in nats over all targets. */
export function meanLossOf(shape: Shape, weights: Weights, pairs: readonly Pair[]): number {
  const losses = pairs.flatMap((pair) => {
    const { logProbs } = write(shape, weights, pair);
    return pair.targets.map((target, t) => -logProbs[t]![target]!);
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

/** The outputs of the last layer at each place, and where each layer ends in the direction of reading. */
function encode(shape: Shape, weights: Weights, source: number[]): { outputs: Vector[]; states: ReferenceState[] } {
  let outputs = source.map((id) => weights['encoder.embedding']![id]!);
  const states = Array.from({ length: shape.layers }, (_, i) => {
    const onward = readSteps(shape, weights, `encoder.layers.${i}`, outputs);
    if (shape.attention) {
      const reversed = readSteps(shape, weights, `encoder.layers.${i}.reversed`, outputs.toReversed()).toReversed();
      outputs = onward.map(({ h }, t) => [...h, ...reversed[t]!.h]);
    } else {
      outputs = onward.map(({ h }) => h);
    }
    return onward.at(-1)!;
  });
  return { outputs, states };
}

function readSteps({ cell, hidden }: Shape, weights: Weights, name: string, xs: Vector[]): ReferenceState[] {
  const zero = () => new Array<number>(hidden).fill(0);
  const layer = layerWeights(weights, name);
  let state = { h: zero(), c: zero() };
  return xs.map((x) => {
    state = cellSteps[cell](layer, x, state);
    return state;
  });
}
