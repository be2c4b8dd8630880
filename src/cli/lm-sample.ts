import { once } from 'node:events';
import { type Command, InvalidArgumentError } from 'commander';
import { Random } from '../base/random.ts';
import { openEngine } from '../compute/engine.ts';
import type { SamplingOptions } from '../decoding/sampling.ts';
import { languageConfigSchema } from '../language/config.ts';
import { sampleText } from '../language/sample.ts';
import { loadModel } from '../model/model-folder.ts';
import { LM_FOLDER } from './lm-train.ts';
import { addCommonOptions, addSamplingOptions, type CommonOptions, integer } from './options.ts';
import { Status } from './progress.ts';

interface Options extends CommonOptions, SamplingOptions {
  model: string;
  length: number;
  prime: string;
  stop?: string;
  seed?: number;
  json?: boolean;
}

/** Characters that are written at once: a stream that looks live, without a system call for each. */
const CHUNK = 32;

export function addSampleCommand(program: Command): void {
  const command = program
    .command('sample')
    .description('writes text with a model, as it is made')
    .option('--model <folder>', 'a model of `lm train`', LM_FOLDER)
    .option('--length <number>', 'characters', integer(1), 500)
    .option('--prime <text>', 'text to be continued; it is written first', '')
    .option('--stop <text>', 'ends before this text', someText)
    .option('--seed <number>', 'equal seeds give equal texts; another text each time without one', integer(0))
    .option('--json', 'one JSON value: {"text","logProb","tokens":[{"token","logProb"}]}');
  addSamplingOptions(command, 0.8);
  addCommonOptions(command).action(sampleCommand);
}

async function sampleCommand(options: Options): Promise<void> {
  const { model: folder, length, prime, stop, seed = Date.now(), json, temperature, topK, topP } = options;
  const status = new Status(options.quiet);
  const engine = await openEngine(options.blas);
  const { model, vocabulary } = await loadModel(folder, engine, languageConfigSchema);
  status.say(engine.notice);

  const random = new Random(seed);
  const tokens = [];
  const sample = sampleText(model, vocabulary, { random, prime, temperature, topK, topP });
  if (!json) await write(prime);
  let text = '';
  let written = 0;
  for (const sampled of sample) {
    text += sampled.token;
    if (json) tokens.push(sampled);
    const stopped = stop !== undefined && text.endsWith(stop);
    if (stopped) text = text.slice(0, -stop.length);
    const done = stopped || ++written === length;
    // What may yet turn out to be the start of the stop text is held back.
    const held = done || stop === undefined ? 0 : overlap(text, stop);
    if (!json && (done || text.length - held >= CHUNK)) {
      await write(text.slice(0, text.length - held));
      text = text.slice(text.length - held);
    }
    if (done) break;
  }
  if (!json) return write('\n');
  const logProb = tokens.reduce((sum, token) => sum + token.logProb, 0);
  await write(`${JSON.stringify({ text: prime + text, logProb, tokens })}\n`);
}

/** How many characters at the end of `text` are those that `stop` begins with. */
function overlap(text: string, stop: string): number {
  let length = Math.min(text.length, stop.length - 1);
  while (!text.endsWith(stop.slice(0, length))) length--;
  return length;
}

function someText(text: string): string {
  if (text) return text;
  throw new InvalidArgumentError('Expected at least one character.');
}

async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}
