/** The options of a training, whatever it learns. */
import { type Command, Option } from 'commander';
import { PRECISIONS, type Precision } from '../compute/product/choose.ts';
import type { CellName } from '../nn/cell.ts';
import { type OptimizerName, optimizerDefaults } from '../nn/optimizer.ts';
import type { TrainingSettings } from '../training/settings.ts';
import { refuseGiven } from './given-options.ts';
import { parseAtLeast, parseInteger, parsePositive, parseShare } from './options.ts';

export interface TrainingOptions {
  out: string;
  resume?: boolean;
  cell: CellName;
  layers: number;
  hidden: number;
  dropout: number;
  batch: number;
  epochs: number;
  optimizer: OptimizerName;
  lr: number;
  clip: number;
  clipBy: 'norm' | 'value';
  evaluateEvery: number;
  patience: number;
  seed: number;
  precision: Precision;
}

type Defaults = TrainingSettings & { batch: number; cell: CellName; layers: number; hidden: number };

/** Options that say where things are or how to go about it, not what is learned. */
const KEPT_ON_RESUME = new Set([
  'resume',
  'out',
  'blas',
  'precision',
  'cnnBackend',
  'tfjs',
  'quiet',
  'images',
  'valShare',
  'valFile',
  'skipOdd',
]);

/** Whether an option may be given with --resume: a training goes on with the settings that it was started with. */
export function keptOnResume(name: string): boolean {
  return KEPT_ON_RESUME.has(name);
}

export function addTrainingOptions(command: Command, defaults: Defaults, out: string): Command {
  return command
    .option('--out <folder>', 'where the model goes', out)
    .option('--resume', 'go on where the training in --out stopped, with its settings')
    .addOption(new Option('--cell <cell>', 'recurrent cell').choices(['rnn', 'lstm', 'gru']).default(defaults.cell))
    .option('--layers <number>', 'recurrent layers', parseInteger(1), defaults.layers)
    .option('--hidden <number>', 'units of a layer; cost grows with its square', parseInteger(1), defaults.hidden)
    .option('--dropout <share>', 'share of values dropped in training', parseShare({ zero: true }), defaults.dropout)
    .addOption(
      new Option('--precision <type>', 'what factors of matrix products are rounded to; bf16: faster, newer CPUs only')
        .choices(PRECISIONS)
        .default('float32'),
    )
    .option('--batch <number>', 'sequences in an update', parseInteger(1), defaults.batch)
    .option('--epochs <number>', 'passes over the training data', parsePositive, defaults.epochs)
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
    .option('--seed <number>', 'of everything random', parseInteger(0), defaults.seed);
}

/** Training settings by the names of their options. */
export function trainingFlags(settings: TrainingSettings & { batch: number }) {
  const { batch, epochs, evaluateEvery, patience, dropout, seed, optimizer, learningRate, clipping } = settings;
  return {
    batch,
    epochs,
    evaluateEvery,
    patience,
    dropout,
    seed,
    optimizer: optimizer.name,
    lr: learningRate,
    clip: clipping?.limit ?? 0,
    clipBy: clipping?.by ?? 'norm',
  };
}

/** The settings that the options say, on top of the defaults. */
export function trainingSettings<Settings extends TrainingSettings & { batch: number }>(
  { batch, epochs, evaluateEvery, patience, dropout, seed, optimizer, lr, clip, clipBy }: TrainingOptions,
  defaults: Settings,
): Settings {
  return {
    ...defaults,
    batch,
    epochs,
    evaluateEvery,
    patience,
    dropout,
    seed,
    optimizer: optimizerDefaults[optimizer],
    learningRate: lr,
    clipping: clip > 0 ? { by: clipBy, limit: clip } : undefined,
  };
}

/**
 * A resumed training goes on exactly as it began, so settings given with --resume can't be meant.
 *
 * @throws UsageError that names the first such option
 */
export function refuseSettingsOnResume(command: Command): void {
  const settings = command.options.map((option) => option.attributeName()).filter((name) => !keptOnResume(name));
  refuseGiven(command, settings, '--resume', 'a training that goes on with the settings it was started with');
}
