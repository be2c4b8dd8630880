/** Our side of the race `lm-training`. Usage: ours.ts HIDDEN LAYERS DRIVER; see `lstm_training.py` for the protocol. */
import { createInterface } from 'node:readline';
import { Random } from '../../src/base/random.ts';
import { openEngine } from '../../src/compute/engine.ts';
import type { DriverChoice } from '../../src/compute/product/choose.ts';
import { LanguageModel } from '../../src/model/language-model.ts';
import { clipGradients } from '../../src/nn/clip.ts';
import { Optimizer, optimizerDefaults } from '../../src/nn/optimizer.ts';
import { uniformPacking } from '../../src/nn/packing.ts';

const [hidden, layers, driver] = process.argv.slice(2);
const [V, BATCH, STEPS] = [65, 50, 50];
const engine = await openEngine(driver as DriverChoice);
const shape = {
  vocabulary: V,
  embedding: 0,
  cell: 'lstm',
  layers: Number(layers),
  hidden: Number(hidden),
  condition: 0,
} as const;
const model = new LanguageModel(engine, shape).initialise(new Random(1));
const optimizer = new Optimizer(engine, model.parameters, optimizerDefaults.adam);
const state = model.newState(BATCH);
const packing = uniformPacking(BATCH, STEPS);
const random = new Random(2);

/** One update; each character is followed by a function of it or, one time in four, by any other. */
function step(): number {
  const inputs = new Int32Array(packing.rows);
  const targets = new Int32Array(packing.rows);
  for (let n = 0; n < BATCH; n++) {
    let id = random.integer(V);
    for (let t = 0; t < STEPS; t++) {
      inputs[t * BATCH + n] = id;
      id = random.uniform() < 0.75 ? (id * 7 + 3) % V : random.integer(V);
      targets[t * BATCH + n] = id;
    }
  }
  const { sum, tokens } = model.lossAndGradients({ packing, inputs, targets }, state);
  clipGradients(engine, model.parameters, { by: 'norm', limit: 5 });
  optimizer.step(2e-3);
  return sum / tokens;
}

console.log(JSON.stringify({ system: `caption-lm on ${engine.product.driver.description}` }));
for await (const line of createInterface({ input: process.stdin })) {
  const seconds = Number(line.split(' ')[1]);
  let [count, loss] = [0, 0];
  const start = performance.now();
  for (; performance.now() - start < seconds * 1000; count++) loss = step();
  const elapsed = (performance.now() - start) / 1000;
  console.log(JSON.stringify({ charactersPerSecond: (count * BATCH * STEPS) / elapsed, loss }));
}
process.exit(0); // engine's threads
