/** `seq train`: a model that labels sequences or their steps; translators are in `seq-translate.ts`. */
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { openEngine } from '../compute/engine.ts';
import { readConfig } from '../model/model-folder.ts';
import { POOLINGS } from '../nn/pooling.ts';
import {
  epochsForSequences,
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
import { crossValidate, summarise } from '../sequences/cross-validation.ts';
import { isWords, type SequenceData, type SequenceExample } from '../sequences/data/example.ts';
import { loadCnnOfLabeller } from '../sequences/data/pictures.ts';
import { readSequences } from '../sequences/data/read.ts';
import { writeSequenceProgress, writeSequenceReport } from '../sequences/report.ts';
import { resumeSequences, trainSequences } from '../sequences/train.ts';
import type { DataSplit } from '../training/split.ts';
import { loadCnn } from '../vision/load-cnn.ts';
import { CNN_NAMES } from '../vision/networks/describe-cnn.ts';
import { isGiven, refuseInapplicable } from './given-options.ts';
import { addCommonOptions, addPictureOptions, parseInteger, parseShare } from './options.ts';
import { Status, showTraining } from './progress.ts';
import { quote } from './resume-command.ts';
import { Exit, ExitCode, interruptible } from './run.ts';
import {
  addDataOptions,
  addReadingOption,
  isTranslator,
  readingFor,
  SEQ_FOLDER,
  type SequenceTrainingOptions,
} from './seq-options.ts';
import { trainTranslatorCommand } from './seq-translate.ts';
import { refuseModel, runTraining, type TrainingShow } from './training-command.ts';
import { addTrainingOptions, refuseSettingsOnResume, trainingSettings } from './training-options.ts';

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
        .argParser(parseInteger(2)),
    )
    .option(
      '--val-fraction <share>',
      'share of the sequences that is kept to measure on, 0 for none',
      parseShare({ zero: true }),
      sequenceDefaults.valFraction,
    )
    .option(
      '--min-count <number>',
      'words that come less often are unknown',
      parseInteger(1),
      sequenceDefaults.minCount,
    )
    .option(
      '--embedding <number>',
      'size of word vectors, 0 for none',
      parseInteger(0),
      sequenceShapeDefaults.embedding,
    )
    .option('--bidirectional', 'read from the end too', sequenceShapeDefaults.bidirectional)
    .option(
      '--memory <steps>',
      'gates start so that units remember up to so many steps: for what stands far from the end',
      parseInteger(LEAST_MEMORY),
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
    parseInteger(1),
    sequenceShapeDefaults.glimpses,
  );
  command.option(
    '--cnn <name>',
    `what reads pictures: ${CNN_NAMES.join(', ')} or the folder of a MobileNet (default: the CNN that ships)`,
  );
  addTrainingOptions(command, { ...sequenceDefaults, ...sequenceShapeDefaults }, SEQ_FOLDER);
  addPictureOptions(addCommonOptions(addDataOptions(command))).action(trainCommand);
}

async function trainCommand(paths: string[], options: SequenceTrainingOptions, command: Command): Promise<void> {
  const { out: folder, resume } = options;
  if (resume) refuseSettingsOnResume(command); // before the folder is asked what it holds
  if (resume ? await isTranslator(folder) : options.task === 'translate') {
    return trainTranslatorCommand(paths, options, command);
  }
  refuseInapplicable(command, ['attention'], 'labels: it is for --task translate');
  if (options.folds) return crossValidateCommand(paths, options, options.folds, command);
  await runTraining<SequenceConfig, DataSplit<SequenceExample>>(command, options, SHOW, async (training) => {
    const { status, signal } = training;
    const trained = resume ? await readConfig(folder, sequenceConfigSchema) : undefined;
    const read = { ...training, ...(await readData(paths, options, { status, signal, trained })) };
    const onCompare = (done: number, of: number) =>
      status.update(() => `each step alone, to compare with: ${done}/${of}`);
    if (trained) return resumeSequences({ ...read, onCompare });
    refuseWithoutEffect(options, read.data, command);
    return trainSequences({
      ...read,
      onCompare,
      start: startOf(options),
      settings: settingsOf(options, read.data, command),
    });
  });
}

const SHOW: TrainingShow<SequenceConfig, DataSplit<SequenceExample>> = {
  unitOf: ({ task }) => (task === 'tag' ? 'steps' : 'sequences'),
  describeStart,
  writeProgress: writeSequenceProgress,
  writeReport: writeSequenceReport,
  reporting: 'measuring the best weights',
  describeEnd: async (folder) => describeEnd(await readConfig(folder, sequenceConfigSchema)),
  use: (folder) => `use with \`seq predict --model ${quote(folder)}\``,
};

/** What is learned from and, where it is other data, what is measured on; both as a model that goes on has read it. */
async function readData(
  paths: readonly string[],
  options: SequenceTrainingOptions,
  { status, signal, trained }: { status: Status; signal: AbortSignal; trained?: SequenceConfig | undefined },
): Promise<{ data: SequenceData; validation: SequenceData | undefined }> {
  const { valFile, skipOdd, cnn, cnnBackend } = options;
  const { task, reading } = trained ?? startOf(options);
  const openCnn = trained
    ? () => loadCnnOfLabeller(trained, cnnBackend)
    : async () => ({ name: cnn, cnn: await loadCnn(cnn, cnnBackend) });
  const how = { ...readingFor(status, { skipOdd, signal }), task, reading, openCnn };
  const data = await readSequences(paths, how);
  return { data, validation: valFile && (await readSequences(valFile, { ...how, use: 'test' })) };
}

/** @throws UsageError that names an option that such data leaves without effect */
function refuseWithoutEffect({ task, read }: SequenceTrainingOptions, data: SequenceData, command: Command): void {
  const inputs = data.examples[0]?.inputs ?? [];
  const { name, cnn } = data;
  if (!isWords(inputs)) refuseInapplicable(command, ['minCount', 'embedding'], `${name}, which has no words`);
  if (!(inputs instanceof Uint8Array)) refuseInapplicable(command, ['read'], `${name}, which is no IDX file`);
  if (!cnn) refuseInapplicable(command, ['cnn'], `${name}, which has no pictures for a CNN`);
  if (read !== 'glimpses')
    refuseInapplicable(command, ['glimpses'], `pictures that are read otherwise: it needs --read glimpses`);
  if (task === 'tag') refuseInapplicable(command, ['pool'], '--task tag, which labels every step');
}

async function crossValidateCommand(
  paths: string[],
  options: SequenceTrainingOptions,
  folds: number,
  command: Command,
): Promise<void> {
  const { out: folder, task, blas, precision, quiet } = options;
  await refuseModel(join(folder, 'fold-1'));
  const status = new Status(quiet);
  const show = showTraining(status, task === 'tag' ? 'steps' : 'sequences');
  const result = await interruptible(async (signal) => {
    const { data } = await readData(paths, options, { status, signal });
    refuseWithoutEffect(options, data, command);
    return crossValidate({
      data,
      folds,
      folder,
      signal,
      start: startOf(options),
      settings: settingsOf(options, data, command),
      openEngine: () => openEngine(blas, precision),
      onEvent(_, event) {
        if (event.type === 'update') show(event); // a hundred validations are not worth a line each
      },
      onFold: (fold, { accuracy, baselines }) =>
        status.say(`fold ${fold + 1} of ${folds}: accuracy ${accuracy.toFixed(4)} (${besides(baselines)})`),
    });
  });
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

function startOf(options: SequenceTrainingOptions): NewSequenceModel & { reading: PictureReading } {
  const { pool, embedding, cell, layers, hidden, bidirectional, read: reading, glimpses } = options;
  const task = options.task as Task;
  return { task, pool, embedding, cell, layers, hidden, bidirectional, reading, glimpses };
}

/** Little data is shown more often, unless the epochs were given. */
function settingsOf(options: SequenceTrainingOptions, data: SequenceData, command: Command): SequenceSettings {
  const { minCount, memory, valFraction, valFile, batch } = options;
  const settings = {
    ...trainingSettings(options, sequenceDefaults),
    minCount,
    valFraction: valFile ? 0 : valFraction,
    ...(memory && { memory }),
  };
  if (isGiven(command, 'epochs')) return settings;
  return { ...settings, epochs: epochsForSequences(data.examples.length, batch) };
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
