/**
 * How far back does the gradient reach? A network reads 100 tokens and is asked once, at the end. The gradient of that
 * one loss is looked at where each token comes in, from the last step back to the first: in a tanh RNN it shrinks or
 * grows by about the same factor at each step, in an LSTM whose forget gates are open it passes by addition.
 *
 *     npx tsx examples/gradient-flow.ts [picture.svg]
 */
import { writeFile } from 'node:fs/promises';
import { clipGradients, LanguageModel, openEngine, Random, uniformPacking } from 'caption-lm/nn';
import { type Line, plotAsSvg, plotInTerminal } from './plot.ts';

const [T, H] = [100, 64];
const LIMIT = 5;

const engine = await openEngine('wasm');

/**
 * The norm of the gradient at each step, from the last to the first. Each step reads a token of its own, so the
 * gradient of its embedding is that of its input.
 */
function gradientNorms(cell: 'rnn' | 'lstm', prepare: (model: LanguageModel) => void, clip = false): number[] {
  const shape = { vocabulary: T, embedding: H, cell, layers: 1, hidden: H, condition: 0 };
  const model = new LanguageModel(engine, shape).initialise(new Random(1));
  prepare(model);
  const steps = Array.from({ length: T }, (_, t) => t);
  // -1: nothing is asked there.
  const targets = steps.map((t) => (t === T - 1 ? 0 : -1));
  model.lossAndGradients({ packing: uniformPacking(1, T), inputs: steps, targets }, model.newState(1));
  if (clip) clipGradients(engine, model.parameters, { by: 'norm', limit: LIMIT });
  const { data } = model.embedding!.gradient;
  return steps.map((t) => Math.hypot(...data.subarray(t * H, (t + 1) * H))).reverse();
}

/** Recurrent weights from N(0, gain² / H): a linear network would scale gradients by about `gain` at each step. */
const withGain = (gain: number) => (model: LanguageModel) => {
  const random = new Random(2);
  for (const { recurrentWeights } of model.stack.layers) {
    recurrentWeights.edit((weights) => weights.set(weights.map(() => (gain / Math.sqrt(H)) * random.normal())));
  }
};

/** Forget gates almost fully open: sigmoid(4) = 0.98. */
const remembering = (model: LanguageModel) => {
  for (const { bias } of model.stack.layers) bias.edit((biases) => biases.fill(4, H, 2 * H));
};

const lines: Line[] = [
  { name: 'RNN, large weights', mark: 'E', colour: '#c2571a', values: gradientNorms('rnn', withGain(3)) },
  {
    name: `the same, clipped to ${LIMIT}`,
    mark: 'c',
    colour: '#e0a070',
    values: gradientNorms('rnn', withGain(3), true),
  },
  { name: 'RNN, small weights', mark: 'v', colour: '#1f6fb2', values: gradientNorms('rnn', withGain(0.7)) },
  { name: 'LSTM, forget gates open', mark: 'L', colour: '#3b7d3a', values: gradientNorms('lstm', remembering) },
];
engine.close();

const title = 'Norm of the gradient that reaches each step';
const xLabel = `steps back from the loss: 0 at the left, ${T - 1} at the right`;
console.log(`${title}\n\n${plotInTerminal(lines, xLabel)}\n`);
console.log('from the last step to the first:');
for (const { name, values } of lines) {
  const change = values.at(-1)! / values[0]!;
  console.log(
    `${name.padEnd(26)} × ${change.toExponential(1)}, × ${(change ** (1 / (T - 1))).toFixed(2)} at each step`,
  );
}
console.log(`
Clipping makes all gradients of an update shorter by the same factor: it keeps one wild step from throwing the weights
away, but what has vanished stays vanished. Against that helps the LSTM, whose cell state adds up.`);

const [file] = process.argv.slice(2);
if (file) {
  await writeFile(file, plotAsSvg(lines, title, xLabel));
  console.log(`\nwritten: ${file}`);
}
