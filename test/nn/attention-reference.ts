/**
 * Additive attention as Bahdanau et al. 2015 write it (appendix A.1.2), for one step of one sequence, in float64 and plain
 * arrays, and its backpropagation. It knows no packing; parameters have the names of `src/nn/attention.ts`.
 */
import { addOuter, logSoftmax, plus, times, transposed, type Vector, type Weights } from './reference.ts';

/** α over the places of a source and the context, for the state before the step. @param outputs s_j of the encoder */
export function attend(weights: Weights, h: Vector, outputs: Vector[]): { alpha: Vector; context: Vector } {
  const query = times(h, weights['attention.query']!);
  const scores = outputs.map((s) => dot(hiddenOf(weights, query, s), weights['attention.score']![0]!));
  const alpha = logSoftmax(scores).map(Math.exp);
  return { alpha, context: times(alpha, outputs) };
}

/** The gradients of h and of the outputs from that of the context; those of the weights are added to `gradients`. */
export function attendBackward(
  weights: Weights,
  h: Vector,
  outputs: Vector[],
  dContext: Vector,
  gradients: Weights,
): { dh: Vector; dOutputs: Vector[] } {
  const query = times(h, weights['attention.query']!);
  const { alpha, context } = attend(weights, h, outputs);
  let dQuery = query.map(() => 0);
  const dOutputs = outputs.map((s, j) => {
    const dScore = alpha[j]! * (dot(dContext, s) - dot(dContext, context));
    const u = hiddenOf(weights, query, s);
    addOuter(gradients['attention.score']!, [dScore], u);
    const dSum = weights['attention.score']![0]!.map((v, a) => dScore * v * (1 - u[a]! ** 2));
    dQuery = plus(dQuery, dSum);
    addOuter(gradients['attention.key']!, s, dSum);
    return plus(
      dContext.map((d) => alpha[j]! * d),
      times(dSum, transposed(weights['attention.key']!)),
    );
  });
  addOuter(gradients['attention.query']!, h, dQuery);
  return { dh: times(dQuery, transposed(weights['attention.query']!)), dOutputs };
}

/** tanh(h' W_a + s_j U_a) */
function hiddenOf(weights: Weights, query: Vector, s: Vector): Vector {
  return plus(query, times(s, weights['attention.key']!)).map(Math.tanh);
}

function dot(a: Vector, b: Vector): number {
  return a.reduce((sum, x, i) => sum + x * b[i]!, 0);
}
