/** A race: contestants do the same steps of work, such as updates of a training, in turns. */

import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { reasonOf } from '../../src/base/errors.ts';
import { type Contestant, openContestant } from './contestant.ts';
import { describeMachine, writeResults } from './results.ts';
import { type Spread, spreadInWords, spreadOf } from './statistics.ts';

export interface Race {
  /** Its name, and that of its figures' file. */
  name: string;
  /** What is counted: "characters". */
  unit: string;
  cases: readonly {
    title: string;
    /** Of our program and of the rivals'. */
    args: readonly string[];
  }[];
  /** Our program, in `bench/ours`; its last argument is the driver. */
  ours: string;
  /**
   * Programs in `bench/rivals`, in Python or TypeScript; their last arguments are the number of threads and, where there are
   * several, the variant. The ratios are to the last that can take part.
   */
  rivals: readonly { program: string; variant?: string }[];
  drivers: readonly string[];
  rounds: number;
  seconds: number;
  keep: boolean;
  /** Of every contestant; 2 unless a rival has only one. */
  threads?: number;
  /** Steps of work before the first round: for warming up, and for comparing what was found. 50 by default. */
  warmUp?: number;
  /** Decimals to which all that contestants find must agree; where none are given, the reader compares. */
  decimals?: number;
}

/** Options of every race. */
const COMMON = {
  drivers: { type: 'string', default: 'onednn,bf16,openblas,wasm' },
  rounds: { type: 'string', default: '7' },
  seconds: { type: 'string', default: '2' },
  save: { type: 'boolean', default: false },
} as const;

/** The options that were given; `more` are those of the race with their defaults, and other defaults of common ones. */
export function raceOptions<Name extends string>(more: Record<Name, string>) {
  const own = Object.entries<string>(more).map(([name, value]) => [name, { type: 'string', default: value }] as const);
  const { values } = parseArgs({ options: { ...COMMON, ...Object.fromEntries(own) } });
  const { drivers, rounds, seconds, save } = values;
  return {
    race: { drivers: drivers.split(','), rounds: Number(rounds), seconds: Number(seconds), keep: save },
    values: values as unknown as Record<Name, string>,
  };
}

/** A case for each of the sizes "1x128,2x512", layers and units. @param more arguments of the programs */
export function casesOf(sizes: string, ...more: string[]): Race['cases'] {
  return sizes.split(',').map((size) => {
    const [layers = '', hidden = ''] = size.split('x');
    return { title: `${layers} × ${hidden}`, args: [hidden, layers, ...more] };
  });
}

/** An answer to `run SECONDS` or `steps COUNT`. */
interface Turn {
  perSecond: number;
  stepMs: number;
  /** What the last step found: the loss in nats per token, or scores. */
  found: Record<string, number>;
}

/** How a contestant did in a case. */
interface Score {
  system: string;
  /** Speed over the rival's in the same round. */
  ratio: Spread;
  perSecond: Spread;
  stepMs: Spread;
  foundAfterWarmUp: Turn['found'];
  /** In MB, see `Contestant.peakMemory`. */
  peakMemory: number | undefined;
}

/** How the contestants did in a case: ours first, the rival that ratios are to last. */
export interface Outcome {
  title: string;
  scores: Score[];
}

/**
 * Runs a race, prints its table and writes its figures.
 *
 * @throws Error when no rival can take part, or the contestants do not find the same
 */
export async function runRace(race: Race): Promise<Outcome[]> {
  const { name, unit, rounds, seconds, keep, threads = 2, warmUp = 50 } = race;
  const { processor, cores, platform, node } = describeMachine();
  console.log(`${processor}, ${cores} cores, ${platform}, Node ${node}; threads of each: ${threads}`);
  console.log(`${rounds} rounds of ${seconds} s after ${warmUp} steps; medians (lowest – highest)`);
  const cases: Outcome[] = [];
  for (const { title, args } of race.cases) {
    const contestants = await open(race, args, threads);
    try {
      const scores = await compete(contestants, race, warmUp);
      print(title, unit, warmUp, scores);
      checkAgreement(scores, race.decimals);
      cases.push({ title, scores });
    } finally {
      for (const contestant of contestants) contestant.close();
    }
  }
  console.log(`\n${await writeResults(name, { threads, rounds, seconds, warmUp, unit, cases }, { keep })}`);
  return cases;
}

async function compete(contestants: readonly Contestant[], { rounds, seconds }: Race, warmUp: number) {
  const found: Turn['found'][] = [];
  for (const contestant of contestants) found.push((await contestant.ask<Turn>(`steps ${warmUp}`)).found);
  const turns: Turn[][] = contestants.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, contestant] of contestants.entries()) {
      turns[i]?.push(await contestant.ask<Turn>(`run ${seconds}`));
    }
  }
  const rival = turns.at(-1)?.map(({ perSecond }) => perSecond) ?? [];
  return contestants.map(({ system, peakMemory }, i): Score => {
    const speeds = turns[i]?.map(({ perSecond }) => perSecond) ?? [];
    return {
      system,
      ratio: spreadOf(speeds.map((speed, round) => speed / (rival[round] ?? Number.NaN))),
      perSecond: spreadOf(speeds),
      stepMs: spreadOf(turns[i]?.map(({ stepMs }) => stepMs) ?? []),
      foundAfterWarmUp: found[i] ?? {},
      peakMemory: peakMemory(),
    };
  });
}

/** Our drivers and the rivals, as far as they can be had here. */
async function open({ drivers, ours, rivals }: Race, args: readonly string[], threads: number): Promise<Contestant[]> {
  const contestants: Contestant[] = [];
  const tryToOpen = async (who: string, program: string, more: string[]) => {
    try {
      contestants.push(await openContestant(...commandOf(program, [...args, ...more]), threads));
    } catch (error) {
      console.log(`${who} does not take part: ${reasonOf(error)}`);
    }
  };
  for (const driver of drivers) await tryToOpen(driver, `ours/${ours}`, [driver]);
  const own = contestants.length;
  for (const { program, variant } of rivals) {
    const variants = variant ? [variant] : [];
    await tryToOpen([program, ...variants].join(' '), `rivals/${program}`, [`${threads}`, ...variants]);
  }
  if (contestants.length > own) return contestants;
  for (const contestant of contestants) contestant.close();
  throw new Error(
    'no rival can take part: `node bench/setup-rivals.mjs` installs them, RIVAL_PYTHON=PATH names a Python that has them',
  );
}

/** What runs a program of `bench`, and its arguments. */
function commandOf(program: string, args: readonly string[]): [string, string[]] {
  const path = pathOf(`../${program}`);
  if (program.endsWith('.ts')) return [process.execPath, ['--import', 'tsx', path, ...args]];
  return [process.env['RIVAL_PYTHON'] ?? pathOf('../../.venv/bin/python'), [path, ...args]];
}

function print(title: string, unit: string, warmUp: number, scores: readonly Score[]): void {
  const names = Object.keys(scores[0]?.foundAfterWarmUp ?? {});
  const head = [title.padEnd(40), 'ratio to the last'.padStart(22), `${unit}/s`.padStart(30)];
  head.push('ms/step'.padStart(11), 'peak MB'.padStart(9));
  console.log(
    `\n${head.join('')}${names.map((name) => name.padStart(10)).join('')}${names.length > 0 ? ` after ${warmUp}` : ''}`,
  );
  for (const { system, ratio, perSecond, stepMs, peakMemory, foundAfterWarmUp } of scores) {
    const cells = [
      system.padEnd(40),
      spreadInWords(ratio, (value) => value.toFixed(2)).padStart(22),
      spreadInWords(perSecond, (value) => Math.round(value).toLocaleString('en')).padStart(30),
      stepMs.median.toFixed(1).padStart(11),
      `${peakMemory ?? '?'}`.padStart(9),
      ...names.map((name) => (foundAfterWarmUp[name] ?? Number.NaN).toFixed(4).padStart(10)),
    ];
    console.log(cells.join(''));
  }
}

/** @throws Error that names what differs */
function checkAgreement(scores: readonly Score[], decimals: number | undefined): void {
  if (decimals === undefined) return;
  const expected = scores.at(-1);
  for (const { system, foundAfterWarmUp } of scores) {
    for (const [name, value] of Object.entries(expected?.foundAfterWarmUp ?? {})) {
      if (Math.abs((foundAfterWarmUp[name] ?? Number.NaN) - value) < 10 ** -decimals / 2) continue;
      throw new Error(`${name} of ${system} is ${foundAfterWarmUp[name]}, and ${value} of ${expected?.system}`);
    }
  }
  console.log(`what they found agrees to ${decimals} decimals`);
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
