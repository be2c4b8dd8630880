/** The options that all `train` commands share, and the training settings that they stand for. */
import { type Command, Option } from 'commander';
import { PRECISIONS, type Precision } from '../compute/product/choose.ts';
import { MOST_LAYERS } from '../model/model-folder.ts';
import { CELL_NAMES, type CellName } from '../nn/cell.ts';
import { type OptimizerName, optimizerDefaults } from '../nn/optimizer.ts';
import type { TrainingSettings } from '../training/settings.ts';
import { refuseGiven, refuseInapplicable } from './given-options.ts';
import { parseAtLeast, parseInteger, parsePositive, parseShare } from './options.ts';

export interface TrainingOptions {
  out: string;
  resume?: boolean;
  cell: CellName;
  layers: number;
  hidden: number;
  dropout: number;
  lockDropout: boolean;
  weightDropout: number;
  weightDecay: number;
  average: number;
  batch: number;
  epochs: number;
  optimizer: OptimizerName;
  lr: number;
  clip: number;
  clipBy: 'norm' | 'value';
  evaluateEvery: number;
  patience: number;
  keep: 'best' | 'last';
  seed: number;
  precision: Precision;
}

type Defaults = TrainingSettings & { batch: number; cell: CellName; layers: number; hidden: number };

/** Options about files and the machine, which a resumed training is given again; all others are its settings. */
const KEPT_ON_RESUME = new Set([
  'encoding',
  'columnPicture',
  'columnText',
  'verbose',
  'resume',
  'out',
  'blas',
  'precision',
  'cnnBackend',
  'tfjs',
  'quiet',
  'images',
  'language',
  'captionsOnly',
  'valShare',
  'valFile',
  'skipOdd',
]);

/** Whether an option may be given with --resume. @param name as commander has it: `valShare` */
export function keptOnResume(name: string): boolean {
  return KEPT_ON_RESUME.has(name);
}

export function addTrainingOptions(command: Command, defaults: Defaults, out: string, epochs = ''): Command {
  return command
    .option('--out <folder>', 'where the model goes', out)
    .option('--resume', 'go on where the training in --out stopped, with its settings')
    .addOption(new Option('--cell <cell>', 'recurrent cell').choices(CELL_NAMES).default(defaults.cell))
    .option('--layers <number>', 'recurrent layers', parseInteger(1, MOST_LAYERS), defaults.layers)
    .option('--hidden <number>', 'units of a layer; cost grows with its square', parseInteger(1), defaults.hidden)
    .option('--dropout <share>', 'share of values dropped in training', parseShare({ zero: true }), defaults.dropout)
    .option(
      '--lock-dropout',
      'drops the same values of a sequence at all steps of an update',
      defaults.lockedDropout ?? false,
    )
    .option(
      '--weight-dropout <share>',
      'share of recurrent weights dropped in an update',
      parseShare({ zero: true }),
      defaults.weightDropout ?? 0,
    )
    .option(
      '--weight-decay <share>',
      'how fast weights decay, by learning rate',
      parseAtLeast(0),
      defaults.weightDecay ?? 0,
    )
    .option(
      '--average <decay>',
      'keeps a moving average of the weights, for about 1 / (1 - decay) updates; 0 for the last weights',
      parseShare({ zero: true }),
      defaults.average ?? 0,
    )
    .addOption(
      new Option('--precision <type>', 'what factors of matrix products are rounded to; bf16: faster, newer CPUs only')
        .choices(PRECISIONS)
        .default('float32'),
    )
    .option('--batch <number>', 'sequences in an update', parseInteger(1), defaults.batch)
    .option('--epochs <number>', `passes over the training data${epochs}`, parsePositive, defaults.epochs)
    .addOption(
      new Option('--optimizer <name>', 'how weights are updated')
        .choices(['sgd', 'adagrad', 'rmsprop', 'adam'])
        .default(defaults.optimizer.name),
    )
    .option('--lr <rate>', 'highest learning rate', parsePositive, defaults.learningRate)
    .option(
      '--clip <limit>',
      'how large gradients may be; 0 for any size',
      parseAtLeast(0),
      defaults.clipping?.limit ?? 0,
    )
    .addOption(
      new Option('--clip-by <what>', 'clip by the norm of all gradients, or each value')
        .choices(['norm', 'value'])
        .default(defaults.clipping?.by ?? 'norm'),
    )
    .option(
      '--evaluate-every <updates>',
      'updates between validations; 0 for epochs',
      parseInteger(0),
      defaults.evaluateEvery,
    )
    .option(
      '--patience <number>',
      'validations without gain before it stops; 0 for never',
      parseInteger(0),
      defaults.patience,
    )
    .addOption(
      new Option('--keep <weights>', 'those of the best validation, or the last ones, where validations are noisy')
        .choices(['best', 'last'])
        .default('best'),
    )
    .option('--seed <number>', 'of everything random', parseInteger(0), defaults.seed);
}

/** Training settings by the names of their options; the inverse of `trainingSettings`. */
export function trainingFlags(settings: TrainingSettings & { batch: number }) {
  const { batch, epochs, evaluateEvery, patience, dropout, seed, optimizer, learningRate, clipping } = settings;
  const { lockedDropout, weightDropout = 0, weightDecay = 0, average = 0 } = settings;
  return {
    batch,
    epochs,
    evaluateEvery,
    patience,
    dropout,
    lockDropout: lockedDropout ?? false,
    weightDropout,
    weightDecay,
    average,
    seed,
    optimizer: optimizer.name,
    lr: learningRate,
    clip: clipping?.limit ?? 0,
    clipBy: clipping?.by ?? 'norm',
  };
}

/** The settings of a training by its options, and for all that has no option the defaults. */
export function trainingSettings<Settings extends TrainingSettings & { batch: number }>(
  options: TrainingOptions,
  defaults: Settings,
): Settings {
  const { batch, epochs, evaluateEvery, patience, keep, dropout, seed, optimizer, lr, clip, clipBy } = options;
  return {
    ...defaults,
    batch,
    epochs,
    evaluateEvery,
    patience,
    ...(keep === 'last' && { keep }),
    dropout,
    lockedDropout: options.lockDropout || undefined,
    weightDropout: options.weightDropout || undefined,
    weightDecay: options.weightDecay || undefined,
    average: options.average || undefined,
    seed,
    optimizer: optimizerDefaults[optimizer],
    learningRate: lr,
    clipping: clip > 0 ? { by: clipBy, limit: clip } : undefined,
  };
}

/**
 * Refuses settings given with --resume, which goes on with those that the training was started with.
 *
 * @throws UsageError that names the first that was given
 */
export function refuseSettingsOnResume(command: Command): void {
  const settings = command.options.map((option) => option.attributeName()).filter((name) => !keptOnResume(name));
  refuseGiven(command, settings, '--resume', 'a training that goes on with the settings it was started with');
}

/**
 * Refuses settings that others leave without effect.
 *
 * @throws UsageError that names the first that was given
 */
export function refuseIdleSettings(command: Command): void {
  const { clip, keep, valFraction, valFile } = command.opts<{
    clip: number;
    keep: TrainingOptions['keep'];
    valFraction?: number;
    valFile?: unknown;
  }>();
  if (keep === 'last') refuseInapplicable(command, ['patience'], '--keep last, which asks for no gain');
  if (clip === 0) refuseInapplicable(command, ['clipBy'], '--clip 0, which does not clip');
  if (valFraction === 0 && !valFile) {
    refuseInapplicable(command, ['patience'], '--val-fraction 0, which leaves nothing to validate on');
  }
}
