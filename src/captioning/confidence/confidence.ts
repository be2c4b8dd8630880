/**
 * How sure a captioner is of a caption and of its words: the share of such captions that fit, and of such words that
 * people use. It knows features, log-probabilities and a calibration, but no model.
 */
import { END } from '../../text/special-tokens.ts';
import type { Vocabulary } from '../../text/vocabulary.ts';
import type { Caption, CaptionWord } from '../caption.ts';
import type { Calibration, SignalWeights } from './calibration.ts';
import type { Familiarity } from './familiarity.ts';
import { probabilityOf } from './logistic.ts';
import type { DetectedWords, WordDetectors } from './word-detectors.ts';

/** What tells how sure a captioner may be: of a caption, or of a word. Larger is surer. */
export interface Signals {
  logProb: number;
  detected: number;
  familiarity: number;
}

/** Log-probabilities are never taken to be lower, nor the odds of a word, where they are all but impossible. */
const [LEAST_LOG_PROB, LEAST_SHARE] = [-50, 1e-3];

/**
 * The share of pictures that are taken to be like none that were calibrated on, as familiar as chance has it. Where so
 * unfamiliar a picture is more probably one of these, nothing that was measured on photos holds for it.
 */
const UNLIKE = 0.16;

/** What is known of the captions in one language. */
export interface LanguageConfidence {
  detectors: WordDetectors;
  /** None where it was not measured yet: then nothing is said about confidence. */
  calibration?: Calibration | undefined;
}

/** What a captioner knows about pictures and captions beside the language model, and how that was calibrated. */
export class Confidence {
  readonly familiarity: Familiarity;
  /** By the tags of languages; by the key undefined for a captioner without languages. */
  readonly languages: ReadonlyMap<string | undefined, LanguageConfidence>;

  constructor(familiarity: Familiarity, languages: ReadonlyMap<string | undefined, LanguageConfidence>) {
    this.familiarity = familiarity;
    this.languages = languages;
  }

  /**
   * The same for other weights, which must be calibrated anew.
   *
   * @param first language of the vocabulary that these have: what had no language is of that then
   */
  uncalibrated(first?: string): Confidence {
    const languages = [...this.languages].map(
      ([language, { detectors }]) => [language ?? first, { detectors }] as const,
    );
    return new Confidence(this.familiarity, new Map(languages));
  }

  /** The signals of captions of a picture in one language that is known. @param features as the CNN gives them [D] */
  signalsOf(features: Float32Array, vocabulary: Vocabulary, language?: string): PictureSignals {
    const { detectors } = this.languages.get(language)!;
    return new PictureSignals(detectors.detect(features), this.familiarity.of(features), vocabulary);
  }
}

/** The signals of captions of one picture. */
export class PictureSignals {
  readonly familiarity: number;
  readonly #detected: DetectedWords;
  readonly #vocabulary: Vocabulary;

  constructor(detected: DetectedWords, familiarity: number, vocabulary: Vocabulary) {
    this.#detected = detected;
    this.familiarity = familiarity;
    this.#vocabulary = vocabulary;
  }

  /** What words cost in a search for a caption [V], see `BeamSearchOptions.costs`. */
  costs(): Float32Array {
    const { size } = this.#vocabulary;
    return this.#detected.costs(size, this.#vocabulary.idOf(END)!);
  }

  ofCaption({ logProb, words }: Caption): Signals {
    return {
      logProb: Math.max(LEAST_LOG_PROB, logProb / (words.length + 1)),
      detected: this.#detected.similarity(words.map(({ word }) => this.#vocabulary.idOf(word)!)),
      familiarity: this.familiarity,
    };
  }

  ofWord({ word, logProb }: CaptionWord): Signals {
    const share = this.#detected.shareOf(this.#vocabulary.idOf(word)!);
    const possible = Math.min(1 - LEAST_SHARE, Math.max(LEAST_SHARE, share));
    return {
      logProb: Math.max(LEAST_LOG_PROB, logProb),
      detected: Math.log(possible / (1 - possible)),
      familiarity: this.familiarity,
    };
  }
}

/** How sure a calibration is by signals of a caption, or of a word. Never less for more of a signal. */
export function confidenceBy(calibration: Calibration, of: 'captions' | 'words', signals: Signals): number {
  const { bias, logProb, detected, familiarity } = calibration[of];
  const fits = probabilityOf({ bias, weights: [logProb, detected, familiarity] }, signalList(signals));
  return fits * likenessOf(calibration.familiarity, signals.familiarity);
}

/** The probability that a picture is like those calibrated on, where familiarity is normally distributed (see UNLIKE). */
function likenessOf({ mean, deviation }: Calibration['familiarity'], familiarity: number): number {
  const distance = Math.max(0, (mean - familiarity) / deviation);
  const density = Math.exp(-(distance ** 2) / 2) / (deviation * Math.sqrt(2 * Math.PI));
  return density / (density + UNLIKE / (1 - UNLIKE));
}

/** The signals in the order of `namedWeights`. */
export function signalList({ logProb, detected, familiarity }: Signals): number[] {
  return [logProb, detected, familiarity];
}

/** Weights in the order of `signalList`, by their names. */
export function namedWeights({ bias, weights }: { bias: number; weights: readonly number[] }): SignalWeights {
  const [logProb, detected, familiarity] = weights;
  return { bias, logProb: logProb!, detected: detected!, familiarity: familiarity! };
}

/** What captioners that write together know of one picture. They are as sure as they are on average. */
export class PictureConfidence {
  readonly #judges: readonly { calibration: Calibration; signals: PictureSignals }[];

  constructor(judges: readonly { calibration: Calibration; signals: PictureSignals }[]) {
    this.#judges = judges;
  }

  /** What words cost in a search for a caption [V], see `BeamSearchOptions.costs`. */
  costs(): Float32Array {
    const [first, ...others] = this.#judges.map(({ signals }) => signals.costs());
    return first!.map((cost, id) => others.reduce((sum, other) => sum + other[id]!, cost) / (1 + others.length));
  }

  /** A caption with confidence. */
  rate({ words, ...caption }: Caption): Required<Caption> {
    return {
      ...caption,
      confidence: this.#mean('captions', (signals) => signals.ofCaption({ words, ...caption })),
      words: words.map((word) => ({ ...word, confidence: this.#mean('words', (signals) => signals.ofWord(word)) })),
    };
  }

  #mean(of: 'captions' | 'words', signalsOf: (ofPicture: PictureSignals) => Signals): number {
    const sum = this.#judges.reduce(
      (sum, { calibration, signals }) => sum + confidenceBy(calibration, of, signalsOf(signals)),
      0,
    );
    return sum / this.#judges.length;
  }
}
