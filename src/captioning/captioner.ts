/** A trained captioner: feature vectors become captions. Where the vectors come from it does not know. */
import { UsageError } from '../base/errors.ts';
import type { Engine } from '../compute/engine.ts';
import { beamSearch, type Hypothesis } from '../decoding/beam-search.ts';
import type { LanguageModel } from '../model/language-model.ts';
import { loadModel } from '../model/model-folder.ts';
import { createStepper } from '../model/stepper.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import { type CaptionConfig, captionConfigSchema } from './config.ts';
import { type Standardisation, standardisationOf, standardise } from './picture-features.ts';
import { specialIds } from './vocabulary.ts';

export interface DecodingOptions {
  /** Hypotheses that beam search keeps; 1 is greedy. */
  beam: number;
  /** α of the length normalisation, see `beamSearch`. */
  lengthPenalty: number;
  /** Most words of a caption. */
  maxLength: number;
}

/** Best on the Flickr8k dev split, see the model card. */
export const decodingDefaults: DecodingOptions = { beam: 5, lengthPenalty: 0.7, maxLength: 20 };

export interface Caption {
  caption: string;
  /** log p(caption, END | picture) in nats. */
  logProb: number;
  words: { word: string; logProb: number }[];
}

/** Rows that are decoded at once: enough to keep the matrix products busy, few enough to stay in the cache. */
const ROWS = 192;

export class Captioner {
  readonly config: CaptionConfig;
  readonly vocabulary: Vocabulary;
  readonly model: LanguageModel;
  readonly standardisation: Standardisation;
  readonly #begin: ReturnType<typeof createStepper>;

  constructor(config: CaptionConfig, vocabulary: Vocabulary, model: LanguageModel, standardisation: Standardisation) {
    this.config = config;
    this.vocabulary = vocabulary;
    this.model = model;
    this.standardisation = standardisation;
    this.#begin = createStepper(model, ROWS);
  }

  /** @throws InputError that names the file at fault */
  static async load(folder: string, engine: Engine): Promise<Captioner> {
    const { config, vocabulary, model, extra } = await loadModel(folder, engine, captionConfigSchema);
    specialIds(vocabulary, `the vocabulary in ${folder}`); // refused now rather than at the first picture
    return new Captioner(config, vocabulary, model, standardisationOf(extra, config.shape.condition, folder));
  }

  /**
   * Writes captions for N pictures.
   *
   * @param features as the CNN gives them, [N, D]; not changed
   * @returns for each picture up to `beam` captions, best first, at least one
   * @throws UsageError when the beam is wider than 192
   */
  describe(features: Float32Array, options: DecodingOptions = decodingDefaults): Caption[][] {
    const standardised = features.slice();
    standardise(standardised, this.standardisation);
    return this.describeStandardised(standardised, options);
  }

  /** The same for features that were standardised before, as in training. */
  describeStandardised(features: Float32Array, { beam, lengthPenalty, maxLength }: DecodingOptions): Caption[][] {
    if (beam > ROWS) throw new UsageError('the beam is too wide', { found: `${beam}`, expected: `at most ${ROWS}` });
    const D = this.config.shape.condition;
    const { start, end, unknown } = specialIds(this.vocabulary);
    const search = { start, end, beam, lengthPenalty, maxLength, forbidden: [start, unknown] };
    const pictures = features.length / D;
    const atOnce = Math.floor(ROWS / beam);
    const captions: Caption[][] = [];
    for (let first = 0; first < pictures; first += atOnce) {
      const count = Math.min(atOnce, pictures - first);
      const step = this.#begin(features.subarray(first * D, (first + count) * D));
      captions.push(...beamSearch(step, count, search).map((found) => found.map((best) => this.#caption(best))));
    }
    return captions;
  }

  #caption({ tokens, logProbs, logProb }: Hypothesis): Caption {
    const words = tokens.map((token, i) => ({ word: this.vocabulary.tokenOf(token), logProb: logProbs[i] ?? 0 }));
    return { caption: words.map(({ word }) => word).join(' '), logProb, words };
  }
}
