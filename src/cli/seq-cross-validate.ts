/** `seq train --folds`: cross-validation of a model of labels. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { openEngine } from '../compute/engine.ts';
import { crossValidate, summarise } from '../sequences/cross-validation.ts';
import { write } from './output.ts';
import { Status, showTraining } from './progress.ts';
import { Exit, ExitCode, interruptible } from './run.ts';
import {
  describeBaselines,
  newModelOf,
  readLabelled,
  refuseIdleOptions,
  refuseIdleOptionsOn,
  settingsOf,
} from './seq-label-options.ts';
import type { SequenceTrainingOptions } from './seq-options.ts';
import { inFolder, refuseModel } from './training-command.ts';
import { refuseIdleSettings } from './training-options.ts';

export async function crossValidateCommand(
  paths: string[],
  options: SequenceTrainingOptions,
  folds: number,
  command: Command,
): Promise<void> {
  const { out: folder } = options;
  refuseIdleOptions(options, command);
  refuseIdleSettings(command);
  await refuseModel(join(folder, 'fold-1'));
  await inFolder(folder, () => runCrossValidation(paths, options, folds, command));
}

async function runCrossValidation(
  paths: string[],
  options: SequenceTrainingOptions,
  folds: number,
  command: Command,
): Promise<void> {
  const { out: folder, task, blas, precision, quiet } = options;
  const status = new Status(quiet);
  const show = showTraining(status, task === 'tag' ? 'steps' : 'sequences');
  const result = await interruptible(async (signal) => {
    const { data } = await readLabelled(paths, options, { status, signal });
    refuseIdleOptionsOn(data, options, command);
    return crossValidate({
      data,
      folds,
      folder,
      signal,
      start: newModelOf(options),
      settings: settingsOf(options, data, command),
      openEngine: () => openEngine(blas, precision),
      onEvent(_, event) {
        if (event.type === 'update') show(event); // a hundred validations are not worth a line each
      },
      onFold: (fold, { accuracy, baselines }) =>
        status.say(`fold ${fold + 1} of ${folds}: accuracy ${accuracy.toFixed(4)} (${describeBaselines(baselines)})`),
    });
  });
  if (result.interrupted) {
    status.say(
      `stopped after ${result.folds.length} of ${folds} folds; to begin again, delete ${folder} or choose another by --out`,
    );
    throw new Exit(ExitCode.interrupted);
  }
  for (const [name, { mean, deviation }] of Object.entries(summarise(result.folds))) {
    await write(`${name}\t${mean.toFixed(4)} ± ${deviation.toFixed(4)}\n`);
  }
}
