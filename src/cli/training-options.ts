/** The options of a training, whatever it learns. */
import { type Command, Option } from 'commander';
import { UsageError } from '../base/errors.ts';
import { PRECISIONS, type Precision } from '../compute/product/choose.ts';
import type { CellName } from '../nn/cell.ts';
import { type OptimizerName, optimizerDefaults } from '../nn/optimizer.ts';
import type { TrainingSettings } from '../training/settings.ts';
import { atLeast, integer, positive, share } from './options.ts';

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

/** Options that say where things are or how to go about it, not what is learned: they may be given with --resume. */
const FREE = new Set([
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

export function addTrainingOptions(command: Command, defaults: Defaults, out: string): Command {
  return command
    .option('--out <folder>', 'where the model goes', out)
    .option('--resume', 'go on where the training in --out stopped, with its settings')
    .addOption(new Option('--cell <cell>', 'recurrent cell').choices(['rnn', 'lstm', 'gru']).default(defaults.cell))
    .option('--layers <number>', 'recurrent layers', integer(1), defaults.layers)
    .option('--hidden <number>', 'units of a layer; cost grows with its square', integer(1), defaults.hidden)
    .option('--dropout <share>', 'share of values dropped in training', share({ zero: true }), defaults.dropout)
    .addOption(
      new Option('--precision <type>', 'what factors of matrix products are rounded to; bf16: faster, newer CPUs only')
        .choices(PRECISIONS)
        .default('float32'),
    )
    .option('--batch <number>', 'sequences in an update', integer(1), defaults.batch)
    .option('--epochs <number>', 'passes over the training data', positive, defaults.epochs)
    .addOption(
      new Option('--optimizer <name>', 'how weights are updated')
        .choices(['sgd', 'adagrad', 'rmsprop', 'adam'])
        .default(defaults.optimizer.name),
    )
    .option('--lr <rate>', 'highest learning rate', positive, defaults.learningRate)
    .option('--clip <limit>', 'how large gradients may be; 0 for any size', atLeast(0), defaults.clipping?.limit ?? 0)
    .addOption(
      new Option('--clip-by <what>', 'clip by the norm of all gradients, or each value')
        .choices(['norm', 'value'])
        .default(defaults.clipping?.by ?? 'norm'),
    )
    .option(
      '--evaluate-every <updates>',
      'updates between validations; 0 for epochs',
      integer(0),
      defaults.evaluateEvery,
    )
    .option(
      '--patience <number>',
      'validations without gain before it stops; 0 for never',
      integer(0),
      defaults.patience,
    )
    .option('--seed <number>', 'of everything random', integer(0), defaults.seed);
}

/** The settings that the options say, on top of the defaults. */
export function trainingSettings<Settings extends TrainingSettings & { batch: number }>(
  options: TrainingOptions,
  defaults: Settings,
): Settings {
  const { optimizer, lr, clip, clipBy, ...rest } = options;
  const { batch, epochs, evaluateEvery, patience, dropout, seed } = rest;
  return {
    ...defaults,
    ...{ batch, epochs, evaluateEvery, patience, dropout, seed },
    optimizer: optimizerDefaults[optimizer],
    learningRate: lr,
    clipping: clip > 0 ? { by: clipBy, limit: clip } : undefined,
  };
}

/** Gives the options that the user left out other defaults than the help says. */
export function useDefaults(command: Command, defaults: Readonly<Record<string, unknown>>): void {
  for (const name of command.options.map((option) => option.attributeName())) {
    if (name in defaults && command.getOptionValueSource(name) === 'default') {
      command.setOptionValueWithSource(name, defaults[name], 'default');
    }
  }
}

/**
 * A resumed training goes on exactly as it began, so settings given with --resume can't be meant.
 *
 * @throws UsageError that names the first such option
 */
export function refuseSettingsOnResume(command: Command): void {
  const settings = command.options.map((option) => option.attributeName()).filter((name) => !FREE.has(name));
  refuseGiven(command, settings, '--resume', 'a training that goes on with the settings it was started with');
}

/** @throws UsageError that names the first of these options that was given although another has answered it */
export function refuseGiven(command: Command, names: readonly string[], by: string, found: string): void {
  const given = command.options.find(
    (option) =>
      names.includes(option.attributeName()) && command.getOptionValueSource(option.attributeName()) === 'cli',
  );
  if (!given) return;
  throw new UsageError(`${given.long} can't be given with ${by}`, {
    found,
    advice: `Leave ${given.long} out, or start a new training without ${by}.`,
  });
}
