/** The types that the parts of captioning share: a caption, the options of writing one, a writer. Knows no model. */
import type { Random } from '../base/random.ts';
import type { Steps } from '../base/steps.ts';
import type { BeamSearchOptions } from '../decoding/beam-search.ts';
import type { SamplingOptions } from '../decoding/sampling.ts';
import type { SequenceRules } from '../decoding/sequence.ts';
import type { StepFunction } from '../decoding/step.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import type { PictureFeatures } from './picture-features.ts';

/** Captions by picture. */
export interface CaptionsByPicture {
  /** The captions that people wrote for each picture. */
  captions: readonly (readonly string[])[];
  /**
   * The language that the captions of each picture are in, by its tag: a picture with captions in two languages is there
   * twice. Absent where none is said.
   */
  languages?: readonly string[] | undefined;
}

/** Rules that captions keep to, in words: their least (1 by default) and greatest length, and repetitions. */
export interface CaptionRules extends Pick<SequenceRules, 'maxLength' | 'minLength' | 'block'> {
  /** The tag of the language that they are written in, of a captioner that has several. Default: its first */
  language?: string | undefined;
}

/** Options of beam search; a beam of 1 is greedy decoding. */
export interface DecodingOptions
  extends CaptionRules,
    Pick<BeamSearchOptions, 'beam' | 'lengthPenalty' | 'groups' | 'diversity'> {
  /**
   * Captions drawn beside those of the beam, to choose the ones most like them all, see `byConsensus`; for the same
   * picture the same ones are drawn; 0 for the beam alone, the default but for `surest`. Without effect on several groups.
   */
  consensus?: number;
  /**
   * The search heeds which words the picture shows, by the captioner's word detectors, and of the captions found the surest
   * is the first: it fits more often than the likeliest. Where the captioner is not calibrated (`isCalibrated`), a consensus
   * of 60 draws takes its place, unless `consensus` is given. Default: false
   */
  surest?: boolean;
}

/** Options of captions that are drawn at random. */
export interface CaptionSampling extends CaptionRules, SamplingOptions {
  random: Random;
  /** How many captions are drawn for each picture; some may be the same. */
  samples: number;
}

/** The best for its time of those tried on the development sets, see docs/results/captioning.md. */
export const decodingDefaults: DecodingOptions & { minLength: number } = {
  beam: 10,
  lengthPenalty: 0.7,
  surest: true,
  minLength: 1,
  maxLength: 20,
};

/** The draws of the consensus that takes the place of confidence where there is none. */
const DRAWS = 60;

/** What options mean to a captioner that knows how sure it is, or does not; see `DecodingOptions.surest`. */
export function resolveDecoding<Options extends DecodingOptions | CaptionSampling>(
  options: Options,
  calibrated: boolean,
): Options {
  if (calibrated || !('surest' in options) || !options.surest) return options;
  return { ...options, surest: false, consensus: options.consensus ?? DRAWS };
}

export interface Caption {
  caption: string;
  /** log p(caption, END | picture) in nats; without END where the caption was cut off at its greatest length. */
  logProb: number;
  words: CaptionWord[];
  /**
   * The share of such captions that fit their picture, from 0 to 1, as measured on pictures that nothing was trained on.
   * Absent where the captioner has no calibration.
   */
  confidence?: number;
}

export interface CaptionWord {
  word: string;
  /** log p(word | picture, the words before it) in nats. */
  logProb: number;
  /** The share of such words that people wrote about the picture too, from 0 to 1; absent as that of the caption. */
  confidence?: number;
}

/** Writes captions for pictures: a captioner, or an ensemble of several. */
export interface CaptionWriter {
  readonly vocabulary: Vocabulary;
  /** Whether its captions come with a confidence. @param language of the captions, by default its first */
  isCalibrated(language?: string): boolean;
  /** Cells in a line of the maps that it attends to; undefined where vectors are all that it sees. */
  readonly grid?: number | undefined;
  /**
   * @param features of N pictures, as the CNN gives them: vectors [N, D], and maps where it has a `grid`
   * @returns the captions of each picture, best first
   */
  describe(features: Float32Array | PictureFeatures, options?: DecodingOptions | CaptionSampling): Caption[][];
  /** A step function for captions of these pictures, at most 192. */
  begin(features: PictureFeatures): StepFunction;
  /**
   * Where it looks before each word of a caption of one picture: weights of the cells of a map, with the sum 1; undefined
   * where it attends to nothing. Of several captioners it is the mean of those that attend.
   *
   * @param ids START and the words but the last, which nothing is written after
   */
  attentionOf(features: PictureFeatures, ids: readonly number[]): number[][] | undefined;
  /** `describe`, a few tokens at a time. */
  describeSteps(
    features: Float32Array | PictureFeatures,
    options?: DecodingOptions | CaptionSampling,
  ): Steps<Caption[][]>;
}
