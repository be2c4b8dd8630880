/**
 * Is backpropagation right? The gradient of a weight says how the loss changes when the weight changes a little. So
 * change each weight a little, up and down, look at the loss, and compare:
 *
 *     dL/dw ≈ (L(w + ε) - L(w - ε)) / 2ε
 *
 *     npx tsx examples/gradient-check.ts
 */
import { type CellName, cells, LanguageModel, openEngine, Random, uniformPacking } from 'caption-lm/nn';

// Unequal sizes, so that no two can be taken for each other: N sequences, T steps, V tokens, H units.
const [N, T, V, H] = [3, 4, 5, 6];
/** In float32 the loss has seven digits; a step much smaller drowns in their rounding, a larger one misses the curve. */
const EPSILON = 1e-2;

const engine = await openEngine('wasm');
for (const { name } of Object.values(cells)) check(name);
engine.close();

/** Compares all gradients of a model of this cell, and prints what came of it. */
function check(cell: CellName): void {
  const random = new Random(1);
  const shape = { vocabulary: V, embedding: 0, cell, layers: 2, hidden: H, condition: 0 };
  const model = new LanguageModel(engine, shape).initialise(random);
  // Larger weights than for training: no gradient shall be so small that it passes unseen.
  for (const parameter of model.parameters) {
    parameter.edit((weights) => weights.set(weights.map((weight) => 3 * weight)));
  }
  const tokens = () => Array.from({ length: N * T }, () => random.integer(V));
  const batch = { packing: uniformPacking(N, T), inputs: tokens(), targets: tokens() };
  const state = model.newState(N);

  /** The mean loss of the batch, from a state of zeros. */
  const loss = () => {
    for (const { h, c } of state) for (const matrix of [h, c]) matrix?.data.fill(0);
    const { sum, tokens: count } = model.loss(batch, state);
    return sum / count;
  };

  model.lossAndGradients(batch, model.newState(N));
  const checked = model.parameters.map((parameter) => {
    const numeric = Array.from(parameter.value.data, (weight, i) => {
      const at = (value: number) => {
        parameter.edit((weights) => weights.fill(value, i, i + 1));
        return loss();
      };
      const slope = (at(weight + EPSILON) - at(weight - EPSILON)) / (2 * EPSILON);
      at(weight);
      return slope;
    });
    return { name: parameter.name, analytic: Array.from(parameter.gradient.data), numeric };
  });

  console.log(`${cell.toUpperCase()}, 2 layers of ${H} units, ${N} sequences of ${T} steps; ε = ${EPSILON}\n`);
  console.log('parameter                weights   gradient of the first   numeric   difference of all');
  let worst = 0;
  for (const { name, analytic, numeric } of checked) {
    const difference = relativeDifference(analytic, numeric);
    worst = Math.max(worst, difference);
    const [first, other] = [analytic[0]!, numeric[0]!].map((value) => value.toFixed(6).padStart(9)) as [string, string];
    console.log(
      `${name.padEnd(24)} ${String(analytic.length).padStart(7)}   ${first.padStart(21)} ${other}   ${difference.toExponential(1)}`,
    );
  }
  const right = worst < 5e-3;
  console.log(
    `\nThe largest relative difference is ${worst.toExponential(1)}: backpropagation is ${right ? 'right' : 'WRONG'}.\n`,
  );
  if (!right) process.exitCode = 1;
}

/** |a - b| / (|a| + |b|), of all gradients of a parameter together. */
function relativeDifference(a: readonly number[], b: readonly number[]): number {
  const norm = (values: readonly number[]) => Math.hypot(...values);
  return norm(a.map((x, i) => x - b[i]!)) / Math.max(norm(a) + norm(b), 1e-6);
}
