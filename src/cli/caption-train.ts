import { type Command, Option } from 'commander';
import { UsageError } from '../base/errors.ts';
import { Captioner } from '../captioning/captioner.ts';
import {
  type CaptionSettings,
  captionDefaults,
  captionShapeDefaults,
  enoughEpochs,
  finetuneDefaults,
} from '../captioning/config.ts';
import { loadCnnOf, openCaptioner } from '../captioning/open.ts';
import { writeCaptionProgress, writeCaptionReport } from '../captioning/report.ts';
import { resumeCaptioner, trainCaptioner } from '../captioning/train.ts';
import { openEngine } from '../compute/engine.ts';
import type { CaptionDataset } from '../datasets/dataset.ts';
import { refuseModel } from '../model/model-folder.ts';
import type { TrainingEvent } from '../training/trainer.ts';
import { loadCnn } from '../vision/load-cnn.ts';
import { CNN_NAMES } from '../vision/networks/describe-cnn.ts';
import { addDatasetOptions, type DatasetOptions, openDataset, showExtraction } from './dataset-options.ts';
import { LiveReport } from './live-report.ts';
import {
  addCommonOptions,
  addPictureOptions,
  type CommonOptions,
  integer,
  type PictureOptions,
  share,
} from './options.ts';
import { Status, showTraining } from './progress.ts';
import { Exit, ExitCode, interruptible } from './run.ts';
import {
  addTrainingOptions,
  refuseGiven,
  refuseSettingsOnResume,
  type TrainingOptions,
  trainingSettings,
  useDefaults,
} from './training-options.ts';

/** Options that a captioner given by --init has answered. */
const SHAPE = ['cell', 'layers', 'hidden', 'embedding', 'cnn'];

interface Options extends CommonOptions, PictureOptions, DatasetOptions, TrainingOptions {
  cnn: string;
  embedding: number;
  threshold: number;
  smoothing: number;
  mirror: boolean;
  init?: string;
  finetune?: 'cider';
}

export function addTrainCommand(program: Command): void {
  const command = program
    .command('train')
    .description('trains a captioner on pictures and their captions')
    .argument('<dataset>', 'pictures with their captions, see below')
    .option('--cnn <name>', `${CNN_NAMES.join(', ')} or the folder of a MobileNet`, 'efficientnet-lite2')
    .option('--embedding <number>', 'size of word vectors', integer(1), captionShapeDefaults.embedding)
    .option('--threshold <number>', 'words that come less often are unknown', integer(1), captionDefaults.threshold)
    .option('--smoothing <share>', 'label smoothing', share({ zero: true }), captionDefaults.smoothing)
    .option('--init <folder>', 'start from the weights of this captioner; words that are new to it are added')
    .addOption(
      new Option('--finetune <score>', 'with --init: learn to write captions that score well').choices(['cider']),
    )
    .option('--no-mirror', 'do not learn from mirror images too');
  addDatasetOptions(command);
  addTrainingOptions(command, { ...captionDefaults, ...captionShapeDefaults }, 'caption-model');
  addPictureOptions(addCommonOptions(command)).action(trainCommand);
}

async function trainCommand(path: string, options: Options, command: Command): Promise<void> {
  const { out: folder, resume, init, finetune, cnnBackend } = options;
  if (resume) refuseSettingsOnResume(command);
  else await refuseModel(folder);
  if (init) refuseGiven(command, SHAPE, '--init', 'a captioner with a shape and a CNN of its own');
  if (finetune && !init && !resume) {
    throw new UsageError('--finetune needs a captioner to start from', {
      advice: 'Train one first, then name its folder by --init.',
    });
  }
  const defaults = finetune ? finetuneDefaults : captionDefaults;
  useDefaults(command, { ...defaults, optimizer: defaults.optimizer.name, lr: defaults.learningRate });
  const status = new Status(options.quiet);
  const engine = await openEngine(options.blas, options.precision);
  status.say(engine.notice);
  const dataset = await openDataset(path, options, status);
  const initial = init && !resume ? await openCaptioner(engine, { folder: init, cnnBackend }) : undefined;
  const cnn = initial?.cnn ?? (await (resume ? loadCnnOf(folder, cnnBackend) : loadCnn(options.cnn, cnnBackend)));
  const settings = settingsFrom(options, defaults, command, dataset);
  const { cell, layers, hidden, embedding } = options;
  const start = initial?.captioner ?? { shape: { cell, layers, hidden, embedding }, cnnName: options.cnn };

  const report = new LiveReport(() => writeCaptionProgress(folder));
  const show = showTraining(status, 'words');
  const { interrupted, progress } = await interruptible(async (signal) => {
    const extraction = showExtraction(status, signal);
    const training = {
      engine,
      dataset,
      cnn,
      folder,
      signal,
      extraction,
      onStart: (captions: number, vocabulary: number, parameters: number) =>
        status.say(
          `${captions.toLocaleString('en')} captions, ${vocabulary.toLocaleString('en')} words; ` +
            `${parameters.toLocaleString('en')} parameters`,
        ),
      onEvent(event: TrainingEvent) {
        show(event);
        if (event.type === 'validation') report.refresh();
      },
    };
    const result = await (resume ? resumeCaptioner(training) : trainCaptioner({ ...training, settings, start }));
    await report.settled();
    if (!result.interrupted) {
      status.update(() => 'comparing with simpler ways to a caption');
      const written = { folder, dataset, extraction: { ...extraction, onSkip() {} } }; // it was said before
      await writeCaptionReport(await Captioner.load(folder, engine), cnn, written);
    }
    return result;
  });

  if (interrupted) {
    status.say(
      `stopped at update ${progress.iteration}, saved; go on with \`caption train ${path} --out ${folder} --resume\``,
    );
    throw new Exit(ExitCode.interrupted);
  }
  status.say(`done: the best weights (update ${progress.best?.iteration ?? 0}) are in ${folder}, with report.html`);
  status.say(`describe pictures with \`caption describe --model ${folder} FILE…\``);
}

/** A small dataset is shown more often, unless the epochs were given. */
function settingsFrom(
  options: Options,
  defaults: CaptionSettings,
  command: Command,
  { splits }: CaptionDataset,
): CaptionSettings {
  const { threshold, smoothing, mirror: mirrored, finetune } = options;
  const settings = { ...trainingSettings(options, defaults), threshold, smoothing, mirrored };
  if (command.getOptionValueSource('epochs') !== 'default' || finetune) return settings;
  const captions = (splits.get('train') ?? []).reduce((sum, picture) => sum + picture.captions.length, 0);
  return { ...settings, epochs: enoughEpochs(captions, settings.batch) };
}
