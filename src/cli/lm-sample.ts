/** `lm sample`: writes text with a language model, as it is made. */
import { type Command, InvalidArgumentError } from 'commander';
import { Random } from '../base/random.ts';
import { openEngine } from '../compute/engine.ts';
import type { SamplingOptions } from '../decoding/sampling.ts';
import type { SampledToken } from '../language/sample.ts';
import { TextModel } from '../language/text-model.ts';
import { type Written, writingDefaults } from '../language/write.ts';
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
  length: number;
  samples: number;
  prime: string;
  stop?: string[];
  seed?: number;
  json?: boolean;
}

/** Characters that are written at once: a stream that looks live, without a system call for each. */
const CHUNK = 32;
/** Between samples. */
const SEPARATOR = '---\n';

export function addSampleCommand(program: Command): void {
  const command = program
    .command('sample')
    .description('writes text with a model, as it is made')
    .option('--model <folder>', 'a model of `lm train`', LM_FOLDER)
    .option(
      '--length <number>',
      'tokens: characters, or what the model writes',
      parseInteger(1),
      writingDefaults.length,
    )
    .option('--samples <number>', 'texts; a line of three dashes stands between them', parseInteger(1), 1)
    .option('--prime <text>', 'text to be continued; it is written first', '')
    .option('--stop <text>', 'ends before this text; may be given several times', someText)
    .option('--seed <number>', 'equal seeds give equal texts; another text each time without one', parseInteger(0))
    .option('--json', 'a JSON value for each text: {"text","logProb","tokens":[{"token","logProb"}]}');
  addSamplingOptions(command, writingDefaults.temperature);
  addCommonOptions(command).action(sampleCommand);
}

async function sampleCommand(options: Options): Promise<void> {
  const { model: folder, length, samples, prime, stop: stops, seed = Date.now(), json } = options;
  const { temperature, topK, topP, minP } = options;
  const status = new Status(options.quiet);
  const engine = await openEngine(options.blas);
  const model = await TextModel.load(folder, engine);
  status.say(engine.notice);

  const random = new Random(seed);
  for (let i = 0; i < samples; i++) {
    const written = model.write({ prime, length, stops, random, temperature, topK, topP, minP });
    if (json) await write(`${JSON.stringify(collected(prime, written))}\n`);
    else await stream((i > 0 ? SEPARATOR : '') + prime, written);
  }
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
