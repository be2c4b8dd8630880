/**
 * Our side of the race `brain-js`: updates on one line at a time, of a text of one byte a token;
 * `bench/rivals/brain-js.ts` is the same in brain.js.
 *
 *     node --import tsx bench/ours/line-training.ts HIDDEN LAYERS TEXT DRIVER
 */
import { readFileSync } from 'node:fs';
import { Random } from '../../src/base/random.ts';
import { LanguageModel } from '../../src/model/language-model.ts';
import { clipGradients } from '../../src/nn/clip.ts';
import { fillUniform } from '../../src/nn/initialisation.ts';
import { Optimizer } from '../../src/nn/optimizer.ts';
import { uniformPacking } from '../../src/nn/packing.ts';
import { resetState } from '../../src/nn/state.ts';
import { CHARACTERS, linesOf } from '../racing/data.ts';
import { smoothing } from '../racing/statistics.ts';
import { serveRace } from './serve.ts';

const [hidden, layers, text = '', driver] = process.argv.slice(2);

await serveRace(driver, (engine) => {
  const vocabulary = CHARACTERS + 1; // START and END are token 0
  const shape = { vocabulary, embedding: CHARACTERS, layers: Number(layers), hidden: Number(hidden), condition: 0 };
  const model = new LanguageModel(engine, { ...shape, cell: 'lstm' });
  const random = new Random(1);
  for (const parameter of model.parameters) {
    if (!parameter.name.endsWith('bias')) fillUniform(parameter, 0.08, random);
  }
  const optimizer = new Optimizer(engine, model.parameters, { name: 'rmsprop', decay: 0.999, epsilon: 1e-8 });
  const lines = linesOf(readFileSync(text)).map((line) => line.map((character) => character + 1));
  const state = model.newState(1);
  const smooth = smoothing(Math.log(vocabulary), 0.99);
  return () => {
    const line = lines[optimizer.steps % lines.length] ?? [];
    const packing = uniformPacking(1, line.length + 1);
    resetState(state);
    const batch = { packing, inputs: [0, ...line], targets: [...line, 0], divisor: 1 };
    const { sum, tokens } = model.lossAndGradients(batch, state);
    clipGradients(engine, model.parameters, { by: 'value', limit: 5 });
    optimizer.step(0.01);
    return { done: tokens, found: { loss: smooth(sum / tokens) } };
  };
});
