/**
 * Part b, all other files: weights, configs, vocabularies and checkpoints of the four kinds of models, and the files that
 * they learn from and are measured on. One is damaged, and the command that reads it must end with a result or with a line.
 */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Random } from '../../src/base/random.ts';
import { faultsOf, limits, type Program, run } from './command.ts';
import { conllOf, csvOf, gzipOf, idxOf, makeTrainings, textOf, train } from './inputs.ts';
import { mutate } from './mutate.ts';
import type { PartOptions } from './part.ts';

/** A file that is damaged, and the command that reads it. */
interface Target {
  what: string;
  file: string;
  isText?: boolean;
  program: Program;
  args: readonly string[];
}

/** Damaged files of a kind in one round. */
const AT_ONCE = 200;

export async function damageFiles(options: PartOptions): Promise<void> {
  const { times, seed, place, isOver } = options;
  const random = new Random(seed);
  const targets = await makeTargets(options);
  const count = (target: Target) => targets.filter(({ what }) => what === target.what).length;
  for (let done = 0; done < times; done += AT_ONCE) {
    for (const target of targets) {
      if (isOver()) return;
      const share = Math.ceil(Math.min(AT_ONCE, times - done) / count(target));
      const whole = await readFile(target.file);
      const damaged: string[] = [];
      await mkdir(place.path('damaged'), { recursive: true });
      for (let i = 0; i < share; i++) {
        damaged.push(place.path('damaged', String(i)));
        await writeFile(damaged[i]!, mutate(whole, random, target.isText));
      }
      await tryOnOne(target, damaged, options);
    }
  }
}

/**
 * Runs a target's command on damaged files: on the first in a process of its own, on the others in one process. What is not
 * right there is tried again alone.
 */
async function tryOnOne(target: Target, damaged: readonly string[], options: PartOptions): Promise<void> {
  const { place, tally } = options;
  const { what, file, program, args } = target;
  const folder = dirname(file);
  const kept = place.path('kept');
  await cp(folder, kept, { recursive: true });
  const restore = async () => {
    await rm(folder, { recursive: true, force: true });
    await cp(kept, folder, { recursive: true });
  };
  const [first, ...others] = damaged;
  const alone = [first!];
  if (others.length > 0) {
    const turns = { program, args, file, folder, kept, damaged: others };
    await writeFile(place.path('turns.json'), JSON.stringify(turns));
    const call = { program, script: IN_TURN, args: [place.path('turns.json')], env: place.env };
    const ended = await run({ ...call, patience: limits.seconds * others.length });
    const said = new Map(ended.stderr.split('\x1e').map((turn) => [turn.split('\n', 1)[0]!, turn]));
    for (const [i, path] of others.entries()) {
      // Where the process has ended or been killed in this turn, there is no end of it.
      const [stderr, end] = (said.get(String(i)) ?? '').replace(/^\d+\n/, '').split('\x1f');
      const [code, seconds] = (end ?? '').split(' ').map(Number);
      const ending = { ...ended, stderr: stderr!, code: code!, signal: null, seconds: seconds! };
      if (end === undefined || faultsOf(program, ending).length > 0) alone.push(path);
      else tally.judge(`damaged ${what}`, { program, args }, ending);
    }
    await restore();
  }
  for (const path of alone) {
    await cp(path, file);
    const ending = await run({ program, args, env: place.env });
    const isRight = tally.judge(`damaged ${what}`, { program, args }, ending);
    if (!isRight) await keepFault(path, what, basename(file));
    await restore();
  }
  await rm(kept, { recursive: true });
}

const IN_TURN = fileURLToPath(new URL('in-turn.mjs', import.meta.url));

/** Keeps a damaged file that was not taken as it should be, to be looked at when the campaign is over. */
async function keepFault(path: string, what: string, name: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), `fault-${what.replaceAll(' ', '-')}-`));
  await cp(path, join(folder, name));
  console.log(`    kept: ${join(folder, name)}`);
}

/** Makes models and files, and says which command reads each. */
async function makeTargets({ place }: PartOptions): Promise<Target[]> {
  const targets: Target[] = [];
  const trainings = await makeTrainings(place);
  const uses: Record<string, (model: string) => Pick<Target, 'program' | 'args'>> = {
    'lm train': (model) => ({ program: 'lm', args: ['sample', '--model', model, '--length', '20'] }),
    'caption train': (model) => ({
      program: 'caption',
      args: ['describe', place.path('photos', 'p0.jpg'), '--model', model, '--beam', '1', '--consensus', '0'],
    }),
    'seq train': (model) => ({ program: 'seq', args: ['predict', '--model', model, '--text', 'a fine film'] }),
    'seq train --task translate': (model) => ({
      program: 'seq',
      args: ['predict', '--model', model, '--beam', '2', '--text', '1 2 3'],
    }),
  };
  for (const [i, training] of trainings.entries()) {
    const model = place.path('models', String(i));
    await train(training, model, place);
    const use = uses[training.name]!(model);
    targets.push({ what: 'weights', file: join(model, 'weights.safetensors'), ...use });
    targets.push({ what: 'config.json', file: join(model, 'config.json'), isText: true, ...use });
    targets.push({ what: 'vocabulary.json', file: join(model, 'vocabulary.json'), isText: true, ...use });
    const resume = { program: training.program, args: [...training.resume, '--out', model] };
    targets.push({ what: 'checkpoint', file: join(model, 'training-state.safetensors'), ...resume });
  }
  return [...targets, ...(await makeDataTargets(place))];
}

/** Files of data: COCO's JSON, a table, CoNLL's columns, IDX, a gzipped text. */
async function makeDataTargets(place: PartOptions['place']): Promise<Target[]> {
  const { path } = place;
  const write = async (content: string | Uint8Array, ...names: string[]) => {
    const file = path(...names);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    return file;
  };
  const table = await write(csvOf(12), 'tables', 'captions.csv');
  const columns = await write(conllOf(40), 'columns', 'train.conll');
  const digits = idxOf(40);
  const pictures = await write(digits.pictures, 'digits', 'train-images-idx3-ubyte');
  const labels = await write(digits.labels, 'digits', 'train-labels-idx1-ubyte');
  await write(digits.pictures, 'digits', 't10k-images-idx3-ubyte');
  await write(digits.labels, 'digits', 't10k-labels-idx1-ubyte');
  const text = await write(gzipOf(textOf(60)), 'gzipped', 'text.txt.gz');

  const tiny = '--hidden 8 --epochs 1 --batch 10'.split(' ');
  const tagger = { program: 'seq' as const, args: ['train', columns, '--task', 'tag', '--min-count', '1', ...tiny] };
  await train(tagger, path('models', 'tagger'), place);
  const reader = { program: 'seq' as const, args: ['train', dirname(pictures), ...tiny] };
  await train(reader, path('models', 'digits'), place);

  const captions = path('photos', 'annotations', 'captions_train.json');
  const extract = (dataset: string) => ['extract', dataset, '--images', path('photos')];
  const seq = { program: 'seq' } as const;
  const evaluate = (model: string, data: string) => ['evaluate', data, '--model', path('models', model)];
  const digitsFolder = dirname(pictures);
  return [
    { what: 'COCO JSON', file: captions, isText: true, program: 'caption', args: extract(captions) },
    { what: 'CSV', file: table, isText: true, program: 'caption', args: extract(table) },
    { what: 'CoNLL', file: columns, isText: true, ...seq, args: evaluate('tagger', columns) },
    { what: 'IDX', file: path('digits', 't10k-images-idx3-ubyte'), ...seq, args: evaluate('digits', digitsFolder) },
    { what: 'IDX', file: path('digits', 't10k-labels-idx1-ubyte'), ...seq, args: evaluate('digits', digitsFolder) },
    { what: 'IDX', file: labels, ...seq, args: [...reader.args, '--out', path('unwanted', 'digits')] },
    { what: 'gzip', file: text, program: 'lm', args: ['score', text, '--model', path('models', '0')] },
  ];
}
