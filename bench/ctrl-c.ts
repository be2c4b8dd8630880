/**
 * How long a training lets its user wait after Ctrl-C, whatever it is doing.
 *
 *     npm run bench -- ctrl-c [NAME…] [--data FOLDER] [--stops 2]
 *
 * Each training (`stops/trainings.ts`, or those whose names begin as said) runs once undisturbed; then it is started anew
 * and stopped, so many times in each of its stages, at evenly spaced moments. A row for each stage: how long the training
 * has let everything else wait at most, how long after Ctrl-C it has said that it stops, and after how long it had ended;
 * the longest of all stops.
 */
import { spawn } from 'node:child_process';
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cacheFolder } from '../src/base/files.ts';
import { inTemporaryFolder } from './racing/data.ts';
import { describeMachine } from './racing/results.ts';
import { type Stopped, trainingsOn } from './stops/trainings.ts';

const { values: options, positionals: names } = parseArgs({
  options: { data: { type: 'string' }, stops: { type: 'string', default: '2' } },
  allowPositionals: true,
});

/** Stages by what stderr says in them; what it says else belongs to the stage before. */
const STAGES = [
  ['reading', /^reading the text/],
  ['features', /^features of/],
  ['comparison', /^each step alone/],
  ['updates', /^\d+\/\d+ {2}epoch/],
  ['validation', /^validating/],
  ['report', /^(comparing|measuring|translating)/],
] as const;
type Stage = 'preparation' | (typeof STAGES)[number][0];

/** What a command said when, in milliseconds from its start. */
interface Line {
  at: number;
  text: string;
}

const { processor, cores, platform, node } = describeMachine();
console.log(`${processor}, ${cores} cores, ${platform}, Node ${node}; milliseconds\n`);
printRow('training', 'stage', 'held', 'said after', 'ended after');
await inTemporaryFolder(async (work) => {
  const trainings = await trainingsOn(options.data, work);
  for (const training of trainings) {
    if (names.length === 0 || names.some((name) => training.name.startsWith(name))) await measure(training, work);
  }
});

async function measure(training: Stopped, work: string): Promise<void> {
  const whole = await run(training, work);
  if (whole.code !== 0) {
    console.log(`${training.name}: ended with ${whole.code}: ${whole.lines.at(-1)?.text}`);
    return;
  }
  const stops = Number(options.stops);
  for (const [stage, { from, to }] of spansOf(whole.lines)) {
    const held = whole.held.flatMap((one) => (one.stage === stage ? [one.waited] : []));
    const [said, ended]: [number[], number[]] = [[], []];
    for (let i = 0; i < stops; i++) {
      const answer = await stopIn(training, work, stage, ((to - from) * (i + 0.5)) / stops);
      if (answer?.said) said.push(answer.said);
      if (answer) ended.push(answer.ended);
    }
    const longest = (times: readonly number[]) => (times.length > 0 ? Math.max(...times).toFixed(0) : '–');
    printRow(training.name, stage, longest(held), longest(said), longest(ended));
  }
}

/**
 * Stops a training in a stage: sooner than it is asked to where the stage is shorter this time.
 *
 * @returns after how long it said so, and had ended; nothing where the stage is too short
 */
async function stopIn(training: Stopped, work: string, stage: Stage, after: number) {
  for (let tries = 0; tries < 3; tries++) {
    const { stopped, lines, endedAt } = await run(training, work, { stage, after: after / 2 ** tries });
    if (stopped === undefined) continue;
    const said = lines.find(({ at, text }) => at >= stopped && /^stopped/.test(text));
    return { said: said && said.at - stopped, ended: endedAt - stopped };
  }
  return undefined;
}

/**
 * Runs a training.
 *
 * @param stop when to stop it: so many milliseconds after the first line of a stage
 */
async function run({ program, args, coldCache }: Stopped, work: string, stop?: { stage: Stage; after: number }) {
  const [out, turns, cache] = ['model', 'turns.json', 'cache'].map((name) => join(work, name)) as [
    string,
    string,
    string,
  ];
  if (coldCache) {
    await mkdir(cache);
    await cp(join(cacheFolder('native')), join(cache, 'native'), { recursive: true, force: true }).catch(() => {});
  }
  const command = [pathOf('../dist/cli', `${program}.js`), ...args, ...(args[0] === 'train' ? ['--out', out] : [])];
  const started = performance.now();
  const child = spawn(process.execPath, ['--import', pathOf('ours/terminal.mjs'), ...command], {
    env: { ...process.env, TURNS: turns, ...(coldCache && { CAPTION_LM_CACHE: cache }) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const lines: Line[] = [];
  let stage: Stage = 'preparation';
  let stopped: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let due = false;
  /** Stops in the stage that is meant, when that has lasted long enough; else when it comes again. */
  const proceed = () => {
    if (stop?.stage !== stage || stopped !== undefined) return;
    timer ??= setTimeout(() => {
      due = true;
      proceed();
    }, stop.after);
    if (!due) return;
    stopped = performance.now() - started;
    child.kill('SIGINT');
  };
  proceed();
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    for (const text of linesOf(chunk)) {
      lines.push({ at: performance.now() - started, text });
      stage = stageOf(text) ?? stage;
      proceed();
    }
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const endedAt = performance.now() - started;
  clearTimeout(timer);
  const held = stop ? [] : heldIn(JSON.parse(await readFile(turns, 'utf8')));
  for (const made of [out, turns, cache]) await rm(made, { recursive: true, force: true });
  return { lines, code, stopped, endedAt, held };
}

/** From when to when each stage lasted; the first time, where it came more than once. */
function spansOf(lines: readonly Line[]): Map<Stage, { from: number; to: number }> {
  const spans = new Map<Stage, { from: number; to: number }>();
  let current: { stage: Stage; from: number } = { stage: 'preparation', from: 0 };
  for (const { at, text } of lines) {
    const { stage, from } = current;
    const next = stageOf(text) ?? stage;
    if (next === stage) continue;
    if (!spans.has(stage)) spans.set(stage, { from, to: at });
    current = { stage: next, from: at };
  }
  if (!spans.has(current.stage)) spans.set(current.stage, { from: current.from, to: lines.at(-1)!.at });
  return spans;
}

/** How long each stage has let everything else wait. */
function heldIn(longest: Record<string, { waited: number }>): { stage: Stage; waited: number }[] {
  let stage: Stage = 'preparation';
  return Object.entries(longest).map(([said, { waited }]) => {
    stage = linesOf(said).map(stageOf).findLast(Boolean) ?? stage;
    return { stage, waited };
  });
}

function stageOf(text: string): Stage | undefined {
  return STAGES.find(([, pattern]) => pattern.test(text))?.[0];
}

/** What a terminal shows one after another, without the codes that clear a line. */
function linesOf(text: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the terminal's
  return text.split(/[\r\n]|\u001b\[K/).filter((line) => line !== '');
}

function printRow(...[name, stage, ...times]: string[]): void {
  console.log(`${name!.padEnd(34)}${stage!.padEnd(14)}${times.map((time) => time.padStart(13)).join('')}`);
}

function pathOf(...path: string[]): string {
  return fileURLToPath(new URL(path.join('/'), import.meta.url));
}
