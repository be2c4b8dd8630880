/** `lm score`: how probable texts are to a language model, as figures, token by token or line by line. */

import type { Command } from 'commander';
import { type ByteSource, nameOfSource } from '../base/byte-source.ts';
import { counted } from '../base/counted.ts';
import { InputError, UsageError } from '../base/errors.ts';
import { writeFileAtomically } from '../base/files.ts';
import { nextTurn } from '../base/platform.ts';
import { openEngine } from '../compute/engine.ts';
import { sequencesInWords } from '../language/config.ts';
import type { Score, ScoredToken, TextScorer } from '../language/score.ts';
import { likeliest, type ScoredText, type ShownToken, scorePage } from '../language/score-page.ts';
import { sequencesIn } from '../language/sequence-source.ts';
import { TextModel } from '../language/text-model.ts';
import { surpriseColour, surpriseLevel } from '../report/colours.ts';
import { formatInteger } from '../report/page.ts';
import { linesOfTokens, tokenizeFiles } from '../text/read.ts';
import { END } from '../text/special-tokens.ts';
import { joinTokens } from '../text/tokenizer.ts';
import { colourDepth, paint, restoreColoursWhenStopped } from './colours.ts';
import { addCommonOptions, addEncodingOption, type CommonOptions, LM_FOLDER } from './options.ts';
import { write } from './output.ts';
import { Status } from './progress.ts';
import { sourceOf } from './text-source.ts';

interface Options extends CommonOptions {
  model: string;
  encoding?: string;
  json?: boolean;
  tokens?: boolean;
  lines?: boolean;
  html?: string;
}

/** Tokens of each text that a page shows. */
const SHOWN = 10_000;
/** The likeliest tokens that it names beside each. */
const ALTERNATIVES = 3;
/** Tokens that are written at once. */
const CHUNK = 1024;

export function addScoreCommand(program: Command): void {
  const command = program
    .command('score')
    .description('says how probable texts are to a model: log p, nats and bits per token, perplexity')
    .argument(
      '<file...>',
      'texts of any length, - for standard input; each is scored by itself, or as the sequences in it that the model is of',
    )
    .option('--model <folder>', 'a model of `lm train`', LM_FOLDER)
    .option('--tokens', 'prints the text coloured by surprise; without colours a line for each token: token, log p')
    .option('--lines', 'a line for each line of the text: log p (its end included), tokens, unknown ones, the line')
    .option('--html <file>', `writes a page with the first ${SHOWN.toLocaleString('en')} tokens coloured by surprise`)
    .option('--json', 'a JSON value for each file: {"file","tokens","unknown","logProb","nats","bits","perplexity"}');
  addCommonOptions(addEncodingOption(command)).action(scoreCommand);
}

async function scoreCommand(files: string[], options: Options): Promise<void> {
  if (options.lines && (options.tokens || options.html !== undefined)) {
    throw new UsageError('--lines has scores alone: give it without --tokens and --html');
  }
  if (options.tokens && !options.json && colourDepth() > 1) restoreColoursWhenStopped();
  const status = new Status(options.quiet);
  const engine = await openEngine(options.blas);
  const model = await TextModel.load(options.model, engine);
  status.say(engine.notice);

  const scorer = model.scorer();
  const texts: ScoredText[] = [];
  for (const file of files) {
    const source = sourceOf(file);
    if (options.lines) await printLines(model, source, options);
    else texts.push(await printScore(model, scorer, source, options, status));
  }
  if (options.html === undefined) return;
  await writeFileAtomically(options.html, scorePage(options.model, model.tokenizer.unit, texts));
  status.sayWritten(options.html);
}

async function printScore(
  { tokenizer, vocabulary, config }: TextModel,
  scorer: TextScorer,
  source: string | ByteSource,
  { tokens: withTokens, html, json, encoding }: Options,
  status: Status,
): Promise<ScoredText> {
  const name = nameOfSource(source);
  const { unit } = tokenizer;
  const join = tokenizer.joiner();
  const printer = new TokenPrinter(json);
  const shown: ShownToken[] = [];
  const take = async (scored: Iterable<ScoredToken>) => {
    for (const { token, logProb, alternatives } of scored) {
      status.update(() => `${name}: ${counted(scorer.score.tokens, unit)}`);
      if (html === undefined && !withTokens) continue;
      const text = token === END ? '\n' : join(token);
      if (withTokens) await printer.print({ token, text, logProb });
      if (html !== undefined && shown.length < SHOWN) {
        shown.push({ text, logProb, alternatives: likeliest(alternatives, ALTERNATIVES, vocabulary) });
      }
    }
  };
  scorer.begin();
  const { sequences } = config.settings;
  let count = 0;
  if (sequences) {
    for await (const tokens of sequencesIn([source], tokenizer, sequences, { encoding })) {
      await take(scorer.read(tokens));
      await take(scorer.end());
      count++;
    }
  } else {
    for await (const tokens of tokenizeFiles([source], tokenizer, { encoding })) await take(scorer.read(tokens));
  }
  await printer.end();
  const { score } = scorer;
  if (score.tokens === 0) throw new InputError(`there is nothing to score in ${name}`, { found: 'an empty text' });
  if (json) await write(`${JSON.stringify({ file: name, ...(sequences && { [sequences.are]: count }), ...score })}\n`);
  // The tokens are the result, where they were asked for.
  else {
    const what = sequences ? `${name}, ${sequencesInWords(count, sequences)}` : name;
    if (withTokens) status.say(inWords(what, score, unit));
    else await write(`${inWords(what, score, unit)}\n`);
  }
  return { name, score, shown };
}

async function printLines(model: TextModel, source: string | ByteSource, { json, encoding }: Options): Promise<void> {
  const { sequences } = model.config.settings;
  const lines =
    sequences && sequences.are !== 'documents'
      ? sequencesIn([source], model.tokenizer, sequences, { encoding, blank: true })
      : linesOfTokens(tokenizeFiles([source], model.tokenizer, { encoding }));
  for await (const tokens of lines) {
    const line = joinTokens(tokens, model.tokenizer);
    const score = model.scoreLine(tokens);
    const row = [score.logProb.toFixed(4), score.tokens, score.unknown, line].join('\t');
    await write(`${json ? JSON.stringify({ line, ...score }) : row}\n`);
  }
}

/** Prints tokens with their surprise, many at once. */
class TokenPrinter {
  readonly #json: boolean;
  readonly #depth = colourDepth();
  #waiting: { token: string; text: string; logProb: number }[] = [];
  #last = '\n';

  constructor(json = false) {
    this.#json = json;
  }

  async print(token: { token: string; text: string; logProb: number }): Promise<void> {
    if (this.#waiting.push(token) === CHUNK) await this.#flush();
  }

  /** Prints what is left, and a line end where the text has none. */
  async end(): Promise<void> {
    await this.#flush();
    if (!this.#last.endsWith('\n')) await write('\n');
  }

  async #flush(): Promise<void> {
    const tokens = this.#waiting;
    this.#waiting = [];
    let output: string;
    if (this.#json) output = tokens.map(({ token, logProb }) => `${JSON.stringify({ token, logProb })}\n`).join('');
    else if (this.#depth === 1)
      output = tokens.map(({ token, logProb }) => `${JSON.stringify(token)}\t${logProb.toFixed(4)}\n`).join('');
    else
      output = paint(
        tokens.map(({ text, logProb }) => ({ text, colour: surpriseColour(surpriseLevel(logProb)) })),
        this.#depth,
      );
    if (output === '') return;
    this.#last = output;
    await write(output);
    await nextTurn(); // of Ctrl-C
  }
}

function inWords(name: string, { tokens, unknown, logProb, nats, bits, perplexity }: Score, unit: string): string {
  return (
    `${name}: log p ${logProb.toFixed(1)} nats, per ${unit} ${nats.toFixed(4)} nats (${bits.toFixed(4)} bits), ` +
    `perplexity ${perplexity.toPrecision(4)}; ${counted(tokens, unit)}, ${formatInteger(unknown)} of them unknown`
  );
}
