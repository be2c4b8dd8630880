/**
 * Our side of the race `lm-training`: the updates that `lm train` makes, on a text of one byte a token. Commands:
 * `update COUNT` and `run SECONDS`; `bench/rivals/lstm_training.py` is the same in PyTorch.
 *
 *     node --import tsx bench/ours/lstm-training.ts HIDDEN LAYERS TEXT DRIVER
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { reasonOf } from '../../src/base/errors.ts';
import { Random } from '../../src/base/random.ts';
import { type Engine, openEngine } from '../../src/compute/engine.ts';
import type { DriverChoice } from '../../src/compute/product/choose.ts';
import { LanguageModel } from '../../src/model/language-model.ts';
import { clipGradients } from '../../src/nn/clip.ts';
import { Optimizer, optimizerDefaults } from '../../src/nn/optimizer.ts';
import { uniformPacking } from '../../src/nn/packing.ts';
import { corpusOf, cutIntoStreams, Streams } from '../../src/text/corpus.ts';

const [V, BATCH, STEPS] = [65, 50, 50];
const [hidden, layers, text = '', driver] = process.argv.slice(2);

try {
  const engine = driver === 'bf16' ? await openEngine('auto', 'bf16') : await openEngine(driver as DriverChoice);
  answer({ system: `caption-lm, ${engine.product.driver.description}` });
  await serve(training(engine));
  engine.close();
} catch (error) {
  answer({ unavailable: reasonOf(error) });
}

/** Returns what makes one update: its loss in nats per character. */
function training(engine: Engine): () => number {
  const model = new LanguageModel(engine, {
    vocabulary: V,
    embedding: 0,
    cell: 'lstm',
    layers: Number(layers),
    hidden: Number(hidden),
    condition: 0,
  }).initialise(new Random(1));
  const optimizer = new Optimizer(engine, model.parameters, optimizerDefaults.adam);
  const streams = new Streams(cutIntoStreams(corpusOf(Uint32Array.from(readFileSync(text))), BATCH), STEPS);
  const packing = uniformPacking(BATCH, STEPS);
  const state = model.newState(BATCH);
  return () => {
    const { inputs, targets } = streams.chunk(optimizer.steps % streams.chunks);
    const { sum, tokens } = model.lossAndGradients({ packing, inputs, targets }, state);
    clipGradients(engine, model.parameters, { by: 'norm', limit: 5 });
    optimizer.step(2e-3);
    return sum / tokens;
  };
}

async function serve(update: () => number): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, argument] = line.split(' ');
    const [most, seconds] = command === 'run' ? [Infinity, Number(argument)] : [Number(argument), Infinity];
    let [count, elapsed, loss] = [0, 0, Number.NaN];
    for (const start = performance.now(); count < most && elapsed < seconds; count++) {
      loss = update();
      elapsed = (performance.now() - start) / 1000;
    }
    answer({ charactersPerSecond: (count * BATCH * STEPS) / elapsed, stepMs: (elapsed / count) * 1000, loss });
  }
}

function answer(value: object): void {
  console.log(JSON.stringify(value));
}
