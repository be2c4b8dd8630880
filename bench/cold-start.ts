/**
 * How long a user waits for the first words of a command that has just been called, and where each millisecond goes.
 *
 *     npm run bench -- cold-start [--rounds 15] [--save]
 *
 * `caption describe` with one photo, `lm sample` with a model of the default size, and Node with nothing to do, in turns,
 * from `dist` as an installed package runs; then what `ours/start.mjs` says of their parts. The page cache is warm.
 */
import { execFile, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { Random } from '../src/base/random.ts';
import { openEngine } from '../src/compute/engine.ts';
import { languageDefaults, languageShapeDefaults } from '../src/language/config.ts';
import { TextModel } from '../src/language/text-model.ts';
import { LanguageModel } from '../src/model/language-model.ts';
import { UNKNOWN } from '../src/text/special-tokens.ts';
import { Vocabulary } from '../src/text/vocabulary.ts';
import { inTemporaryFolder } from './racing/data.ts';
import { describeMachine, writeResults } from './racing/results.ts';
import { type Spread, spreadOf } from './racing/statistics.ts';

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '15' }, save: { type: 'boolean', default: false } },
});
const rounds = Number(options.rounds);

const photo = pathOf('../docs/nagasaki-boats.jpg');

/** What is called: Node's arguments, and those of `ours/start.mjs`. @param model a folder with a language model */
const commandsWith = (model: string) => [
  { title: 'node', args: ['--eval', 'console.log(1)'] },
  {
    title: 'lm sample',
    args: [pathOf('../dist/cli/lm.js'), 'sample', '--model', model, '--length', '100'],
    parts: ['sample', model],
  },
  {
    title: 'caption describe',
    args: [pathOf('../dist/cli/caption.js'), 'describe', '--cnn-backend', 'engine', photo],
    parts: ['describe', photo],
  },
  {
    title: 'caption describe, all on WebAssembly',
    args: [pathOf('../dist/cli/caption.js'), 'describe', '--cnn-backend', 'engine', '--blas', 'wasm', photo],
    parts: ['describe', photo, 'wasm'],
  },
];

interface Figures {
  title: string;
  firstMs: Spread;
  endMs: Spread;
  /** Medians, in the order of the work. */
  parts: Record<string, number>;
}

const { processor, cores, platform, node } = describeMachine();
console.log(`${processor}, ${cores} cores, ${platform}, Node ${node}`);
console.log(`${rounds} rounds, milliseconds: medians (lowest – highest)`);
await inTemporaryFolder(async (folder) => {
  await writeModel(folder);
  const figures = await measure(commandsWith(folder));
  for (const { title, firstMs, endMs, parts } of figures) {
    console.log(`\n${title.padEnd(40)}first words ${inWords(firstMs)}   end ${inWords(endMs)}`);
    for (const [part, ms] of Object.entries(parts)) console.log(`  ${part.padEnd(38)}${ms.toFixed(0).padStart(6)}`);
  }
  console.log(`\n${await writeResults('cold-start', { rounds, figures }, { keep: options.save })}`);
});

async function measure(commands: ReturnType<typeof commandsWith>): Promise<Figures[]> {
  const turns = commands.map(() => ({
    first: [] as number[],
    end: [] as number[],
    parts: [] as Record<string, number>[],
  }));
  for (let round = 0; round < rounds; round++) {
    for (const [i, { args, parts }] of commands.entries()) {
      const { first, end } = await timesOf(args);
      turns[i]?.first.push(first);
      turns[i]?.end.push(end);
      if (parts) turns[i]?.parts.push(await partsOf(parts));
    }
  }
  return turns.map(({ first, end, parts }, i) => ({
    title: commands[i]?.title ?? '',
    firstMs: spreadOf(first),
    endMs: spreadOf(end),
    parts: Object.fromEntries(
      Object.keys(parts[0] ?? {}).map((part) => [part, spreadOf(parts.map((run) => run[part] ?? 0)).median]),
    ),
  }));
}

/** Milliseconds from the start of a program to the first byte of its output, and to its end. */
async function timesOf(args: readonly string[]): Promise<{ first: number; end: number }> {
  const start = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let first = Number.NaN;
  child.stdout.once('data', () => {
    first = performance.now() - start;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`node ${args.join(' ')} has ended with ${code}`);
  return { first, end: performance.now() - start };
}

async function partsOf(args: readonly string[]): Promise<Record<string, number>> {
  const { stdout } = await promisify(execFile)(process.execPath, [pathOf('ours/start.mjs'), ...args]);
  return JSON.parse(stdout);
}

/** A language model of random weights in a folder: 65 characters, the shape that `lm train` gives it. */
async function writeModel(folder: string): Promise<void> {
  const engine = await openEngine('wasm');
  const letters = Array.from({ length: 64 }, (_, i) => String.fromCharCode(48 + i));
  const vocabulary = new Vocabulary([UNKNOWN, ...letters]);
  const shape = { ...languageShapeDefaults, vocabulary: vocabulary.size, condition: 0 };
  const model = new LanguageModel(engine, shape).initialise(new Random(1));
  const text = { files: [], tokens: 0, hash: '' };
  const config = {
    format: 1,
    kind: 'language',
    level: 'char',
    shape,
    settings: languageDefaults,
    text,
    scores: {},
  } as const;
  await new TextModel(config, vocabulary, model).save(folder);
  engine.close();
}

function inWords({ median, low, high }: Spread): string {
  return `${median.toFixed(0)} (${low.toFixed(0)} – ${high.toFixed(0)})`;
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
