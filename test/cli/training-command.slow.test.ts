import { spawn } from 'node:child_process';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { Exit } from '../../src/cli/run.ts';
import { inFolder, type RunningTraining, runTraining, type TrainingShow } from '../../src/cli/training-command.ts';
import type { TrainingOptions } from '../../src/cli/training-options.ts';
import { TEXT } from '../language/small-language.ts';
import { linesOf, opinions } from '../sequences/small-sequences.ts';
import { checkpointIn, temporaryFolder } from '../training/small-training.ts';
import { type Ended, runProgram } from './run-program.ts';
import { listenToStderr } from './said.ts';
import { writeSquares } from './squares.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
/** Where everything is: a shell would take such a name for several words, a command and a variable. */
const folder = join(root, "it's a `pwd`; $HOME");
await mkdir(folder);
const path = (name: string) => join(folder, name);
const cache = inject('features');

/** Runs a line as a shell does that it was pasted into. */
function paste(line: string): Promise<Pick<Ended, 'code' | 'stderr'>> {
  const child = spawn('sh', ['-c', line], { env: { ...process.env, CAPTION_LM_CACHE: cache }, stdio: 'pipe' });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stderr }));
  });
}

/** Runs a training to its end, and one that is stopped after its first validation and goes on as it then says. */
async function expectToGoOn(program: 'caption' | 'lm' | 'seq', ...args: string[]): Promise<void> {
  const train = (out: string, onStderr?: NonNullable<Parameters<typeof runProgram>[2]>['onStderr']) => {
    const command = ['train', ...args, '--epochs', '20', '--blas', 'wasm', '--out', path(out)];
    return runProgram(program, command, { cache, ...(onStderr && { onStderr }) });
  };
  expect(await train('whole')).toMatchObject({ code: 0, stdout: '' });
  let asked = false;
  const stopped = await train('parts', (written, child) => {
    if (!asked && /^epoch/m.test(written)) asked = child.kill('SIGINT');
  });
  expect(stopped).toMatchObject({ code: 130, stdout: '' });
  const [, line = ''] = /\nstopped at update \d+, saved; go on with `(.*)`\n$/s.exec(stopped.stderr) ?? [];

  expect(await paste(line)).toMatchObject({ code: 0, stderr: expect.stringMatching(/\ndone: /) });
  expect(await checkpointIn(path('parts'))).toEqual(await checkpointIn(path('whole')));
  for (const out of ['whole', 'parts']) await rm(path(out), { recursive: true });
}

describe.skipIf(process.platform === 'win32')('a stopped training goes on by the command that it says', () => {
  it('`lm train`, with a preset and several files to validate on', async () => {
    const files = ['first part.txt', '"second" part.txt', 'held out.txt', "what's left.txt"].map(path);
    for (const [i, file] of files.entries()) await writeFile(file, `part ${i}\n${TEXT}`);
    const [first, second, held, left] = files as [string, string, string, string];
    const how = '--preset char-rnn --hidden 8 --layers 1 --batch 8 --steps 10 --evaluate-every 0'.split(' ');
    await expectToGoOn('lm', first, second, '--val-file', held, '--val-file', left, ...how);
  });

  it('`caption train`, with pictures elsewhere and a share of them to validate on', async () => {
    const names = ['red', 'green', 'blue'].flatMap((colour) => [colour, `${colour}0`, `${colour}1`]);
    await writeSquares(path('my photos'), names);
    await rename(path('my photos/metadata.jsonl'), path('what they show.jsonl'));
    const where = [path('what they show.jsonl'), '--images', path('my photos'), '--val-share', '0.2', '--tfjs', 'wasm'];
    const how = '--hidden 8 --embedding 8 --batch 4 --threshold 1 --no-mirror'.split(' ');
    await expectToGoOn('caption', ...where, ...how);
  });

  it('`seq train`, with odd lines in its files', async () => {
    await writeFile(path('learn from.tsv'), `no label\n${linesOf(opinions(100))}`);
    await writeFile(path('measure on.tsv'), `${linesOf(opinions(20, 2))}no label\n`);
    const how = '--hidden 8 --embedding 8 --batch 10 --pool max --skip-odd'.split(' ');
    await expectToGoOn('seq', path('learn from.tsv'), '--val-file', path('measure on.tsv'), ...how);
  });

  it('`seq train --task translate`, with two files to learn from and two to validate on', async () => {
    const words = ['one', 'two', 'three', 'four'];
    const lines = Array.from({ length: 60 }, (_, i) => [i, i >> 1, i >> 2].map((n) => words[n % 4]).join(' '));
    const write = async (name: string, texts: string[]) => {
      await writeFile(path(name), texts.join('\n'));
      await writeFile(path(`${name}, in capitals`), texts.join('\n').toUpperCase());
      return [path(name), path(`${name}, in capitals`)];
    };
    const texts = await write('a text', lines.slice(0, 40));
    const held = await write('held out', lines.slice(40));
    const how = '--task translate --attention --hidden 8 --embedding 8 --batch 8 --min-count 1'.split(' ');
    await expectToGoOn('seq', ...texts, '--val-file', ...held, ...how);
  });
});

it('deletes what a killed training has left half written, and nothing else', async () => {
  const model = path('killed');
  for (const folder of ['cnn', 'source', 'other']) await mkdir(join(model, folder), { recursive: true });
  const left = ['config.json', 'cnn/weights.safetensors', 'source/vocabulary.json'].map(
    (name) => `${name}.0123456789ab.tmp`,
  );
  const kept = ['notes.tmp', 'a.0123456789ab.tmp.txt', 'other/a.0123456789ab.tmp'];
  for (const name of [...left, ...kept]) await writeFile(join(model, name), '');
  await inFolder(model, async () => {});
  const found = await readdir(model, { recursive: true });
  expect(found.sort()).toEqual([...kept, 'cnn', 'source', 'other'].sort());
});

describe('runTraining that is stopped', () => {
  const said = listenToStderr();

  const show: TrainingShow<object, string[]> = {
    unitOf: () => 'words',
    describeStart: () => 'the start',
    writeProgress: async () => {},
    finish: async () => {},
    describeEnd: async () => '',
    use: () => '',
  };

  /** `train`, which a signal stops by the time that it has done something. */
  function stoppedAfter(doing: (training: RunningTraining<object, string[]>) => void, ...args: string[]) {
    const program = new Command('lm');
    const command = program.command('train').argument('<file>').option('--out <folder>').option('--resume');
    command.option('--quiet').action(() => {});
    program.parse(['train', 'text.txt', '--out', path('no model'), ...args], { from: 'user' });
    const options = { ...command.opts<TrainingOptions>(), blas: 'wasm', precision: 'float32' } as const;
    return runTraining(command, options, show, async () => async (training) => {
      doing(training);
      process.emit('SIGTERM');
      training.signal.throwIfAborted();
      return expect.fail('was not stopped');
    });
  }

  it('before it has begun says that the same command begins again', async () => {
    await expect(stoppedAfter(() => {})).rejects.toEqual(new Exit(130));
    expect(said()).toBe('stopped before the first update; the same command begins again\n');
  });

  it('when its model was saved, or goes on from one, says how it goes on', async () => {
    await expect(stoppedAfter(({ onStart }) => onStart?.({}, 1))).rejects.toEqual(new Exit(130));
    expect(said()).toMatch(/\nthe start\nstopped, saved; go on with `.* train text\.txt --out .* --resume`\n$/);
    const before = said().length;
    await expect(stoppedAfter(() => {}, '--resume')).rejects.toEqual(new Exit(130));
    expect(said().slice(before)).toMatch(/^stopped, saved; go on with `.* train text\.txt --out .* --resume`\n$/);
  });

  it('says nothing with --quiet', async () => {
    await expect(stoppedAfter(() => {}, '--quiet')).rejects.toEqual(new Exit(130));
    expect(said()).toBe('');
  });
});
