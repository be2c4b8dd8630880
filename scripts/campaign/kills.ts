/**
 * Part a: trainings that are killed at random moments, again and again, and go on by the command that the documentation
 * says, end in the same weights bit for bit as one that nothing has disturbed, with no file beside a model's.
 */
import { watch } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Random } from '../../src/base/random.ts';
import { holdsModel } from '../../src/model/model-folder.ts';
import { type Call, type Ending, faultsOf, run } from './command.ts';
import { makeTrainings, type Place, type Training, train } from './inputs.ts';
import type { PartOptions } from './part.ts';
import type { Tally } from './tally.ts';

/** Kills of one training before it may come to its end. */
const KILLS_OF_ONE = 4;
/** Files that say when something was done, or how fast: they differ between two runs. */
const TELLS_TIMES = ['log.jsonl', 'report.html'];

export async function killTrainings({ times, seed, place, tally, isOver }: PartOptions): Promise<void> {
  const random = new Random(seed);
  const undisturbed: Undisturbed[] = [];
  const whole = place.path('whole');
  for (const training of await makeTrainings(place)) {
    let changes = 0;
    const count = () => atChange(whole, () => void changes++);
    const { seconds } = await train(training, whole, place, count);
    undisturbed.push({ training, seconds, changes, files: await filesIn(whole) });
  }
  for (let kills = 0, turn = 0; kills < times && !isOver(); turn++) {
    const most = Math.min(KILLS_OF_ONE, times - kills);
    kills += await killOne(undisturbed[turn % undisturbed.length]!, most, { place, tally, random });
  }
}

/** A training to its end: what it writes, the seconds it takes and the changes that are seen in its folder. */
interface Undisturbed {
  training: Training;
  seconds: number;
  changes: number;
  files: ReadonlyMap<string, Buffer>;
}

/**
 * Kills a training up to `most` times, lets it end, and compares what it has written.
 *
 * @returns how often it was killed
 */
async function killOne(
  { training: { name, program, args, resume }, seconds, changes, files }: Undisturbed,
  most: number,
  { place, tally, random }: { place: Place; tally: Tally; random: Random },
): Promise<number> {
  const folder = place.path('killed');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  const story: string[] = [];
  for (let kills = 0; ; ) {
    const resumes = await holdsModel(folder);
    const call: Call = { program, args: [...(resumes ? resume : args), '--out', folder], env: place.env };
    const [at, killer] = draw(random, seconds, changes, folder);
    const ending = await run({ ...call, ...(kills < most && { onStart: killer }) });
    story.push(`${resumes ? 'resumed' : 'begun'}, ${ending.signal ? `killed ${at}` : `exit ${ending.code}`}`);
    if (ending.signal === 'SIGKILL' && kills < most) {
      kills++;
      tally.add(`killed: ${name}`, `${(await holdsModel(folder)) ? 'with' : 'before there was'} a model`, [], '');
      continue;
    }
    const faults = [...faultsOf(program, ending), ...(await differences(folder, files, ending))];
    tally.add(`gone on with: ${name}`, `exit ${ending.code}`, faults, [...story, ending.stderr].join('\n'), ending);
    return kills;
  }
}

type Killer = NonNullable<Call['onStart']>;

/** A moment to kill at, in words, and what kills then: at any time, or up to 20 ms behind a change in the folder. */
function draw(random: Random, seconds: number, changes: number, folder: string): [at: string, killer: Killer] {
  const isChange = random.uniform() < 0.75;
  const milliseconds = random.uniform() * (isChange ? 20 : 1000 * seconds);
  const number = 1 + random.integer(changes);
  if (isChange) {
    const later = (kill: () => void) => () => void setTimeout(kill, milliseconds);
    const killer: Killer = (kill) => atChange(folder, later(kill), number);
    return [`${milliseconds.toFixed(0)} ms behind change ${number}`, killer];
  }
  const killer: Killer = (kill) => {
    const timer = setTimeout(kill, milliseconds);
    return () => clearTimeout(timer);
  };
  return [`after ${milliseconds.toFixed(0)} ms`, killer];
}

/** Calls `react` at a change of a folder, or at each where no number is said. @returns what stops looking */
function atChange(folder: string, react: () => void, number?: number): () => void {
  let seen = 0;
  const watcher = watch(folder, () => {
    if (++seen === (number ?? seen)) react();
  });
  return () => watcher.close();
}

/** What is otherwise than in the folder of an undisturbed training. */
async function differences(folder: string, expected: ReadonlyMap<string, Buffer>, ending: Ending): Promise<string[]> {
  if (ending.code !== 0) return ['can not go on'];
  const found = await filesIn(folder);
  const names = [...new Set([...expected.keys(), ...found.keys()])];
  return names.flatMap((name) => {
    const [is, should] = [found.get(name), expected.get(name)];
    if (!is) return [`no ${name}`];
    if (!should) return [`${name} is left`];
    return TELLS_TIMES.includes(name) || isDeepStrictEqual(meaningOf(is, name), meaningOf(should, name))
      ? []
      : [`another ${name}`];
  });
}

/** What a file says, whatever the order in which its JSON names things; its tensors are bytes. */
function meaningOf(file: Buffer, name: string): unknown {
  if (name.endsWith('.json')) return JSON.parse(file.toString());
  if (!name.endsWith('.safetensors')) return file;
  const start = 8 + Number(file.readBigUInt64LE());
  const header = JSON.parse(file.toString('utf8', 8, start));
  const { progress } = header.__metadata__ ?? {};
  return { ...header, __metadata__: progress && JSON.parse(progress), tensors: file.subarray(start) };
}

async function filesIn(folder: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(folder.length + 1), await readFile(path));
  }
  return files;
}
