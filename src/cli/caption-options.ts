/** Options of the commands that write captions, and the decoding or sampling that they stand for. */
import { type Command, Option } from 'commander';
import { InputError } from '../base/errors.ts';
import {
  type CaptionSampling,
  type CaptionWriter,
  type DecodingOptions,
  decodingDefaults,
  resolveDecoding,
} from '../captioning/caption.ts';
import { CAPTION_TEMPERATURE } from '../captioning/decoding-flags.ts';
import { chooseLanguage } from '../captioning/languages.ts';
import { checkDecoding } from '../captioning/write.ts';
import { addSamplingOptions, collect, parseAtLeast, parseInteger, parseLanguage, parseShare } from './options.ts';

/** Adds `--model`, which may be given several times: those models write together. */
export function addModelsOption(command: Command): Command {
  return command.option(
    '--model <folder>',
    'a model of `caption train`; several write together: --model A --model B (default: the captioner that ships)',
    collect,
  );
}

/** Adds `--top`, `--diversity` and `--min-confidence`. */
export function addTopOptions(command: Command): Command {
  return command
    .option('--top <number>', 'captions for each picture, best first', parseInteger(1), 1)
    .option(
      '--diversity <lambda>',
      'makes the captions of --top differ: what a word loses, in nats, if others have it in the same place',
      parseAtLeast(0),
      0,
    )
    .option(
      '--min-confidence <share>',
      'leaves out captions that are less sure to fit: "(not sure)", or null in JSON',
      parseShare({ zero: true, one: true }),
      0,
    );
}

/** Adds `--language`, the one that a captioner is to write. */
export function addLanguageOption(command: Command, what: string): Command {
  return command.option('--language <tag>', `${what} (default: the first that the captioner learned)`, parseLanguage);
}

/** @param draws how many a consensus draws by default, in words */
export function addDecodingOptions(
  command: Command,
  draws = '60 where captions come without confidence, else none',
): Command {
  const { beam, lengthPenalty, minLength, maxLength } = decodingDefaults;
  return command
    .option('--beam <number>', 'captions that the search keeps; 1 is greedy', parseInteger(1), beam)
    .option(
      '--consensus <number>',
      `draws so many captions and writes the one most like them all (default: ${draws})`,
      parseInteger(0),
    )
    .option('--length-penalty <alpha>', 'score = log p / (words + 1)^alpha', parseAtLeast(0), lengthPenalty)
    .option('--min-length <number>', 'least words of a caption', parseInteger(0), minLength)
    .option('--max-length <number>', 'most words of a caption', parseInteger(1), maxLength)
    .option('--block <number>', 'never writes so many words in a row twice in a caption; 0 may', parseInteger(0), 0);
}

/** Adds `--no-surest`, for captions that come with a confidence. */
export function addSurestOption(command: Command): Command {
  return command.option('--no-surest', 'searches for the likeliest caption, and writes it, not the one surest to fit');
}

/** Adds `--language` and all that says how captions are found, for captions that come with a confidence. */
export function addDescribingOptions(command: Command): Command {
  addLanguageOption(command, 'language to write, of a captioner that has several, as `de`');
  return addSurestOption(addDecodingOptions(command));
}

/**
 * How the captioner in some folders is to write: as it is asked for, in the language that it then writes, by its confidence
 * where it has one.
 *
 * @param minConfidence of captions that are not left out
 * @throws UsageError as `checkDecoding` does; InputError when `minConfidence` goes by a confidence that it does not have
 */
export function decodingOf<Options extends DecodingOptions | CaptionSampling>(
  captioner: CaptionWriter,
  folders: readonly string[],
  asked: Options,
  minConfidence = 0,
): Options {
  checkDecoding(asked, captioner.vocabulary);
  const language = chooseLanguage(captioner.vocabulary, asked.language);
  if (minConfidence > 0) refuseUncalibrated(captioner, folders, language);
  const resolved = resolveDecoding(asked, captioner.isCalibrated(language));
  return { ...resolved, ...(language !== undefined && { language }) };
}

function refuseUncalibrated(captioner: CaptionWriter, folders: readonly string[], language: string | undefined): void {
  if (captioner.isCalibrated(language)) return;
  const which =
    folders.length > 1 ? `one of the captioners in ${folders.join(' and ')}` : `the captioner in ${folders[0]}`;
  throw new InputError(`${which} does not know how sure it is${language === undefined ? '' : ` in ${language}`}`, {
    advice: `Measure that by \`caption calibrate DATASET --model FOLDER\`, or leave --min-confidence out.`,
  });
}

/** Adds `--sample` and the options of sampling, each of which implies `--sample`. */
export function addCaptionSamplingOptions(command: Command): Command {
  command.addOption(
    new Option(
      '--sample',
      'draws captions instead of searching for the likeliest; the options of drawing below mean it too',
    ).conflicts(['beam', 'lengthPenalty', 'consensus', 'surest', 'diversity']),
  );
  const before = command.options.length;
  addSamplingOptions(command, CAPTION_TEMPERATURE).option(
    '--seed <number>',
    'equal seeds draw equal captions; others each time without one',
    parseInteger(0),
  );
  for (const option of command.options.slice(before)) option.implies({ sample: true });
  return command;
}
