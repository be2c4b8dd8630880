/**
 * How fast an LSTM learns in a browser, with and without shared memory, as ratios to our own WebAssembly under Node:
 *
 *     npm run setup:browser && npm run bench -- browser
 *
 * A text of 29 different characters, batch 50, 50 steps, Adam. The three take turns.
 */
import { serve } from '../examples/browser/serve.ts';
import * as nn from '../src/nn.ts';
import * as products from '../src/portable.ts';
import { callOf, launchChromium, programAddress } from '../test/browser/chromium.ts';
import { learnAndWrite, type Sizes } from '../test/browser/program.ts';
import { writeResults } from './racing/results.ts';
import { median } from './racing/statistics.ts';

const ROUNDS = 5;
const SIZES: Sizes[] = [
  { layers: 1, hidden: 128, batch: 50, steps: 50, updates: 40 },
  { layers: 1, hidden: 512, batch: 50, steps: 50, updates: 5 },
];

type Result = Awaited<ReturnType<typeof learnAndWrite>>;

const browser = await launchChromium();
if (typeof browser === 'string') throw new Error(`no browser: ${browser}; install one by npm run setup:browser`);
const program = await programAddress();

/** A page, which learns in its main thread. */
async function openPage(isolated: boolean) {
  const { server, address } = await serve({ isolated });
  const page = await (browser as Exclude<typeof browser, string>).newPage();
  await page.goto(`${address}package.json`);
  const learn = (sizes: Sizes) => page.evaluate(callOf(program, 'learnAndWrite', sizes)) as Promise<Result>;
  return { learn, close: () => server.close() };
}

const [shared, unshared] = [await openPage(true), await openPage(false)];
const contestants: Record<string, (sizes: Sizes) => Promise<Result>> = {
  Node: (sizes) => learnAndWrite({ ...products, ...nn }, sizes),
  'browser, shared memory': shared.learn,
  'browser, unshared memory': unshared.learn,
};
const figures = [];
for (const sizes of SIZES) {
  console.log(
    `\nLSTM ${sizes.layers} × ${sizes.hidden}`.padEnd(34),
    'characters/s'.padStart(12),
    'of Node'.padStart(10),
  );
  const speeds: Record<string, number[]> = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, learn] of Object.entries(contestants)) {
      const { seconds } = await learn(sizes);
      speeds[name] = [...(speeds[name] ?? []), (sizes.batch * sizes.steps * sizes.updates) / seconds];
    }
  }
  for (const [name, found] of Object.entries(speeds)) {
    const ratio = median(found.map((speed, round) => speed / speeds['Node']![round]!));
    const speed = Math.round(median(found));
    console.log(name.padEnd(33), speed.toLocaleString('en').padStart(12), ratio.toFixed(2).padStart(10));
    figures.push({ ...sizes, name, charactersPerSecond: speed, ratio });
  }
}
shared.close();
unshared.close();
await browser.close();
console.log(`\n${await writeResults('browser', { figures }, { keep: process.argv.includes('--save') })}`);
process.exit();
