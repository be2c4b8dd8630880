/**
 * Our side of the race `lm-training`: the updates that `lm train` makes, on a text of one byte a token;
 * `bench/rivals/lstm_training.py` is the same in PyTorch.
 *
 *     node --import tsx bench/ours/lstm-training.ts HIDDEN LAYERS TEXT DRIVER
 */
import { readFileSync } from 'node:fs';
import { Random } from '../../src/base/random.ts';
import { LanguageModel } from '../../src/model/language-model.ts';
import { clipGradients } from '../../src/nn/clip.ts';
import { Optimizer, optimizerDefaults } from '../../src/nn/optimizer.ts';
import { uniformPacking } from '../../src/nn/packing.ts';
import { corpusOf, cutIntoStreams, Streams } from '../../src/text/corpus.ts';
import { initialiseLikePyTorch } from './initialise.ts';
import { serveRace } from './serve.ts';

const [V, BATCH, STEPS] = [65, 50, 50];
const [hidden, layers, text = '', driver] = process.argv.slice(2);

await serveRace(driver, (engine) => {
  const model = new LanguageModel(engine, {
    vocabulary: V,
    embedding: 0,
    cell: 'lstm',
    layers: Number(layers),
    hidden: Number(hidden),
    condition: 0,
  });
  initialiseLikePyTorch(model, new Random(1));
  const optimizer = new Optimizer(engine, model.parameters, optimizerDefaults.adam);
  const streams = new Streams(cutIntoStreams(corpusOf(Uint32Array.from(readFileSync(text))), BATCH), STEPS);
  const packing = uniformPacking(BATCH, STEPS);
  const state = model.newState(BATCH);
  return () => {
    const { inputs, targets } = streams.chunk(optimizer.steps % streams.chunks);
    const { sum, tokens } = model.lossAndGradients({ packing, inputs, targets }, state);
    clipGradients(engine, model.parameters, { by: 'norm', limit: 5 });
    optimizer.step(2e-3);
    return { done: tokens, found: { loss: sum / tokens } };
  };
});
