import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { openEngine } from '../compute/engine.ts';
import { readConfig, refuseModel } from '../model/model-folder.ts';
import { POOLINGS, type Pooling } from '../nn/pooling.ts';
import {
  enoughEpochs,
  LEAST_MEMORY,
  type NewSequenceModel,
  type PictureReading,
  type SequenceConfig,
  type SequenceSettings,
  sequenceConfigSchema,
  sequenceDefaults,
  sequenceShapeDefaults,
  TASKS,
  type Task,
} from '../sequences/config.ts';
import { type CrossValidation, crossValidate, summarise } from '../sequences/cross-validation.ts';
import type { Example } from '../sequences/data/example.ts';
import { writeSequenceProgress, writeSequenceReport } from '../sequences/report.ts';
import { resumeSequences, trainSequences } from '../sequences/train.ts';
import type { TrainingEvent } from '../training/trainer.ts';
import { translationDefaults, translationShapeDefaults } from '../translation/config.ts';
import type { TranslationTraining } from '../translation/train.ts';
import { loadCnn } from '../vision/load-cnn.ts';
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
  addDataOptions,
  addReadingOption,
  cnnOf,
  type DataOptions,
  isTranslator,
  openSequences,
  SEQ_FOLDER,
} from './seq-options.ts';
import { trainTranslatorCommand } from './seq-translate.ts';
import {
  addTrainingOptions,
  refuseSettingsOnResume,
  type TrainingOptions,
  trainingSettings,
  useDefaults,
} from './training-options.ts';

interface Options extends CommonOptions, PictureOptions, DataOptions, TrainingOptions {
  task: Task | 'translate';
  valFile?: string[];
  attention: boolean;
  folds?: number;
  valFraction: number;
  minCount: number;
  embedding: number;
  bidirectional: boolean;
  memory?: number;
  pool: Pooling;
  read: PictureReading;
  glimpses: number;
  cnn?: string;
}

export function addSequenceTrainCommand(program: Command): void {
  const command = program
    .command('train')
    .description('trains a model that labels sequences, or their steps, or translates them')
    .argument('<data...>', 'sequences with labels or with translations, see below')
    .addOption(
      new Option('--task <task>', 'what is written: a label for the whole, one for each step, or a translation')
        .choices([...TASKS, 'translate'])
        .default('classify' satisfies Task),
    )
    .addOption(
      new Option('--val-file <file...>', 'measure on other sequences; two files where the data is two').conflicts([
        'valFraction',
        'folds',
      ]),
    )
    .addOption(
      new Option('--folds <number>', 'cross-validation instead: as many models, each measured on a part of its own')
        .conflicts('resume')
        .argParser(integer(2)),
    )
    .option(
      '--val-fraction <share>',
      'share of the sequences that is kept to measure on, 0 for none',
      share({ zero: true }),
      sequenceDefaults.valFraction,
    )
    .option('--min-count <number>', 'words that come less often are unknown', integer(1), sequenceDefaults.minCount)
    .option('--embedding <number>', 'size of word vectors, 0 for none', integer(0), sequenceShapeDefaults.embedding)
    .option('--bidirectional', 'read from the end too', sequenceShapeDefaults.bidirectional)
    .option(
      '--memory <steps>',
      'gates start so that units remember up to so many steps: for what stands far from the end',
      integer(LEAST_MEMORY),
    )
    .option('--attention', 'a translator reads in both directions, and looks back before each word', false)
    .addOption(
      new Option('--pool <how>', 'what is kept of the steps for a label of the whole')
        .choices(POOLINGS)
        .default(sequenceShapeDefaults.pool),
    );
  addReadingOption(command).option(
    '--glimpses <number>',
    'how often the network looks at a picture with --read glimpses, each time at a quarter of it',
    integer(1),
    sequenceShapeDefaults.glimpses,
  );
  command.option(
    '--cnn <name>',
    'what reads pictures: mobilenet-v1, mobilenet-v2 or the folder of one (default: the CNN that ships)',
  );
  addTrainingOptions(command, { ...sequenceDefaults, ...sequenceShapeDefaults }, SEQ_FOLDER);
  addPictureOptions(addCommonOptions(addDataOptions(command))).action(trainCommand);
}

async function trainCommand(paths: string[], options: Options, command: Command): Promise<void> {
  const { out: folder, resume, valFile, blas, precision, cnnBackend } = options;
  if (resume) refuseSettingsOnResume(command);
  else await refuseModel(folder);
  if (resume ? await isTranslator(folder) : options.task === 'translate') {
    useDefaults(command, TRANSLATION);
    return trainTranslatorCommand(paths, options, resume ? undefined : translatorOf(options));
  }
  const status = new Status(options.quiet);
  const trained = resume ? await readConfig(folder, sequenceConfigSchema) : undefined;
  const { task, reading } = trained ?? startOf(options);
  const openCnn = trained
    ? cnnOf(trained, cnnBackend)
    : async () => ({ name: options.cnn, cnn: await loadCnn(options.cnn, cnnBackend) });
  const reads = { task, reading, skipOdd: options.skipOdd };
  const { data, cnn } = await openSequences(paths, reads, openCnn, status);
  const held = valFile ? await openSequences(valFile, { ...reads, use: 'test' }, openCnn, status) : undefined;
  const validation = held?.data;
  if (command.getOptionValueSource('epochs') === 'default') {
    options.epochs = enoughEpochs(data.examples.length, options.batch);
  }
  const start = { ...startOf(options), ...(cnn && { cnn }) };
  if (options.folds) return crossValidateCommand({ data, start, folds: options.folds }, options, status);
  const engine = await openEngine(blas, precision);
  status.say(engine.notice);

  const show = showTraining(status, task === 'tag' ? 'steps' : 'sequences');
  const report = new LiveReport(() => writeSequenceProgress(folder));
  const { interrupted, progress } = await interruptible((signal) => {
    const training = {
      ...{ engine, folder, data, validation, signal },
      onCompare: (done: number, of: number) => status.update(() => `each step alone, to compare with: ${done}/${of}`),
      onStart: (config: SequenceConfig, parameters: number) => status.say(describeStart(config, parameters)),
      onEvent(event: TrainingEvent) {
        show(event);
        if (event.type === 'validation') report.refresh();
      },
      async onDone(measuredOn: readonly Example[]) {
        await report.settled();
        await writeSequenceReport(folder, measuredOn, engine);
      },
    };
    if (resume) return resumeSequences(training);
    return trainSequences({ ...training, settings: settingsOf(options), start });
  });
  await report.settled();
  if (interrupted) {
    const validationOption = valFile ? ` --val-file ${valFile.join(' ')}` : '';
    status.say(
      `stopped at update ${progress.iteration}, saved; go on with \`seq train ${paths.join(' ')}${validationOption} --out ${folder} --resume\``,
    );
    throw new Exit(ExitCode.interrupted);
  }
  const config = await readConfig(folder, sequenceConfigSchema);
  status.say(`done: ${describeEnd(config)} in ${folder}, with report.html; use with \`seq predict --model ${folder}\``);
}

async function crossValidateCommand(
  what: Pick<CrossValidation, 'data' | 'start' | 'folds'>,
  options: Options,
  status: Status,
): Promise<void> {
  const { folds } = what;
  const { out: folder, task, blas, precision } = options;
  await refuseModel(join(folder, 'fold-1'));
  const show = showTraining(status, task === 'tag' ? 'steps' : 'sequences');
  const result = await interruptible((signal) =>
    crossValidate({
      ...what,
      ...{ folder, signal },
      settings: settingsOf(options),
      openEngine: () => openEngine(blas, precision),
      onEvent(_, event) {
        if (event.type === 'update') show(event); // a hundred validations are not worth a line each
      },
      onFold: (fold, { accuracy, baselines }) =>
        status.say(`fold ${fold + 1} of ${folds}: accuracy ${accuracy.toFixed(4)} (${besides(baselines)})`),
    }),
  );
  if (result.interrupted) {
    status.say(`stopped after ${result.folds.length} of ${folds} folds`);
    throw new Exit(ExitCode.interrupted);
  }
  for (const [name, { mean, deviation }] of Object.entries(summarise(result.folds))) {
    process.stdout.write(`${name}\t${mean.toFixed(4)} ± ${deviation.toFixed(4)}\n`);
  }
}

function besides(baselines: Readonly<Record<string, number>>): string {
  return Object.entries(baselines)
    .map(([name, value]) => `${name} ${value.toFixed(4)}`)
    .join(', ');
}

function startOf(options: Options): NewSequenceModel & { reading: PictureReading } {
  const { pool, embedding, cell, layers, hidden, bidirectional, read: reading, glimpses } = options;
  const task = options.task as Task;
  return { task, pool, embedding, cell, layers, hidden, bidirectional, reading, glimpses };
}

function settingsOf(options: Options): SequenceSettings {
  const { minCount, memory, valFraction, valFile } = options;
  return {
    ...trainingSettings(options, sequenceDefaults),
    minCount,
    valFraction: valFile ? 0 : valFraction,
    ...(memory && { memory }),
  };
}

/** What a translator is and learns when nothing is said, by the options' names. */
const TRANSLATION = {
  ...translationShapeDefaults,
  ...translationDefaults,
  optimizer: translationDefaults.optimizer.name,
  lr: translationDefaults.learningRate,
  clip: translationDefaults.clipping?.limit,
};

function translatorOf(options: Options): Pick<TranslationTraining, 'settings' | 'start'> {
  const { cell, layers, hidden, embedding, attention, minCount, valFraction } = options;
  const settings = { ...trainingSettings(options, translationDefaults), minCount, valFraction };
  return { start: { cell, layers, hidden, embedding, attention }, settings };
}

function describeStart({ data, shape, labels }: SequenceConfig, parameters: number): string {
  return (
    `${data.training.toLocaleString('en')} sequences, ${describeRead(shape)}, ${labels.length} labels; ` +
    `${parameters.toLocaleString('en')} parameters; ` +
    (data.validation > 0 ? `measured on ${data.validation.toLocaleString('en')}: ${data.split}` : 'not measured')
  );
}

function describeRead({ reads }: SequenceConfig['shape']): string {
  if ('vectors' in reads) return `vectors of ${reads.vectors}`;
  return 'glimpses' in reads
    ? `${reads.glimpses} glimpses`
    : `${reads.vocabulary.toLocaleString('en')} different words`;
}

/** The accuracy, beside that of simpler ways. */
function describeEnd({ scores, baselines, data }: SequenceConfig): string {
  const { accuracy } = scores;
  if (typeof accuracy !== 'number') return 'the last weights are';
  return `accuracy ${accuracy.toFixed(4)} on ${data.split} (${besides(baselines)}),`;
}
