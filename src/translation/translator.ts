/** A trained translator: texts become texts. */

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
import { type TranslationConfig, translationConfigSchema } from './config.ts';
import { decodeText, END_ID, encodeText, START_ID, translationWords, UNKNOWN_ID } from './words.ts';

/** What texts are read into and written from. */
export interface Vocabularies {
  source: Vocabulary;
  target: Vocabulary;
}

export interface TranslatingOptions {
  /** Hypotheses that are kept; 1 is greedy. */
  beam: number;
  /** See `BeamSearchOptions`. */
  lengthPenalty: number;
}

export const translatingDefaults: TranslatingOptions = { beam: 5, lengthPenalty: 1 };

export interface Translation {
  text: string;
  /** log p(translation | source) in nats. */
  logProb: number;
}

/** Where a translation looked: the words of both, and for each of the latter how much it looked at each of the former. */
export interface Alignment {
  source: string[];
  target: string[];
  /** [target][source], rows sum to 1. */
  weights: number[][];
}

/** The vocabulary of the targets is that of the model's folder; that of the sources is beside it. */
const SOURCE_VOCABULARY = 'source';

/** Hypotheses that are continued at once: enough to keep the matrix products busy, few enough to stay in the cache. */
const ROWS = 192;

/** A word may follow itself: nous nous voyons. */
const RULES = { start: START_ID, end: END_ID, forbidden: [START_ID, UNKNOWN_ID], minLength: 1, allowRepeats: true };

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

  /** @throws InputError that names the file at fault */
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

  /** Writes the model's folder, with these scores. */
  async save(folder: string, scores: TranslationConfig['scores'] = this.config.scores): Promise<void> {
    const { source, target } = this.vocabularies;
    await saveVocabulary(fileIn(folder, SOURCE_VOCABULARY), source);
    await saveModel(folder, { config: { ...this.config, scores }, vocabulary: target, model: this.model });
  }

  /** The best translation of each text; of one without words, nothing. */
  translate(texts: readonly string[], options: TranslatingOptions = translatingDefaults): Translation[] {
    return runAtOnce(this.translateSteps(texts, options));
  }

  /** `translate`, a few tokens at a time. */
  *translateSteps(
    texts: readonly string[],
    { beam, lengthPenalty }: TranslatingOptions = translatingDefaults,
  ): Steps<Translation[]> {
    const found: Translation[] = texts.map(() => ({ text: '', logProb: 0 }));
    const coded = texts.map((text) => encodeText(text, this.vocabularies.source));
    const places = [...texts.keys()].filter((i) => coded[i]!.length > 0);
    // Those of about the same length together: a beam search takes as many steps as its longest source needs.
    places.sort((a, b) => coded[b]!.length - coded[a]!.length);
    const atOnce = Math.max(1, Math.floor(ROWS / beam));
    for (let start = 0; start < places.length; start += atOnce) {
      const chunk = places.slice(start, start + atOnce);
      const sources = chunk.map((i) => coded[i]!);
      const { order, ...source } = packSources(sources);
      resetState(this.#state);
      const begin = this.#begin(undefined, this.model.read(source, this.#state));
      const maxLength = 2 * Math.max(...sources.map(({ length }) => length)) + 10;
      const search = beamSearchSteps(begin, sources.length, { ...RULES, beam, lengthPenalty, maxLength });
      const done = (count: number) => Math.min(1, count / places.length);
      const hypotheses = yield* partOf(search, done(start), done(start + atOnce));
      for (const [n, [best]] of hypotheses.entries()) {
        const { tokens = [], logProb = 0 } = best ?? {};
        found[chunk[order[n]!]!] = { text: decodeText(tokens, this.vocabularies.target), logProb };
      }
    }
    return found;
  }

  /** Where a translation, ours or another, looks at each of its words and at its end; undefined without attention. */
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
      // The source is read from its end.
      weights: Array.from({ length: weights.rows }, (_, t) => [...weights.rowRange(t, t + 1).data].reverse()),
    };
  }
}
