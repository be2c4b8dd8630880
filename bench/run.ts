/**
 * Races this project against what a user would pick instead.
 *
 *     npm run bench                                 all races, one after another, and a table of their ratios at the end
 *     npm run bench -- NAME… [OPTIONS]              some of them
 *     npm run bench -- browser|cnn|cold-start|confidence|ctrl-c|memory|pointing|product|queue|retrieval|scaling|serve|step
 *                                                   a measurement without rivals
 *
 * Each is a script of this folder, whose header says what it does and what its options are. All races know `--drivers`,
 * `--rounds`, `--seconds` and `--save`. `node bench/setup-rivals.mjs` installs the rivals; a race without its rival says
 * so, and the others go on.
 */
import { reasonOf } from '../src/base/errors.ts';
import type { Outcome } from './racing/race.ts';
import { spreadInWords } from './racing/statistics.ts';

const races: Record<string, () => Promise<{ default: () => Promise<Outcome[]> }>> = {
  'lm-training': () => import('./lm-training.ts'),
  'cnn-training': () => import('./cnn-training.ts'),
  'caption-training': () => import('./caption-training.ts'),
  features: () => import('./features.ts'),
  generating: () => import('./generating.ts'),
  'min-char-rnn': () => import('./min-char-rnn.ts'),
  'tfjs-layers': () => import('./tfjs-layers.ts'),
  'brain-js': () => import('./brain-js.ts'),
  metrics: () => import('./metrics.ts'),
};
const measurements: Record<string, () => Promise<unknown>> = {
  browser: () => import('./browser.ts'),
  cnn: () => import('./cnn.ts'),
  confidence: () => import('./confidence.ts'),
  'cold-start': () => import('./cold-start.ts'),
  'ctrl-c': () => import('./ctrl-c.ts'),
  memory: () => import('./memory.ts'),
  pointing: () => import('./pointing.ts'),
  product: () => import('./product.ts'),
  queue: () => import('./queue.ts'),
  retrieval: () => import('./retrieval.ts'),
  scaling: () => import('./scaling.ts'),
  serve: () => import('./serve.ts'),
  step: () => import('./step.ts'),
};

const given = process.argv.slice(2);
const measure = measurements[given[0] ?? ''];
if (measure) {
  process.argv.splice(2, 1); // what is left are its own arguments
  await measure();
} else {
  const firstOption = given.findIndex((argument) => argument.startsWith('-'));
  const names = firstOption < 0 ? given : given.slice(0, firstOption);
  process.argv.splice(2, names.length);
  await run(names.length > 0 ? names : Object.keys(races));
}

async function run(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !races[name]);
  if (unknown.length > 0) {
    const known = [...Object.keys(races), ...Object.keys(measurements)];
    console.error(`no race ${unknown.join(', ')}: expected ${known.join(', ')}`);
    process.exitCode = 2;
    return;
  }
  const summary: string[] = [];
  for (const name of names) {
    console.log(`\n=== ${name}`);
    try {
      const race = await races[name]?.();
      summary.push(...((await race?.default()) ?? []).flatMap((outcome) => rowsOf(name, outcome)));
    } catch (error) {
      console.error(`${name} did not take place: ${reasonOf(error)}`);
      summary.push(`${name.padEnd(18)}did not take place`);
      process.exitCode = 1;
    }
  }
  if (names.length > 1) console.log(`\n=== ratios of speeds, medians (lowest – highest)\n${summary.join('\n')}`);
}

/** A row for each contestant but the one that it is compared with. */
function rowsOf(name: string, { title, scores }: Outcome): string[] {
  const rival = scores.at(-1)?.system ?? '';
  return scores.slice(0, -1).map(({ system, ratio }) => {
    const speed = spreadInWords(ratio, (value) => value.toFixed(2));
    return `${name.padEnd(18)}${title.padEnd(38)}${system.padEnd(40)}${speed.padStart(24)} × ${rival}`;
  });
}
