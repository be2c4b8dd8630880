/**
 * What every `train` command does around its training: it refuses to overwrite a model, shows how far it is on the
 * terminal and in a report that grows, hears Ctrl-C and says how to go on. Knows nothing of what is trained.
 */
import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { InputError } from '../base/errors.ts';
import { deleteTemporaries, ensureWritable, kindAt } from '../base/files.ts';
import { lockFolder } from '../base/lock.ts';
import { isStop, type Turns } from '../base/steps.ts';
import { type Engine, openEngine } from '../compute/engine.ts';
import { holdsModel } from '../model/model-folder.ts';
import type { TrainingHooks } from '../training/session.ts';
import type { TrainingResult } from '../training/trainer.ts';
import { SOURCE_VOCABULARY } from '../translation/config.ts';
import { CNN_FOLDER } from '../vision/cnn-files.ts';
import { LiveReport } from './live-report.ts';
import type { CommonOptions } from './options.ts';
import { printable } from './printable.ts';
import { Status, showShare, showTraining } from './progress.ts';
import { resumeCommand } from './resume-command.ts';
import { Exit, ExitCode, interruptible } from './run.ts';
import { refuseIdleSettings, refuseSettingsOnResume, type TrainingOptions } from './training-options.ts';

/** Where a training writes to, from its folder: there, and into the folders of what a model of some kind has beside. */
const MODEL_FOLDERS = ['.', CNN_FOLDER, SOURCE_VOCABULARY];

/** @throws InputError when the folder holds a model: hours of work may be in it */
export async function refuseModel(folder: string): Promise<void> {
  if (!(await holdsModel(folder))) return;
  throw new InputError(`${folder} holds a model already`, {
    advice: 'Go on with it by --resume, choose another folder by --out, or delete it.',
  });
}

/**
 * Does work that writes to a folder, when it is clear that the folder can be written to and that no other process is doing
 * the same. Where nothing has come of it, a folder that was made for it goes.
 *
 * @throws InputError when it can't be written to, or another training is writing there; what the work throws
 */
export async function inFolder<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  const wasThere = (await kindAt(folder)) !== undefined;
  await ensureWritable(join(folder, 'config.json'));
  const release = await lockFolder(folder);
  if (!release) {
    throw new InputError(`another training is writing to ${folder}`, {
      advice: 'Stop that one, or choose another folder by --out.',
    });
  }
  try {
    for (const part of MODEL_FOLDERS) await deleteTemporaries(join(folder, part));
    return await work();
  } finally {
    await release();
    if (!wasThere) await rmdir(folder).catch(() => {}); // only one that is empty can be deleted so
  }
}

/** How a product's training is shown. `Config` and `Data` are those of its hooks. */
export interface TrainingShow<Config, Data> {
  /** What its speed is counted in: words, characters. */
  unitOf(config: Config): string;
  /** What is about to be learned, in a line. */
  describeStart(config: Config, parameters: number): string;
  /** Writes the report of a training that is still going on, from what its folder says. */
  writeProgress(folder: string): Promise<void>;
  /** Writes the report of a training that is over, and what else takes its best weights to know. */
  finish(folder: string, data: Data, engine: Engine, terminal: FinishingTerminal): Promise<void>;
  /** What came of it: 'accuracy 0.8 on …,' as in "done: … in FOLDER". */
  describeEnd(folder: string): Promise<string>;
  /** A command that uses the model, as in "write with `lm sample`". */
  use(folder: string): string;
}

/** What the terminal says while a training is finished. */
export interface FinishingTerminal {
  status: Status;
  /** Shows how far some work is, which Ctrl-C stops. */
  turns(work: string): Turns;
}

/** What a command has from the beginning, to read its data by. */
export interface PreparedCommand {
  engine: Engine;
  folder: string;
  status: Status;
}

/** What a command's training is given. */
export interface RunningTraining<Config, Data> extends PreparedCommand, TrainingHooks<Config, Data> {
  signal: AbortSignal;
}

/** Reads what a training needs, and returns what trains. */
type Preparation<Config, Data> = (
  prepared: PreparedCommand,
) => Promise<(training: RunningTraining<Config, Data>) => Promise<TrainingResult>>;

/**
 * Runs a training that was asked for by a command.
 *
 * @param prepare returns what starts the training, or goes on with it, with the hooks that it is given. What `prepare`
 *   does may keep the program from hearing anything, for Ctrl-C just ends it then: nothing is made yet
 * @throws Exit with the code for an interrupted command when Ctrl-C has stopped it and the way to go on was printed
 */
export async function runTraining<Config, Data>(
  command: Command,
  options: TrainingOptions & CommonOptions,
  show: TrainingShow<Config, Data>,
  prepare: Preparation<Config, Data>,
): Promise<void> {
  const { out: folder, resume = false } = options;
  if (resume) refuseSettingsOnResume(command);
  refuseIdleSettings(command);
  if (!resume) await refuseModel(folder);
  const run = () => runInFolder(command, options, show, prepare);
  // A folder that is not there can't be resumed, of which the training tells.
  await (resume && (await kindAt(folder)) !== 'folder' ? run() : inFolder(folder, run));
}

async function runInFolder<Config, Data>(
  command: Command,
  { out: folder, blas, precision, quiet, resume = false }: TrainingOptions & CommonOptions,
  show: TrainingShow<Config, Data>,
  prepare: Preparation<Config, Data>,
): Promise<void> {
  const status = new Status(quiet);
  const engine = await openEngine(blas, precision);
  const prepared = { engine, folder, status };
  const train = await prepare(prepared);
  const report = new LiveReport(() => show.writeProgress(folder));
  let begun = resume;
  const sayHowToGoOn = (where: string) => status.say(`${where}, saved; go on with \`${resumeCommand(command)}\``);

  const { interrupted, progress } = await interruptible(async (signal) => {
    let showEvent = showTraining(status, '');
    const hooks: TrainingHooks<Config, Data> & { signal: AbortSignal } = {
      signal,
      onStart(config, parameters) {
        begun = true;
        status.say(engine.notice);
        showEvent = showTraining(status, show.unitOf(config));
        status.say(show.describeStart(config, parameters));
      },
      onEvent(event) {
        showEvent(event);
        if (event.type === 'validation' || event.type === 'sample') report.refresh();
      },
      async onDone(data) {
        await report.settled();
        const turns = (work: string) => ({ onProgress: showShare(status, work), signal });
        await show.finish(folder, data, engine, { status, turns });
      },
    };
    try {
      return await train({ ...hooks, ...prepared });
    } catch (error) {
      if (isStop(error, signal)) {
        if (begun) sayHowToGoOn('stopped');
        else status.say('stopped before the first update; the same command begins again');
      }
      throw error;
    } finally {
      await report.settled();
    }
  });

  if (interrupted) {
    sayHowToGoOn(`stopped at update ${progress.iteration}`);
    throw new Exit(ExitCode.interrupted);
  }
  status.say(`done: ${await show.describeEnd(folder)} in ${printable(folder)}, with report.html; ${show.use(folder)}`);
}
