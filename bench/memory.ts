/**
 * Whether training holds its memory: resident size, JavaScript heap and arena over many updates of the caption trainer's
 * kind, every batch of another size.
 *
 *     npm run bench -- memory [--updates 10000] [--driver auto]
 *
 * LSTM of 128 units, 2,500 words, batches of 32 captions of 4 to 19 words. The first tenth of the updates is for warming
 * up: what has been added since is printed last.
 */
import { parseArgs } from 'node:util';
import { Random } from '../src/base/random.ts';
import { tokenBatch } from '../src/captioning/batch.ts';
import { openEngine } from '../src/compute/engine.ts';
import type { DriverChoice } from '../src/compute/product/choose.ts';
import { LanguageModel } from '../src/model/language-model.ts';
import { Optimizer, optimizerDefaults } from '../src/nn/optimizer.ts';
import { resetState } from '../src/nn/state.ts';

const { values: options } = parseArgs({
  options: { updates: { type: 'string', default: '10000' }, driver: { type: 'string', default: 'auto' } },
});
const [V, D, BATCH] = [2500, 1280, 32];
const updates = Number(options.updates);

const engine = await openEngine(options.driver as DriverChoice);
const random = new Random(1);
const model = new LanguageModel(engine, {
  vocabulary: V,
  embedding: 128,
  cell: 'lstm',
  layers: 1,
  hidden: 128,
  condition: D,
}).initialise(random);
const optimizer = new Optimizer(engine, model.parameters, optimizerDefaults.adam);
const state = model.newState(BATCH);
const features = Float32Array.from({ length: D }, () => random.normal());

console.log(engine.notice);
console.log(['updates', 'resident MB', 'heap MB', 'arena MB'].map((head) => head.padStart(12)).join(''));
let warm = measure();
for (let update = 1; update <= updates; update++) {
  const examples = Array.from({ length: BATCH }, () => {
    const words = Array.from({ length: 4 + random.integer(16) }, () => random.integer(V));
    return { picture: 0, inputs: [0, ...words], targets: [...words, 1] };
  });
  resetState(state);
  model.lossAndGradients(
    tokenBatch(examples, D, () => ({ vector: features })),
    state,
  );
  optimizer.step(1e-3);
  if (update % Math.ceil(updates / 10) !== 0) continue;
  const now = measure();
  if (update <= updates / 10) warm = now;
  print(`${update}`, now);
}
print(
  'grown by',
  measure().map((value, i) => value - (warm[i] ?? 0)),
);
engine.close();

/** Megabytes. */
function measure(): number[] {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return [rss, heapUsed, engine.arena.size].map((bytes) => bytes / 1e6);
}

function print(head: string, values: readonly number[]): void {
  console.log(head.padStart(12) + values.map((value) => value.toFixed(1).padStart(12)).join(''));
}
