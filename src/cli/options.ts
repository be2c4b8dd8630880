/** Options that several commands share, and the parsers of their values. Knows no command. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { LANGUAGE_TAG, languageTag } from '../base/languages.ts';
import { DRIVER_CHOICES, type DriverChoice } from '../compute/product/choose.ts';
import { CNN_BACKENDS, type CnnBackend } from '../vision/cnn-backends.ts';

/** The folder of an `lm` model by default. */
export const LM_FOLDER = 'lm-model';

export interface CommonOptions {
  blas: DriverChoice;
  quiet?: boolean;
}

export interface PictureOptions {
  cnnBackend: CnnBackend;
}

export function addCommonOptions(command: Command): Command {
  return command
    .addOption(new Option('--blas <driver>', 'library for matrix products').choices(DRIVER_CHOICES).default('auto'))
    .option('--quiet', 'no progress and notices');
}

/** Adds `--encoding`, of the text files that a command reads. */
export function addEncodingOption(command: Command): Command {
  return command.option(
    '--encoding <name>',
    'of text files that are not UTF-8 and do not say what they are, as `windows-1252`, `shift_jis`, `gb18030`',
  );
}

/** Adds `--verbose`, to a command that walks through folders. */
export function addVerboseOption(command: Command): Command {
  return command.option('--verbose', 'names the files that are left out of folders');
}

/** Adds `--cnn-backend`, and `--tfjs` as another name of it; the last of both counts. */
export function addPictureOptions(command: Command): Command {
  return command
    .addOption(new Option('--cnn-backend <backend>', 'what the CNN runs on').choices(CNN_BACKENDS).default('auto'))
    .addOption(new Option('--tfjs <backend>', 'another name of --cnn-backend').choices(CNN_BACKENDS))
    .on('option:tfjs', (backend: string) => command.setOptionValueWithSource('cnnBackend', backend, 'cli'));
}

export function addSamplingOptions(command: Command, temperature: number): Command {
  return command
    .option(
      '--temperature <number>',
      'below 1 more careful, above 1 more daring, 0 always the likeliest',
      parseAtLeast(0),
      temperature,
    )
    .option('--top-k <number>', 'draw from the k likeliest only', parseInteger(1))
    .option('--top-p <share>', 'draw from the likeliest that together have this probability', parseShare({ one: true }))
    .option(
      '--min-p <share>',
      "draw from those with this share of the likeliest one's probability",
      parseShare({ one: true }),
    );
}

/** Collects the values of an option that may be given several times. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** A parser of integers from `minimum` to `maximum`. */
export function parseInteger(minimum: number, maximum = Number.MAX_SAFE_INTEGER) {
  return (text: string): number => {
    const value = Number(text);
    if (Number.isSafeInteger(value) && value >= minimum && value <= maximum && text.trim() !== '') return value;
    const most = maximum === Number.MAX_SAFE_INTEGER ? '' : ` and at most ${maximum}`;
    throw new InvalidArgumentError(`Expected an integer of at least ${minimum}${most}.`);
  };
}

/** Parses a number above 0. */
export function parsePositive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('Expected a number above 0.');
}

/**
 * A parser that collects the numbers above 0 of an option that takes several.
 *
 * @param operands what the option would take for its values, were it to stand before them
 */
export function parsePositives(operands: string) {
  return (text: string, before: readonly number[] = []): number[] => {
    if (!Number.isNaN(Number(text))) return [...before, parsePositive(text)];
    throw new InvalidArgumentError(`Expected a number above 0; ${operands} stand before this option.`);
  };
}

/** Parses a language tag, to its canonical form. */
export function parseLanguage(text: string): string {
  const tag = languageTag(text);
  if (tag !== undefined) return tag;
  throw new InvalidArgumentError(`Expected ${LANGUAGE_TAG}.`);
}

/** A parser that collects the language tags of an option that takes several. @param operands as of `parsePositives` */
export function parseLanguages(operands: string) {
  return (text: string, before: readonly string[] = []): string[] => {
    const tag = languageTag(text);
    if (tag !== undefined) return [...before, tag];
    throw new InvalidArgumentError(`Expected ${LANGUAGE_TAG}; ${operands} stand before this option.`);
  };
}

/** A parser of numbers of at least `minimum`. */
export function parseAtLeast(minimum: number) {
  return (text: string): number => {
    const value = Number(text);
    if (Number.isFinite(value) && value >= minimum && text.trim() !== '') return value;
    throw new InvalidArgumentError(`Expected a number of at least ${minimum}.`);
  };
}

/** A parser of shares of a whole, between 0 and 1; of 0 itself where `zero` is set, of 1 where `one` is. */
export function parseShare({ zero = false, one = false } = {}) {
  return (text: string): number => {
    const value = Number(text);
    const inside = (value > 0 && value < 1) || (zero && value === 0) || (one && value === 1);
    if (inside && text.trim() !== '') return value;
    const ends = `${zero ? 'of at least 0' : 'above 0'} and ${one ? 'at most 1' : 'below 1'}`;
    throw new InvalidArgumentError(`Expected a number ${zero || one ? ends : 'between 0 and 1'}.`);
  };
}
