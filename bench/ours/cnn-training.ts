/**
 * Our side of the race `cnn-training`: updates of the last stages of the CNN, from the maps of the frozen ones;
 * `bench/rivals/cnn_training.py` is the same in PyTorch.
 *
 *     node --import tsx bench/ours/cnn-training.ts PICTURES STAGES BATCH DRIVER
 */
import { readFileSync } from 'node:fs';
import { clipGradients } from '../../src/nn/clip.ts';
import { Optimizer, optimizerDefaults } from '../../src/nn/optimizer.ts';
import { efficientnet } from '../../src/vision/networks/efficientnet.ts';
import { serveRace } from './serve.ts';

const RATE = 1e-5;
const [path = '', stages = '', batch, driver] = process.argv.slice(2);
const N = Number(batch);
const cnn = await efficientnet();
const D = cnn.featureSize;

await serveRace(driver, async (engine) => {
  const network = await cnn.openToLearn!(engine);
  const { frozen, learned } = network.part(stages === 'all' ? stages : Number(stages));
  const bytes = readFileSync(path);
  const pictureBytes = 3 * cnn.preprocessing.size ** 2;
  const count = bytes.length / pictureBytes;

  const { height, width, values } = frozen(bytes.subarray(0, pictureBytes));
  const pixels = height * width;
  const maps = engine.arena.matrix(count * pixels, values.cols);
  for (let n = 0; n < count; n++) {
    const ofPicture = frozen(bytes.subarray(n * pictureBytes, (n + 1) * pictureBytes));
    maps.data.set(ofPicture.values.data, n * pixels * values.cols);
  }
  const mapsOf = (from: number, to: number) => ({ height, width, values: maps.rowRange(from * pixels, to * pixels) });
  const targets = new Float32Array(count * D);
  // Each picture is to get the features that the next one has at first.
  for (let n = 0; n < count; n++) targets.set(learned.forward(mapsOf(n, n + 1)).data, ((n + count - 1) % count) * D);

  const dFeatures = engine.arena.matrix(N, D);
  const optimizer = new Optimizer(engine, learned.parameters, optimizerDefaults.adam);
  return () => {
    const from = (optimizer.steps * N) % count;
    for (const { gradient } of learned.parameters) gradient.data.fill(0);
    const features = learned.forward(mapsOf(from, from + N)).data;
    let sum = 0;
    for (let i = 0; i < N * D; i++) {
      const error = features[i]! - targets[from * D + i]!;
      sum += error ** 2;
      dFeatures.data[i] = (2 * error) / (N * D);
    }
    learned.backward(dFeatures);
    clipGradients(engine, learned.parameters, { by: 'norm', limit: 5 });
    optimizer.step(RATE);
    return { done: N, found: { loss: sum / (N * D) } };
  };
});
