/** A race: contestants do the same steps of work, such as updates of a training, in turns. */

import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { reasonOf } from '../../src/base/errors.ts';
import { type Contestant, openContestant, THREADS } from './contestant.ts';
import { describeMachine, writeResults } from './results.ts';
import { type Spread, spreadOf } from './statistics.ts';

export interface Race {
  /** Its name, and that of its figures' file. */
  name: string;
  /** What is counted: "characters". */
  unit: string;
  cases: readonly {
    title: string;
    /** Of our program and of the rivals', before the driver of ours. */
    args: readonly string[];
  }[];
  /** Our program, in `bench/ours`; its last argument is the driver. */
  ours: string;
  /** Programs in Python, in `bench/rivals`, with their last argument; the ratios are to the last of them. */
  rivals: readonly { program: string; variant: string }[];
  /** Steps before the first round: for warming up, and for comparing what they gave. Default: 50 */
  warmUp?: number;
  /** What shows that all do the same work, in the place of the loss. Default: "loss" */
  compared?: string;
  drivers: readonly string[];
  rounds: number;
  seconds: number;
  keep: boolean;
}

const ALL_DRIVERS = 'onednn,bf16,openblas,wasm';

/** Options of every race. */
const COMMON = {
  rounds: { type: 'string', default: '7' },
  seconds: { type: 'string', default: '2' },
  save: { type: 'boolean', default: false },
} as const;

/** The options that were given, `more` ones with their defaults among them. @param drivers that take part by default */
export function raceOptions<Name extends string>(more: Record<Name, string>, { drivers: all = ALL_DRIVERS } = {}) {
  const own = Object.entries<string>(more).map(([name, value]) => [name, { type: 'string', default: value }] as const);
  const { values } = parseArgs({
    options: { ...COMMON, drivers: { type: 'string', default: all }, ...Object.fromEntries(own) },
  });
  const { drivers, rounds, seconds, save } = values;
  return {
    race: { drivers: drivers.split(','), rounds: Number(rounds), seconds: Number(seconds), keep: save },
    values: values as unknown as Record<Name, string>,
  };
}

const WARM_UP = 50;

/** An answer to `run SECONDS` or `steps COUNT`. */
interface Turn {
  perSecond: number;
  stepMs: number;
  /** Of the last update, in nats per token, 0 where nothing is learned; or what the race compares instead. */
  loss: number;
}

/** How a contestant did in a case. */
interface Score {
  system: string;
  /** Speed over the rival's in the same round. */
  ratio: Spread;
  perSecond: Spread;
  stepMs: Spread;
  lossAfterWarmUp: number;
}

/** Runs a race, prints its table and writes its figures. */
export async function runRace(race: Race): Promise<void> {
  const { name, unit, rounds, seconds, keep, warmUp = WARM_UP, compared = 'loss' } = race;
  const { processor, cores, platform, node } = describeMachine();
  console.log(`${processor}, ${cores} cores, ${platform}, Node ${node}; ${THREADS} threads each`);
  console.log(`${rounds} rounds of ${seconds > 0 ? `${seconds} s` : 'a step'}; medians (lowest – highest)`);
  const cases: { title: string; scores: Score[] }[] = [];
  for (const { title, args } of race.cases) {
    const found = await scores(race, args);
    print(title, { unit, compared: `${compared} after ${warmUp}` }, found);
    cases.push({ title, scores: found });
  }
  const figures = { threads: THREADS, rounds, seconds, warmUp, unit, cases };
  console.log(`\n${await writeResults(name, figures, { keep })}`);
}

/** Ours first, the rival that ratios are to last. */
async function scores(race: Race, args: readonly string[]): Promise<Score[]> {
  const contestants = await open(race, args);
  try {
    const lossesAfterWarmUp: number[] = [];
    for (const contestant of contestants) {
      lossesAfterWarmUp.push((await contestant.ask<Turn>(`steps ${race.warmUp ?? WARM_UP}`)).loss);
    }
    const turns: Turn[][] = contestants.map(() => []);
    for (let round = 0; round < race.rounds; round++) {
      for (const [i, contestant] of contestants.entries()) {
        turns[i]?.push(await contestant.ask<Turn>(`run ${race.seconds}`));
      }
    }
    const rival = turns.at(-1)?.map(({ perSecond }) => perSecond) ?? [];
    return contestants.map(({ system }, i) => {
      const speeds = turns[i]?.map(({ perSecond }) => perSecond) ?? [];
      return {
        system,
        ratio: spreadOf(speeds.map((speed, round) => speed / (rival[round] ?? Number.NaN))),
        perSecond: spreadOf(speeds),
        stepMs: spreadOf(turns[i]?.map(({ stepMs }) => stepMs) ?? []),
        lossAfterWarmUp: lossesAfterWarmUp[i] ?? Number.NaN,
      };
    });
  } finally {
    for (const contestant of contestants) contestant.close();
  }
}

/** Our drivers as far as they can be had here, and the rivals. */
async function open({ drivers, ours, rivals }: Race, args: readonly string[]): Promise<Contestant[]> {
  const contestants: Contestant[] = [];
  for (const driver of drivers) {
    try {
      const program = ['--import', 'tsx', pathOf(`../ours/${ours}`)];
      contestants.push(await openContestant(process.execPath, [...program, ...args, driver]));
    } catch (error) {
      console.log(`${driver} does not take part: ${reasonOf(error)}`);
    }
  }
  const python = process.env['RIVAL_PYTHON'] ?? pathOf('../../.venv/bin/python');
  try {
    for (const { program, variant } of rivals) {
      contestants.push(await openContestant(python, [pathOf(`../rivals/${program}`), ...args, `${THREADS}`, variant]));
    }
  } catch (cause) {
    for (const contestant of contestants) contestant.close();
    const advice = '`node bench/setup-rivals.mjs` sets PyTorch up, RIVAL_PYTHON=PATH names a Python that has it';
    throw new Error(`the rival can't take part (${reasonOf(cause)}): ${advice}`, { cause });
  }
  return contestants;
}

function print(title: string, { unit, compared }: { unit: string; compared: string }, scores: readonly Score[]): void {
  const head = [title.padEnd(40), 'ratio to the last'.padStart(22), `${unit}/s`.padStart(30)];
  console.log(`\n${head.join('')}    ms/step  ${compared}`);
  for (const { system, ratio, perSecond, stepMs, lossAfterWarmUp } of scores) {
    const cells = [
      system.padEnd(40),
      spread(ratio, (value) => value.toFixed(2)).padStart(22),
      spread(perSecond, (value) => Math.round(value).toLocaleString('en')).padStart(30),
      stepMs.median.toFixed(1).padStart(11),
      lossAfterWarmUp.toFixed(3).padStart(15),
    ];
    console.log(cells.join(''));
  }
}

function spread({ median, low, high }: Spread, format: (value: number) => string): string {
  return `${format(median)} (${format(low)} – ${format(high)})`;
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
