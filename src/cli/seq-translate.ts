/** `seq train --task translate`. */
import { openEngine } from '../compute/engine.ts';
import { readConfig } from '../model/model-folder.ts';
import type { TrainingEvent } from '../training/trainer.ts';
import { type TranslationConfig, translationConfigSchema } from '../translation/config.ts';
import { type Pair, readPairs } from '../translation/pairs.ts';
import { writeTranslationProgress, writeTranslationReport } from '../translation/report.ts';
import { resumeTranslator, type TranslationTraining, trainTranslator } from '../translation/train.ts';
import { LiveReport } from './live-report.ts';
import type { CommonOptions } from './options.ts';
import { Status, showTraining } from './progress.ts';
import { Exit, ExitCode, interruptible } from './run.ts';
import type { DataOptions } from './seq-options.ts';
import type { TrainingOptions } from './training-options.ts';

interface Options extends CommonOptions, DataOptions, TrainingOptions {
  valFile?: string[];
}

/** @param start of a new training; none to go on with one */
export async function trainTranslatorCommand(
  paths: string[],
  options: Options,
  start: Pick<TranslationTraining, 'settings' | 'start'> | undefined,
): Promise<void> {
  const { out: folder, valFile, blas, precision, skipOdd } = options;
  const status = new Status(options.quiet);
  const odd = { skipOdd, onOdd: (message: string) => status.warn(message) };
  const data = await readPairs(paths, odd);
  const validation = valFile && (await readPairs(valFile, odd));
  const engine = await openEngine(blas, precision);
  status.say(engine.notice);

  const show = showTraining(status, 'words');
  const report = new LiveReport(() => writeTranslationProgress(folder));
  const { interrupted, progress } = await interruptible((signal) => {
    const training = {
      ...{ engine, folder, data, validation, signal },
      onStart: (config: TranslationConfig, parameters: number) => status.say(describeStart(config, parameters)),
      onEvent(event: TrainingEvent) {
        show(event);
        if (event.type === 'validation') report.refresh();
      },
      async onDone(measuredOn: readonly Pair[]) {
        await report.settled();
        await writeTranslationReport(folder, measuredOn, engine);
      },
    };
    return start ? trainTranslator({ ...training, ...start }) : resumeTranslator(training);
  });
  await report.settled();
  if (interrupted) {
    const again = [...paths, ...(valFile ? ['--val-file', ...valFile] : []), '--out', folder, '--resume'].join(' ');
    status.say(`stopped at update ${progress.iteration}, saved; go on with \`seq train ${again}\``);
    throw new Exit(ExitCode.interrupted);
  }
  const { scores, data: measured } = await readConfig(folder, translationConfigSchema);
  const { bleu } = scores;
  const worth = typeof bleu === 'number' ? `BLEU ${bleu.toFixed(1)} on ${measured.split},` : 'the last weights are';
  status.say(`done: ${worth} in ${folder}, with report.html; use with \`seq predict --model ${folder}\``);
}

function describeStart({ data, shape }: TranslationConfig, parameters: number): string {
  const words = [shape.source, shape.target].map((size) => size.toLocaleString('en'));
  return (
    `${data.training.toLocaleString('en')} pairs, ${words[0]} different words into ${words[1]}; ` +
    `${parameters.toLocaleString('en')} parameters; ` +
    (data.validation > 0 ? `measured on ${data.validation.toLocaleString('en')}: ${data.split}` : 'not measured')
  );
}
