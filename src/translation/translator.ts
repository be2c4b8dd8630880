/** A trained translator: texts become texts, by beam search. Knows nothing of training. */
import { UsageError } from '../base/errors.ts';
import { fileIn } from '../base/files.ts';
import { partOf, runAtOnce, type Steps } from '../base/steps.ts';
import type { Engine } from '../compute/engine.ts';
import { beamSearchSteps } from '../decoding/beam-search.ts';
import { EncoderDecoder } from '../model/encoder-decoder.ts';
import { readConfig, readVocabulary, readWeights, saveModel, saveVocabulary } from '../model/model-folder.ts';
import { createStepper } from '../model/stepper.ts';
import { resetState } from '../nn/state.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import { packPairs, packSources } from './batch.ts';
import { SOURCE_VOCABULARY, type TranslationConfig, translationConfigSchema } from './config.ts';
import { decodeText, END_ID, encodeText, START_ID, translationWords, UNKNOWN_ID } from './words.ts';

/** The vocabularies of the two languages. */
export interface Vocabularies {
  source: Vocabulary;
  target: Vocabulary;
}

export interface TranslatingOptions {
  /** How many hypotheses the search keeps; 1 is greedy. */
  beam: number;
  /** α, see `BeamSearchOptions`. */
  lengthPenalty: number;
}

export const translatingDefaults: TranslatingOptions = { beam: 5, lengthPenalty: 1 };

export interface Translation {
  text: string;
  /** log p(translation | source) in nats. */
  logProb: number;
}

/** The attention of a translation: how much each of its words, and its end, attended to each word of the source. */
export interface Alignment {
  source: string[];
  /** The words of the translation; the last is empty and stands for its end. */
  target: string[];
  /** `weights[t][s]`, of target word t and source word s; rows sum to 1. */
  weights: number[][];
}

/** How many hypotheses are continued at once: enough for fast matrix products, few enough for the CPU's cache. */
const ROWS = 192;

/** A word may follow itself, as in "nous nous voyons". */
const RULES = { start: START_ID, end: END_ID, forbidden: [START_ID, UNKNOWN_ID], minLength: 1, allowRepeats: true };

/** A model with the vocabularies and the config that using it takes. */
export class Translator {
  readonly config: TranslationConfig;
  readonly vocabularies: Vocabularies;
  readonly model: EncoderDecoder;
  readonly #begin: ReturnType<typeof createStepper>;
  readonly #state;

  constructor(config: TranslationConfig, vocabularies: Vocabularies, model: EncoderDecoder) {
    this.config = config;
    this.vocabularies = vocabularies;
    this.model = model;
    this.#begin = createStepper(model.decoder, ROWS);
    this.#state = model.newState(ROWS);
  }

  /** Reads the translator in a folder. @throws InputError that names the file at fault */
  static async load(folder: string, engine: Engine): Promise<Translator> {
    const config = await readConfig(folder, translationConfigSchema);
    const { shape } = config;
    const vocabularies = {
      source: await readVocabulary(fileIn(folder, SOURCE_VOCABULARY), shape.source),
      target: await readVocabulary(folder, shape.target),
    };
    const model = new EncoderDecoder(engine, shape);
    await readWeights(folder, model.parameters);
    return new Translator(config, vocabularies, model);
  }

  /** Writes the translator's folder, with these scores. @throws InputError when a file can't be written */
  async save(folder: string, scores: TranslationConfig['scores'] = this.config.scores): Promise<void> {
    const { source, target } = this.vocabularies;
    await saveVocabulary(fileIn(folder, SOURCE_VOCABULARY), source);
    await saveModel(folder, { config: { ...this.config, scores }, vocabulary: target, model: this.model });
  }

  /**
   * The best translation of each text; an empty one of a text without words.
   *
   * @throws UsageError when the beam is wider than 192
   */
  translate(texts: readonly string[], options: TranslatingOptions = translatingDefaults): Translation[] {
    return runAtOnce(this.translateSteps(texts, options));
  }

  /** `translate`, a few tokens at a time. */
  *translateSteps(
    texts: readonly string[],
    { beam, lengthPenalty }: TranslatingOptions = translatingDefaults,
  ): Steps<Translation[]> {
    if (beam > ROWS) {
      throw new UsageError('the beam is too wide', { found: `${beam}`, expected: `at most ${ROWS}` });
    }
    const found: Translation[] = texts.map(() => ({ text: '', logProb: 0 }));
    const coded = texts.map((text) => encodeText(text, this.vocabularies.source));
    const places = [...texts.keys()].filter((i) => coded[i]!.length > 0);
    // Sources of about the same length are searched together: a search takes as many steps as the longest needs.
    places.sort((a, b) => coded[b]!.length - coded[a]!.length);
    const atOnce = Math.floor(ROWS / beam);
    const done = (count: number) => Math.min(1, count / places.length);
    for (let first = 0; first < places.length; first += atOnce) {
      const chunk = places.slice(first, first + atOnce);
      const sources = chunk.map((i) => coded[i]!);
      const { order, ...source } = packSources(sources);
      resetState(this.#state);
      const start = yield* partOf(this.model.readSteps(source, this.#state), done(first), done(first));
      const begin = this.#begin({ start });
      const maxLength = 2 * Math.max(...sources.map(({ length }) => length)) + 10;
      const search = beamSearchSteps(begin, sources.length, { ...RULES, beam, lengthPenalty, maxLength });
      const hypotheses = yield* partOf(search, done(first), done(first + atOnce));
      for (const [n, [best]] of hypotheses.entries()) {
        const { tokens, logProb } = best!;
        found[chunk[order[n]!]!] = { text: decodeText(tokens, this.vocabularies.target), logProb };
      }
    }
    return found;
  }

  /** The attention of a translation, the model's own or another; undefined without attention or source words. */
  align(source: string, target: string): Alignment | undefined {
    const { attention } = this.model.decoder;
    const { vocabularies, model } = this;
    const pair = {
      source: encodeText(source, vocabularies.source),
      target: encodeText(target, vocabularies.target),
    };
    if (!attention || pair.source.length === 0) return undefined;
    resetState(this.#state);
    model.loss(packPairs([pair]), this.#state);
    const { weights } = attention;
    return {
      source: translationWords(source).slice(0, pair.source.length),
      target: [...translationWords(target).slice(0, pair.target.length), ''],
      // The encoder reads a source from its end.
      weights: Array.from({ length: weights.rows }, (_, t) => [...weights.rowRange(t, t + 1).data].reverse()),
    };
  }
}
