/** Options of the commands that write captions, and the decoding or sampling that they stand for. */
import { type Command, Option } from 'commander';
import { InputError, UsageError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import {
  type CaptionRules,
  type CaptionSampling,
  type CaptionWriter,
  type DecodingOptions,
  decodingDefaults,
} from '../captioning/caption.ts';
import type { SamplingOptions } from '../decoding/sampling.ts';
import { refuseInapplicable } from './given-options.ts';
import { addSamplingOptions, collect, parseAtLeast, parseInteger, parseLanguage, parseShare } from './options.ts';

export interface DecodingFlags {
  beam: number;
  lengthPenalty: number;
  minLength: number;
  maxLength: number;
  block: number;
  consensus?: number;
  surest?: boolean;
  language?: string;
}

/** Which of a picture's captions are wanted, and how they are searched for. */
export interface TopFlags extends DecodingFlags {
  top: number;
  diversity: number;
  minConfidence: number;
}

export interface CaptionSamplingFlags extends SamplingOptions {
  sample?: boolean;
  seed?: number;
}

/** Below 1, since captions are learned with label smoothing, which gives unlikely words too much probability. */
const TEMPERATURE = 0.5;

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
  return command.option('--no-surest', 'of the captions found writes the likeliest, not the one surest to fit');
}

/** @throws InputError when --min-confidence goes by a confidence that the captioners in these folders do not have */
export function refuseUncalibrated(
  captioner: CaptionWriter,
  folders: readonly string[],
  language: string | undefined,
): void {
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
  addSamplingOptions(command, TEMPERATURE).option(
    '--seed <number>',
    'equal seeds draw equal captions; others each time without one',
    parseInteger(0),
  );
  for (const option of command.options.slice(before)) option.implies({ sample: true });
  return command;
}

/** The options of beam search. What a consensus has chosen is not chosen anew by its confidence. */
export function decodingFrom({
  beam,
  lengthPenalty,
  consensus,
  surest = true,
  ...flags
}: DecodingFlags): DecodingOptions {
  return {
    beam,
    lengthPenalty,
    ...(consensus !== undefined && { consensus }),
    ...(surest && !consensus && { surest }),
    ...rulesFrom(flags),
  };
}

/** The search for the `--top` captions of a picture. @throws UsageError when options contradict each other */
export function searchFrom(options: TopFlags, command: Command): DecodingOptions {
  const { top, diversity } = options;
  const decoding = decodingFrom(options);
  if (diversity === 0) return { ...decoding, beam: Math.max(decoding.beam, top) };
  if (top === 1) {
    throw new UsageError('--diversity is for several captions', { found: '--top 1', expected: '--top 2 or more' });
  }
  if (decoding.consensus) refuseInapplicable(command, ['consensus'], '--diversity, which draws no captions');
  return { ...decoding, groups: top, diversity };
}

/** The options of sampling; without `--seed` the random numbers are others each time. */
export function samplingFrom(flags: DecodingFlags & CaptionSamplingFlags, samples: number): CaptionSampling {
  const { temperature, topK, topP, minP, seed = Date.now() } = flags;
  return { temperature, topK, topP, minP, ...rulesFrom(flags), samples, random: new Random(seed) };
}

function rulesFrom({ minLength, maxLength, block, language }: Pick<DecodingFlags, keyof CaptionRules>): CaptionRules {
  return { minLength, maxLength, block, ...(language !== undefined && { language }) };
}
