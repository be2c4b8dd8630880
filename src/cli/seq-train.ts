/** `seq train`: its options, and which training they ask for: of a labeller, of several by cross-validation, of a translator. */
import { type Command, Option } from 'commander';
import { POOLINGS } from '../nn/pooling.ts';
import { LEAST_MEMORY, sequenceDefaults, sequenceShapeDefaults, TASKS, type Task } from '../sequences/config.ts';
import { CNN_NAMES } from '../vision/networks/describe-cnn.ts';
import { addCommonOptions, addPictureOptions, parseInteger, parseShare } from './options.ts';
import { crossValidateCommand } from './seq-cross-validate.ts';
import { trainLabellerCommand } from './seq-label.ts';
import {
  addDataOptions,
  addReadingOption,
  isTranslator,
  SEQ_FOLDER,
  type SequenceTrainingOptions,
} from './seq-options.ts';
import { trainTranslatorCommand } from './seq-translate.ts';
import { addTrainingOptions, refuseSettingsOnResume } from './training-options.ts';

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
  addTrainingOptions(
    command,
    { ...sequenceDefaults, ...sequenceShapeDefaults },
    SEQ_FOLDER,
    '; by default more where there is little data',
  );
  addPictureOptions(addCommonOptions(addDataOptions(command))).action(trainCommand);
}

async function trainCommand(paths: string[], options: SequenceTrainingOptions, command: Command): Promise<void> {
  const { out: folder, resume, folds, task } = options;
  if (resume) refuseSettingsOnResume(command); // before the folder is read, of which a setting may be the wrong one
  const translates = resume ? await isTranslator(folder) : task === 'translate';
  if (translates) await trainTranslatorCommand(paths, options, command);
  else if (folds) await crossValidateCommand(paths, options, folds, command);
  else await trainLabellerCommand(paths, options, command);
}
