/**
 * Our side of the race `caption-training`: the updates that `caption train` makes, on captions of word ids;
 * `bench/rivals/caption_training.py` is the same in PyTorch.
 *
 *     node --import tsx bench/ours/caption-training.ts CAPTIONS FEATURES DRIVER
 */
import { readFileSync } from 'node:fs';
import { Random } from '../../src/base/random.ts';
import { tokenBatch } from '../../src/captioning/batch.ts';
import { LanguageModel } from '../../src/model/language-model.ts';
import { clipGradients } from '../../src/nn/clip.ts';
import { Optimizer, optimizerDefaults } from '../../src/nn/optimizer.ts';
import { initialiseLikePyTorch } from './initialise.ts';
import { serveRace } from './serve.ts';

const [V, D, BATCH, START, END] = [2500, 1280, 128, 0, 1];
const [captionsFile = '', featuresFile = '', driver] = process.argv.slice(2);

await serveRace(driver, (engine) => {
  const captions: number[][] = JSON.parse(readFileSync(captionsFile, 'utf8'));
  const bytes = readFileSync(featuresFile);
  const features = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const pictures = features.length / D;
  const examples = captions.map((words, i) => ({
    picture: i % pictures,
    inputs: [START, ...words],
    targets: [...words, END],
  }));
  const model = new LanguageModel(engine, {
    vocabulary: V,
    embedding: 512,
    cell: 'lstm',
    layers: 1,
    hidden: 512,
    condition: D,
  });
  initialiseLikePyTorch(model, new Random(1));
  const optimizer = new Optimizer(engine, model.parameters, optimizerDefaults.adam);
  return () => {
    const first = (optimizer.steps * BATCH) % examples.length;
    const batch = tokenBatch(examples.slice(first, first + BATCH), D, ({ picture }) => ({
      vector: features.subarray(picture * D, (picture + 1) * D),
    }));
    const { sum, tokens } = model.lossAndGradients(batch, model.newState(BATCH));
    clipGradients(engine, model.parameters, { by: 'norm', limit: 5 });
    optimizer.step(1e-3);
    return { done: tokens, found: { loss: sum / tokens } };
  };
});
