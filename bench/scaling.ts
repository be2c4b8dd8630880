/**
 * How the cost of training and of writing captions grows with each size, beside the growth of the arithmetic alone: what
 * grows faster than its arithmetic is badly made. What grows slower was held up by something else at the smaller size.
 *
 *     npm run bench -- scaling [--driver auto] [--seconds 2]
 *
 * Around an LSTM of 1 × 256, 65 characters, batch 50, 50 steps; around a beam of 5 over 64 pictures with an LSTM of 512
 * and 2,500 words, whose captions are all 16 words long. A time is the median of what fits into the seconds.
 */
import { parseArgs } from 'node:util';
import { Random } from '../src/base/random.ts';
import { ROWS } from '../src/captioning/write.ts';
import { openEngine } from '../src/compute/engine.ts';
import type { DriverChoice } from '../src/compute/product/choose.ts';
import { beamSearch } from '../src/decoding/beam-search.ts';
import { LanguageModel } from '../src/model/language-model.ts';
import { createStepper } from '../src/model/stepper.ts';
import { initialiseLikePyTorch } from './ours/initialise.ts';
import { languageUpdate, type UpdateSizes } from './ours/language-update.ts';
import { mediansOf } from './racing/timing.ts';

const { values: options } = parseArgs({
  options: { driver: { type: 'string', default: 'auto' }, seconds: { type: 'string', default: '2' } },
});

const training = { hidden: 256, layers: 1, steps: 50, batch: 50, vocabulary: 65 };
const writing = { beam: 5, pictures: 64, hidden: 512, vocabulary: 2500 };
const WORDS = 16;

console.log(`${'training update'.padEnd(24)}${'ms'.padStart(10)}${'times'.padStart(10)}${'arithmetic'.padStart(12)}`);
await table(training, updateTime, multiplyAdds, {
  hidden: [64, 128, 256, 512, 1024],
  layers: [1, 2, 4],
  steps: [25, 50, 100, 200],
  batch: [25, 50, 100, 200],
  vocabulary: [65, 650, 6500],
});
console.log(
  `\n${'captions of 16 words'.padEnd(24)}${'ms'.padStart(10)}${'times'.padStart(10)}${'arithmetic'.padStart(12)}`,
);
await table(writing, captionTime, captionMultiplyAdds, {
  beam: [1, 2, 5, 10, 20],
  pictures: [1, 4, 16, 64, 256],
  hidden: [128, 256, 512, 1024],
  vocabulary: [250, 2500, 25000],
});

/** For each size its row: the time, how it has grown since the row before, and how the arithmetic has. */
async function table<Sizes extends Record<string, number>>(
  base: Sizes,
  timeOf: (sizes: Sizes) => Promise<number>,
  arithmetic: (sizes: Sizes) => number,
  axes: Record<keyof Sizes & string, number[]>,
): Promise<void> {
  for (const [axis, values] of Object.entries<number[]>(axes)) {
    let before: { time: number; work: number } | undefined;
    for (const value of values) {
      const sizes = { ...base, [axis]: value };
      const [time, work] = [await timeOf(sizes), arithmetic(sizes)];
      const growth = before ? [time / before.time, work / before.work].map((x) => x.toFixed(2)) : ['', ''];
      console.log(
        `${`${axis} ${value}`.padEnd(24)}${time.toFixed(1).padStart(10)}${growth[0]?.padStart(10)}${growth[1]?.padStart(12)}`,
      );
      before = { time, work };
    }
  }
}

/** Milliseconds of an update, the optimiser's step included. */
async function updateTime(sizes: UpdateSizes): Promise<number> {
  const engine = await openEngine(options.driver as DriverChoice);
  const time = medianTime(languageUpdate(engine, sizes));
  engine.close();
  return time;
}

/** Products of an update: three of each weight matrix, inputs of the first layer excepted, which are looked up. */
function multiplyAdds({ hidden, layers, steps, batch, vocabulary }: typeof training): number {
  const perToken = layers * 4 * hidden ** 2 + (layers - 1) * 4 * hidden ** 2 + hidden * vocabulary;
  return 3 * batch * steps * perToken;
}

async function captionTime({ beam, pictures, hidden, vocabulary }: typeof writing): Promise<number> {
  const engine = await openEngine(options.driver as DriverChoice);
  const shape = { vocabulary, embedding: hidden, layers: 1, hidden, condition: 1280 };
  const model = new LanguageModel(engine, { ...shape, cell: 'lstm' });
  const random = new Random(1);
  initialiseLikePyTorch(model, random);
  const features = Float32Array.from({ length: pictures * shape.condition }, () => random.normal());
  const begin = createStepper(model, ROWS);
  const rules = { beam, lengthPenalty: 0.7, start: 0, end: 1, forbidden: [0], minLength: WORDS, maxLength: WORDS };
  const atOnce = Math.floor(ROWS / beam) * shape.condition;
  const time = medianTime(() => {
    for (let first = 0; first < features.length; first += atOnce) {
      const seen = features.subarray(first, first + atOnce);
      beamSearch(begin({ condition: seen }), seen.length / shape.condition, rules);
    }
  });
  engine.close();
  return time;
}

function captionMultiplyAdds({ beam, pictures, hidden, vocabulary }: typeof writing): number {
  return pictures * beam * WORDS * (8 * hidden ** 2 + hidden * vocabulary);
}

function medianTime(work: () => void): number {
  work(); // warms up
  return mediansOf(Number(options.seconds), work)[0] ?? Number.NaN;
}
