/**
 * Races a training update of the language model against PyTorch on the processor: LSTM, 65 characters one-hot, batch 50,
 * 50 steps, Adam 2e-3, gradients clipped by norm 5, float32, the state carried on, the same text, two threads each.
 *
 *     npm run bench -- lm-training [--sizes 1x128,2x128,1x512,2x512] [--drivers onednn,openblas,wasm]
 *                                  [--rounds 7] [--seconds 2] [--save]
 *
 * The contestants take turns (A B C A B C …); the ratio is that to PyTorch in the same round, its median over the rounds
 * (lowest – highest). The losses after as many updates show that both do the same work. Figures go to
 * `bench/results/lm-training.local.json`, or with --save to `lm-training.json`, for keeping.
 *
 * PyTorch comes from `node bench/setup-rivals.mjs`, or from the interpreter that RIVAL_PYTHON names.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { reasonOf } from '../src/base/errors.ts';
import { Random } from '../src/base/random.ts';
import { type Contestant, openContestant, THREADS } from './racing/contestant.ts';
import { describeMachine, writeResults } from './racing/results.ts';
import { type Spread, spreadOf } from './racing/statistics.ts';

/** Updates before the first round: for warming up, and for comparing the losses. */
const WARM_UP = 50;

/** An answer to `run` or `update`. */
interface Turn {
  charactersPerSecond: number;
  stepMs: number;
  /** Of the last update, in nats per character. */
  loss: number;
}

/** How a contestant did at one size. */
interface Score {
  system: string;
  /** Speed over the rival's in the same round. */
  ratio: Spread;
  charactersPerSecond: Spread;
  stepMs: Spread;
  lossAfterWarmUp: number;
}

const { values: options } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1x128,2x128,1x512,2x512' },
    drivers: { type: 'string', default: 'onednn,openblas,wasm' },
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '2' },
    save: { type: 'boolean', default: false },
  },
});
const python = process.env['RIVAL_PYTHON'] ?? pathOf('../.venv/bin/python');
const folder = mkdtempSync(join(tmpdir(), 'lm-training-'));
const text = join(folder, 'text');

try {
  writeFileSync(text, markovText(500_001));
  const { processor, cores, platform, node } = describeMachine();
  console.log(`${processor}, ${cores} cores, ${platform}, Node ${node}; ${THREADS} threads each`);
  console.log(`${options.rounds} rounds of ${options.seconds} s; medians (lowest – highest)`);
  const sizes: { layers: number; hidden: number; scores: Score[] }[] = [];
  for (const size of options.sizes.split(',')) {
    const [layers = 0, hidden = 0] = size.split('x').map(Number);
    const scores = await race(layers, hidden);
    print(layers, hidden, scores);
    sizes.push({ layers, hidden, scores });
  }
  const { rounds, seconds } = options;
  const figures = { threads: THREADS, rounds: Number(rounds), seconds: Number(seconds), warmUp: WARM_UP, sizes };
  console.log(`\n${await writeResults('lm-training', figures, { keep: options.save })}`);
} finally {
  rmSync(folder, { recursive: true });
}

/** Ours first, the rival last. */
async function race(layers: number, hidden: number): Promise<Score[]> {
  const contestants = await open(layers, hidden);
  try {
    const lossesAfterWarmUp: number[] = [];
    for (const contestant of contestants) {
      lossesAfterWarmUp.push((await contestant.ask<Turn>(`update ${WARM_UP}`)).loss);
    }
    const turns: Turn[][] = contestants.map(() => []);
    for (let round = 0; round < Number(options.rounds); round++) {
      for (const [i, contestant] of contestants.entries()) {
        turns[i]?.push(await contestant.ask<Turn>(`run ${options.seconds}`));
      }
    }
    const rival = turns.at(-1)?.map(({ charactersPerSecond }) => charactersPerSecond) ?? [];
    return contestants.map(({ system }, i) => {
      const speeds = turns[i]?.map(({ charactersPerSecond }) => charactersPerSecond) ?? [];
      return {
        system,
        ratio: spreadOf(speeds.map((speed, round) => speed / (rival[round] ?? Number.NaN))),
        charactersPerSecond: spreadOf(speeds),
        stepMs: spreadOf(turns[i]?.map(({ stepMs }) => stepMs) ?? []),
        lossAfterWarmUp: lossesAfterWarmUp[i] ?? Number.NaN,
      };
    });
  } finally {
    for (const contestant of contestants) contestant.close();
  }
}

/** Our drivers as far as they can be had here, and PyTorch. */
async function open(layers: number, hidden: number): Promise<Contestant[]> {
  const shape = [`${hidden}`, `${layers}`, text];
  const contestants: Contestant[] = [];
  for (const driver of options.drivers.split(',')) {
    try {
      const program = ['--import', 'tsx', pathOf('ours/lstm-training.ts')];
      contestants.push(await openContestant(process.execPath, [...program, ...shape, driver]));
    } catch (error) {
      console.log(`${driver} does not take part: ${reasonOf(error)}`);
    }
  }
  try {
    contestants.push(await openContestant(python, [pathOf('rivals/lstm_training.py'), ...shape, `${THREADS}`]));
  } catch (cause) {
    for (const contestant of contestants) contestant.close();
    const advice = '`node bench/setup-rivals.mjs` sets PyTorch up, RIVAL_PYTHON=PATH names a Python that has it';
    throw new Error(`the rival can't take part (${reasonOf(cause)}): ${advice}`, { cause });
  }
  return contestants;
}

function print(layers: number, hidden: number, scores: readonly Score[]): void {
  const title = `${layers} × ${hidden}`.padEnd(36);
  console.log(
    `\n${title}${'ratio to PyTorch'.padStart(20)}${'characters/s'.padStart(28)}  ms/update  loss after ${WARM_UP}`,
  );
  for (const { system, ratio, charactersPerSecond, stepMs, lossAfterWarmUp } of scores) {
    const speed = spread(charactersPerSecond, (value) => Math.round(value).toLocaleString('en'));
    const cells = [
      system.padEnd(36),
      spread(ratio, (value) => value.toFixed(2)).padStart(20),
      speed.padStart(28),
      stepMs.median.toFixed(1).padStart(11),
      lossAfterWarmUp.toFixed(3).padStart(15),
    ];
    console.log(cells.join(''));
  }
}

function spread({ median, low, high }: Spread, format: (value: number) => string): string {
  return `${format(median)} (${format(low)} – ${format(high)})`;
}

/** A Markov chain: three times in four a character follows from the one before, else it is any. 1.6 nats of entropy. */
function markovText(length: number): Uint8Array {
  const random = new Random(1);
  const ids = new Uint8Array(length);
  for (let i = 1; i < length; i++) {
    ids[i] = random.uniform() < 0.75 ? ((ids[i - 1] ?? 0) * 7 + 3) % 65 : random.integer(65);
  }
  return ids;
}

function pathOf(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
