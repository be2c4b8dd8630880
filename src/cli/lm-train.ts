import type { Command } from 'commander';
import { openEngine } from '../compute/engine.ts';
import { languageDefaults, languageShapeDefaults } from '../language/config.ts';
import { writeLanguageProgress, writeLanguageReport } from '../language/report.ts';
import { resumeLanguageModel, trainLanguageModel } from '../language/train.ts';
import { refuseModel } from '../model/model-folder.ts';
import type { TrainingEvent } from '../training/trainer.ts';
import { LiveReport } from './live-report.ts';
import { addCommonOptions, type CommonOptions, integer, share } from './options.ts';
import { Status, showTraining } from './progress.ts';
import { Exit, ExitCode, interruptible } from './run.ts';
import {
  addTrainingOptions,
  refuseSettingsOnResume,
  type TrainingOptions,
  trainingSettings,
} from './training-options.ts';

/** Where `lm` keeps its model when nothing is said. */
export const LM_FOLDER = 'lm-model';

interface Options extends CommonOptions, TrainingOptions {
  steps: number;
  valFraction: number;
}

export function addTrainCommand(program: Command): void {
  const command = program
    .command('train')
    .description('trains a character model on text files')
    .argument('<file...>', 'UTF-8 text; several files are read as one text')
    .option('--steps <number>', 'characters that gradients flow back over', integer(1), languageDefaults.steps)
    .option(
      '--val-fraction <share>',
      'share at the end of the text for validation',
      share(),
      languageDefaults.valFraction,
    );
  addTrainingOptions(command, { ...languageDefaults, ...languageShapeDefaults }, LM_FOLDER);
  addCommonOptions(command).action(trainCommand);
}

async function trainCommand(files: string[], options: Options, command: Command): Promise<void> {
  const { out: folder, resume, blas, cell, layers, hidden } = options;
  if (resume) refuseSettingsOnResume(command);
  else await refuseModel(folder);
  const status = new Status(options.quiet);
  const engine = await openEngine(blas);
  status.say(engine.notice);

  const report = new LiveReport(() => writeLanguageProgress(folder));
  const show = showTraining(status, 'characters');
  const { interrupted, progress } = await interruptible((signal) => {
    const training = {
      engine,
      files,
      folder,
      signal,
      onStart: (characters: number, vocabulary: number, parameters: number) =>
        status.say(
          `${characters.toLocaleString('en')} characters, ${vocabulary} different ones; ` +
            `${parameters.toLocaleString('en')} parameters; validation on the end of the text`,
        ),
      onEvent(event: TrainingEvent) {
        show(event);
        if (event.type === 'validation') report.refresh();
      },
    };
    if (resume) return resumeLanguageModel(training);
    const settings = {
      ...trainingSettings(options, languageDefaults),
      steps: options.steps,
      valFraction: options.valFraction,
    };
    return trainLanguageModel({ ...training, settings, shape: { cell, layers, hidden } });
  });
  await report.settled();
  if (interrupted) {
    status.say(
      `stopped at update ${progress.iteration}, saved; go on with \`lm train ${files.join(' ')} --out ${folder} --resume\``,
    );
    throw new Exit(ExitCode.interrupted);
  }
  status.update(() => 'comparing with an n-gram model');
  await writeLanguageReport(folder, files, engine);
  const best = progress.best?.scores['loss'];
  status.say(
    `done: ${best === undefined ? 'nothing measured' : `validation loss ${best.toFixed(4)} nats per character`} in ${folder}, with report.html; ` +
      `write with \`lm sample --model ${folder}\``,
  );
}
