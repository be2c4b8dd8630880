/**
 * Additive attention as Bahdanau et al. 2015 write it (appendix A.1.2), for one step of one sequence, in float64 and plain
 * arrays, and its backpropagation; with the gate and the penalty of Xu et al. 2015 (section 4.2.1). It knows no packing;
 * parameters have the names of `src/nn/attention.ts`.
 */
import { addOuter, logSoftmax, plus, times, transposed, type Vector, type Weights } from './reference.ts';

/** α over the places of a source and the context, for the state before the step. @param outputs s_j of the encoder */
export function attend(
  weights: Weights,
  h: Vector,
  outputs: Vector[],
): { alpha: Vector; beta: number; context: Vector } {
  const query = times(h, weights['attention.query']!);
  const scores = outputs.map((s) => dot(hiddenOf(weights, query, s), weights['attention.score']![0]!));
  const alpha = logSoftmax(scores).map(Math.exp);
  const beta = weights['attention.gate'] ? sigmoid(gateOf(weights, h)) : 1;
  return { alpha, beta, context: times(alpha, outputs).map((value) => beta * value) };
}

/** λ Σ_j (1 - Σ_t α_tj)² for the weights α of the steps of a sequence. */
export function coveragePenalty(alphas: Vector[], lambda: number): number {
  return lambda * coverageOf(alphas).reduce((sum, covered) => sum + (1 - covered) ** 2, 0);
}

/** Its gradient by the weights of each step. */
export function coverageSlope(alphas: Vector[], lambda: number): Vector {
  return coverageOf(alphas).map((covered) => -2 * lambda * (1 - covered));
}

function coverageOf(alphas: Vector[]): Vector {
  return alphas.reduce(plus);
}

/**
 * The gradients of h and of the outputs from that of the context; those of the weights are added to `gradients`.
 *
 * @param dAlpha what the loss has as gradient of α beside that by way of the context
 */
export function attendBackward(
  weights: Weights,
  h: Vector,
  outputs: Vector[],
  dContext: Vector,
  gradients: Weights,
  dAlpha: Vector = outputs.map(() => 0),
): { dh: Vector; dOutputs: Vector[] } {
  const query = times(h, weights['attention.query']!);
  const { alpha, beta } = attend(weights, h, outputs);
  const ungated = times(alpha, outputs);
  const dAlphas = outputs.map((s, j) => beta * dot(dContext, s) + dAlpha[j]!);
  let dQuery = query.map(() => 0);
  const dOutputs = outputs.map((s, j) => {
    const dScore = alpha[j]! * (dAlphas[j]! - dot(alpha, dAlphas));
    const u = hiddenOf(weights, query, s);
    addOuter(gradients['attention.score']!, [dScore], u);
    const dSum = weights['attention.score']![0]!.map((v, a) => dScore * v * (1 - u[a]! ** 2));
    dQuery = plus(dQuery, dSum);
    addOuter(gradients['attention.key']!, s, dSum);
    return plus(
      dContext.map((d) => beta * alpha[j]! * d),
      times(dSum, transposed(weights['attention.key']!)),
    );
  });
  addOuter(gradients['attention.query']!, h, dQuery);
  const dh = times(dQuery, transposed(weights['attention.query']!));
  if (!weights['attention.gate']) return { dh, dOutputs };
  const dGate = dot(dContext, ungated) * beta * (1 - beta);
  addOuter(gradients['attention.gate']!, h, [dGate]);
  addOuter(gradients['attention.gate_bias']!, [1], [dGate]);
  return { dh: plus(dh, times([dGate], transposed(weights['attention.gate']!))), dOutputs };
}

/** h' W_β + b_β */
function gateOf(weights: Weights, h: Vector): number {
  return times(h, weights['attention.gate']!)[0]! + weights['attention.gate_bias']![0]![0]!;
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** tanh(h' W_a + s_j U_a) */
function hiddenOf(weights: Weights, query: Vector, s: Vector): Vector {
  return plus(query, times(s, weights['attention.key']!)).map(Math.tanh);
}

function dot(a: Vector, b: Vector): number {
  return a.reduce((sum, x, i) => sum + x * b[i]!, 0);
}
