/** `lm sample`: writes text with a language model, as it is made. */
import { type Command, InvalidArgumentError } from 'commander';
import { InputError, UsageError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { openEngine } from '../compute/engine.ts';
import type { SamplingOptions } from '../decoding/sampling.ts';
import { type KnownSequences, SEQUENCES_FILE } from '../language/known-sequences.ts';
import type { SampledToken } from '../language/sample.ts';
import { TextModel } from '../language/text-model.ts';
import { type Written, writingDefaults } from '../language/write.ts';
import { END } from '../text/special-tokens.ts';
import { refuseInapplicable } from './given-options.ts';
import { converse } from './lm-interactive.ts';
import {
  addCommonOptions,
  addSamplingOptions,
  type CommonOptions,
  collect,
  LM_FOLDER,
  parseInteger,
} from './options.ts';
import { write } from './output.ts';
import { Status } from './progress.ts';

interface Options extends CommonOptions, SamplingOptions {
  model: string;
  length?: number;
  samples: number;
  prime: string;
  stop?: string[];
  seed?: number;
  unique?: boolean;
  interactive?: boolean;
  json?: boolean;
}

/** Characters that are written at once: a stream that looks live, without a system call for each. */
const CHUNK = 32;
/** Between samples that may be longer than a line. */
const SEPARATOR = '---\n';
/** Sequences in a row that are left out before it is given up. */
const TRIES = 1000;

export function addSampleCommand(program: Command): void {
  const command = program
    .command('sample')
    .description('writes text with a model, as it is made')
    .option('--model <folder>', 'a model of `lm train`', LM_FOLDER)
    .option(
      '--length <number>',
      `tokens: characters, or what the model writes; of a sequence at most so many (default: ${writingDefaults.length}, of sequences ${writingDefaults.sequenceLength.toLocaleString('en')})`,
      parseInteger(1),
    )
    .option(
      '--samples <number>',
      'texts; a line of three dashes stands between them, where each is not a line itself',
      parseInteger(1),
      1,
    )
    .option('--unique', 'sequences that the model has not learned from, and each of them once')
    .option('--prime <text>', 'text to be continued, or the beginning of sequences; it is written first', '')
    .option('--interactive', 'reads line after line from you, or from a pipe, and writes on after each')
    .option('--stop <text>', 'ends before this text; may be given several times', someText)
    .option('--seed <number>', 'equal seeds give equal texts; another text each time without one', parseInteger(0))
    .option(
      '--json',
      'a JSON value for each text: {"text","logProb","tokens":[{"token","logProb"}]}; the last token of a whole sequence is its end',
    );
  addSamplingOptions(command, writingDefaults.temperature);
  addCommonOptions(command).action(sampleCommand);
}

async function sampleCommand(options: Options, command: Command): Promise<void> {
  const { model: folder, length, samples, prime, stop: stops, seed = Date.now(), json, unique, interactive } = options;
  const { temperature, topK, topP, minP } = options;
  if (interactive) {
    refuseInapplicable(command, ['samples', 'prime', 'json', 'unique'], 'an interactive text, which your lines begin');
  }
  const status = new Status(options.quiet);
  const engine = await openEngine(options.blas);
  const model = await TextModel.load(folder, engine);
  const { sequences } = model.config.settings;
  if (unique && !sequences) throw new UsageError(`--unique needs a model of sequences; that in ${folder} is of a text`);
  const known = unique ? knownTo(model, folder) : undefined;
  status.say(engine.notice);

  const limits = { length: length ?? (sequences ? writingDefaults.sequenceLength : writingDefaults.length), stops };
  if (interactive) return converse(model, { ...limits, seed, temperature, topK, topP, minP }, status);
  const random = new Random(seed);
  const writeOne = () => model.write({ prime, ...limits, random, temperature, topK, topP, minP });
  const separator = sequences && sequences.are !== 'documents' ? '' : SEPARATOR;
  const seen = new Set<string>();
  for (let i = 0; i < samples; i++) {
    const written = known ? newOne(writeOne, prime, model, known, seen) : writeOne();
    if (json) await write(`${JSON.stringify(collected(prime, written))}\n`);
    else await stream((i > 0 ? separator : '') + prime, written);
  }
}

/** The sequences that a model has learned from. @throws InputError when its folder does not say them */
function knownTo({ known }: TextModel, folder: string): KnownSequences {
  if (known) return known;
  throw new InputError(`${folder} does not say what its model has learned from`, {
    found: `no ${SEQUENCES_FILE}`,
    expected: 'the folder of a model of sequences as `lm train` has written it',
  });
}

/**
 * A sequence that is not known and was not written before.
 *
 * @param seen those that were written; it is added to them
 * @throws InputError when the model writes nothing new any more
 */
function newOne(
  writeOne: () => Iterable<Written>,
  prime: string,
  { tokenizer }: TextModel,
  known: KnownSequences,
  seen: Set<string>,
): Written[] {
  const begun = tokenizer.split(prime);
  for (let tried = 0; tried < TRIES; tried++) {
    const written = [...writeOne()];
    const tokens = written.flatMap(({ token }) => (token && token.token !== END ? [token.token] : []));
    const all = [...begun, ...tokens];
    const key = all.join('');
    if (known.has(all) || seen.has(key)) continue;
    seen.add(key);
    return written;
  }
  throw new InputError('the model writes nothing new', {
    found: `${TRIES.toLocaleString('en')} sequences in a row that it has learned from or written before`,
    advice: 'Ask for fewer samples, or raise the temperature.',
    settings: ['samples', 'temperature'],
  });
}

async function stream(prime: string, written: Iterable<Written>): Promise<void> {
  await write(prime);
  let text = '';
  for (const piece of written) {
    text += piece.text;
    if (text.length < CHUNK) continue;
    await write(text);
    text = '';
  }
  await write(`${text}\n`);
}

function collected(prime: string, written: Iterable<Written>) {
  const tokens: SampledToken[] = [];
  let text = prime;
  for (const piece of written) {
    text += piece.text;
    if (piece.token) tokens.push(piece.token);
  }
  return { text, logProb: tokens.reduce((sum, { logProb }) => sum + logProb, 0), tokens };
}

function someText(text: string, before?: readonly string[]): string[] {
  if (text) return collect(text, before);
  throw new InvalidArgumentError('Expected at least one character.');
}
