import { spawnSync } from 'node:child_process';
import { constants, existsSync } from 'node:fs';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { describe, expect, it, vi } from 'vitest';
import { InputError } from '../../src/base/errors.ts';
import { Exit, inFlags, interruptible } from '../../src/cli/run.ts';

/** A program that was called as `seq train data.tsv`. */
async function trainProgram(): Promise<Command> {
  const program = new Command('seq').enablePositionalOptions();
  program
    .command('train')
    .argument('<data>')
    .option('--min-count <number>')
    .option('--no-mirror')
    .option('--lr <rate>')
    .action(() => {});
  await program.parseAsync(['train', 'data.tsv'], { from: 'user' });
  return program;
}

describe('inFlags', () => {
  it('puts the options of the command in the place of the settings that an error names', async () => {
    const error = new InputError('no word comes 3 times', {
      advice: 'Use a smaller minCount, learningRate or clipping; mirror is of no use. Other settings stay.',
      settings: ['minCount', 'learningRate', 'clipping', 'mirror'],
    });
    expect(inFlags(error, await trainProgram())).toBe(
      'no word comes 3 times. ' +
        'Use a smaller --min-count, --lr or --clip; --no-mirror is of no use. Other settings stay.',
    );
  });

  it('spells a setting as options are spelt where the command has none', async () => {
    const error = new InputError('too many', { advice: 'Lower valShare.', settings: ['valShare'] });
    expect(inFlags(error, await trainProgram())).toBe('too many. Lower --val-share.');
  });

  it('leaves files and words alone that only look like a setting', async () => {
    const error = new InputError('/data/task/task.tsv is odd', {
      found: 'task-1, my-task and subtask in C:\\task\\x of the task',
      advice: 'Use the task tag',
      settings: ['task'],
    });
    expect(inFlags(error, await trainProgram())).toBe(
      '/data/task/task.tsv is odd: found task-1, my-task and subtask in C:\\task\\x of the --task. Use the --task tag',
    );
    expect(inFlags(new InputError('the task is odd'), await trainProgram())).toBe('the task is odd');
    const quoted = new InputError('no task', { found: '"my task"', settings: ['task'] });
    expect(inFlags(quoted, await trainProgram())).toBe('no --task: found "my task"');
  });
});

describe('interruptible', () => {
  it('ends with 130 when a signal stops the work, and has that said once the work has ended', async () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const order: string[] = [];
      const work = interruptible(
        async (stop) => {
          process.emit(signal);
          await Promise.resolve();
          order.push('ended');
          stop.throwIfAborted();
        },
        () => order.push('said'),
      );
      await expect(work).rejects.toEqual(new Exit(130));
      expect(order).toEqual(['ended', 'said']);
    }
  });

  it('says nothing of work that was done all the same, or has failed', async () => {
    const onStop = vi.fn();
    const done = interruptible(async () => process.emit('SIGINT'), onStop);
    expect(await done).toBe(true);
    const failed = interruptible(async () => Promise.reject(new InputError('torn')), onStop);
    await expect(failed).rejects.toThrow('torn');
    expect(onStop).not.toHaveBeenCalled();
  });
});

describe('the programs as they are built', () => {
  const programs = ['caption', 'lm', 'seq'].map((name) =>
    fileURLToPath(new URL(`../../dist/cli/${name}.js`, import.meta.url)),
  );

  it('can be run by a link that npm has made before', async () => {
    for (const program of programs) await access(program, constants.X_OK);
  });

  it.runIf(existsSync('/dev/full'))('fail where what they print can not be written', async () => {
    for (const program of programs) {
      const { status, stderr } = spawnSync('sh', ['-c', '"$0" "$1" --help > /dev/full', process.execPath, program]);
      expect({ status, stderr: String(stderr) }).toEqual({
        status: 1,
        stderr: expect.stringContaining('cannot write the output: found no space left on the disk'),
      });
    }
  });

  it.runIf(existsSync('/dev/full'))('go on where what they say can not be written', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'caption-run-'));
    await writeFile(join(folder, 'text.txt'), 'to be or not to be, that is the question. '.repeat(20));
    const train = '"$0" "$1" train text.txt --hidden 8 --layers 1 --epochs 1 --batch 2 --val-fraction 0.2 2> /dev/full';
    const { status } = spawnSync('sh', ['-c', train, process.execPath, programs[1]!], { cwd: folder });
    expect([status, existsSync(join(folder, 'lm-model/report.html'))]).toEqual([0, true]);
    await rm(folder, { recursive: true });
  });
});
