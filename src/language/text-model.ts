/**
 * A trained language model with the tokens that it reads and writes: it continues texts, says how probable they are, and
 * shows what its cells do. Knows no files but those of its folder; texts come as strings, or as tokens where they are
 * longer than memory (`tokenizeFiles`).
 */
import { Random } from '../base/random.ts';
import { runInTurns, type Turns } from '../base/steps.ts';
import type { Engine } from '../compute/engine.ts';
import type { LanguageModel } from '../model/language-model.ts';
import { loadModel, saveModel } from '../model/model-folder.ts';
import { resetState, type StackState } from '../nn/state.ts';
import { type Tokenizer, tokenizers } from '../text/tokenizer.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import type { TextCells } from './cells/text-cells.ts';
import { type LanguageConfig, languageConfigSchema } from './config.ts';
import { KnownSequences } from './known-sequences.ts';
import { primeIds, sampleTokens } from './sample.ts';
import { type Score, TextScorer } from './score.ts';
import { type WritingOptions, type Written, writeText, writingDefaults } from './write.ts';

const LINE_END = '\n';

export class TextModel {
  readonly config: LanguageConfig;
  readonly vocabulary: Vocabulary;
  readonly model: LanguageModel;
  /** What a model of sequences has learned from; undefined for a model of a text, and where it is not known. */
  readonly known: KnownSequences | undefined;
  /** States of texts that were written, for the next ones: an engine's memory is not given back. */
  readonly #states: StackState[] = [];
  #scorer: TextScorer | undefined;

  constructor(config: LanguageConfig, vocabulary: Vocabulary, model: LanguageModel, known?: KnownSequences) {
    this.config = config;
    this.vocabulary = vocabulary;
    this.model = model;
    this.known = known;
  }

  /**
   * Reads the model in a folder of `lm train`; in a browser the folder is an address.
   *
   * @throws InputError that names the file at fault
   */
  static async load(folder: string, engine: Engine): Promise<TextModel> {
    const { config, vocabulary, model } = await loadModel(folder, engine, languageConfigSchema);
    const known = config.settings.sequences ? await KnownSequences.read(folder) : undefined;
    return new TextModel(config, vocabulary, model, known);
  }

  /**
   * Writes the model's folder, with these scores.
   *
   * @throws InputError when a file can't be written
   */
  async save(folder: string, scores: LanguageConfig['scores'] = this.config.scores): Promise<void> {
    const { config, vocabulary, model, known } = this;
    await known?.save(folder);
    await saveModel(folder, { config: { ...config, scores }, vocabulary, model });
  }

  /** What cuts a text into the model's tokens. */
  get tokenizer(): Tokenizer {
    return tokenizers[this.config.level];
  }

  /**
   * Writes a text, piece by piece as it is made and in constant memory; a model of sequences writes one of them, to its
   * end. The caller may stop at any piece, and have several texts written at a time.
   *
   * @returns pieces whose `text`s are the text, without the prime; each with its token and the token's log-probability.
   *   The last token of a sequence is END, unless `length` has cut it off
   * @throws InputError when the prime has a token that the model has never seen
   */
  write({
    prime = '',
    length = this.config.settings.sequences ? writingDefaults.sequenceLength : writingDefaults.length,
    stops,
    temperature = writingDefaults.temperature,
    random = new Random(Date.now()),
    ...sampling
  }: WritingOptions = {}): Generator<Written> {
    const { model, vocabulary, tokenizer } = this;
    const read = primeIds(prime, vocabulary, tokenizer);
    return this.#withState((state) => {
      const tokens = sampleTokens(model, vocabulary, state, read, { temperature, random, ...sampling });
      return writeText(tokens, tokenizer, { length, stops });
    });
  }

  /**
   * How probable a text is, read as one that begins a line; to a model of sequences the text is one of them, its END
   * included, so that the probabilities of all sequences that there could be sum to one.
   *
   * @param text a string, or its tokens
   * @throws InputError when there is a token that the model has no place for, see `idsOf`
   */
  score(text: string | readonly string[]): Score {
    this.#scorer ??= this.scorer();
    this.#scorer.begin();
    this.#scorer.add(this.#tokensOf(text));
    for (const _ of this.#scorer.end());
    return this.#scorer.score;
  }

  /**
   * How probable a line is, its end included: so that the probabilities of all lines that there could be sum to one.
   *
   * @param line without its end; a string, or its tokens
   * @throws InputError as `score` does
   */
  scoreLine(line: string | readonly string[]): Score {
    const tokens = this.#tokensOf(line);
    const hasEnd = !this.config.settings.sequences && this.vocabulary.idOf(LINE_END) !== undefined;
    return this.score(hasEnd ? [...tokens, LINE_END] : tokens);
  }

  /**
   * Scores a text that comes in pieces, of any length in constant memory, and says the log-probability of each token:
   *
   *     const scorer = model.scorer();
   *     for await (const tokens of tokenizeFiles(['book.txt'], model.tokenizer)) scorer.add(tokens);
   *     const { bits } = scorer.score;
   *
   * A scorer holds a state in the engine's memory: use one for text after text, with `begin` between them.
   */
  scorer(): TextScorer {
    return new TextScorer(this.model, this.vocabulary);
  }

  /**
   * Reads a text and records what each cell says after each token, to be looked at or searched for cells that follow
   * quotes, lines, brackets. A byte for each cell and token.
   *
   * @param text a string, or its tokens
   * @throws InputError as `score` does
   */
  async cells(text: string | readonly string[], turns: Turns = {}): Promise<TextCells> {
    const { readCellsSteps } = await import('./cells/text-cells.ts'); // most programs never ask for it
    const tokens = this.#tokensOf(text);
    return runInTurns(
      this.#withState((state) => readCellsSteps(this, tokens, state)),
      turns,
    );
  }

  #tokensOf(text: string | readonly string[]): readonly string[] {
    return typeof text === 'string' ? this.tokenizer.split(text) : text;
  }

  /** Lends a state at zero to a generator for as long as it runs. */
  *#withState<T, Result>(run: (state: StackState) => Generator<T, Result, void>): Generator<T, Result, void> {
    const state = this.#states.pop() ?? this.model.newState(1);
    resetState(state);
    try {
      return yield* run(state);
    } finally {
      this.#states.push(state);
    }
  }
}
