/** A caption, how it may be written, and who writes it: what the parts of captioning share. Knows no model. */

import type { Random } from '../base/random.ts';
import type { Steps } from '../base/steps.ts';
import type { BeamSearchOptions } from '../decoding/beam-search.ts';
import type { SamplingOptions } from '../decoding/sampling.ts';
import type { SequenceRules } from '../decoding/sequence.ts';
import type { Vocabulary } from '../text/vocabulary.ts';

/** What captions may be, in words; at least one where nothing else is said. */
export type CaptionRules = Pick<SequenceRules, 'maxLength' | 'minLength' | 'block'>;

/** Captions by beam search; a beam of 1 is greedy. */
export interface DecodingOptions
  extends CaptionRules,
    Pick<BeamSearchOptions, 'beam' | 'lengthPenalty' | 'groups' | 'diversity'> {
  /**
   * Captions drawn beside those of the beam, to choose among all by what they agree on, see `byConsensus`; 0 for the
   * beam alone. The same ones for the same picture. Diverse groups are left as they are.
   */
  consensus?: number;
}

/** Captions that are drawn. */
export interface CaptionSampling extends CaptionRules, SamplingOptions {
  random: Random;
  /** Captions for each picture; some may be the same. */
  samples: number;
}

/** Best on the Flickr8k dev split, see the model card. */
export const decodingDefaults: DecodingOptions & { minLength: number; consensus: number } = {
  beam: 5,
  lengthPenalty: 0.7,
  consensus: 60,
  minLength: 1,
  maxLength: 20,
};

export interface Caption {
  caption: string;
  /** log p(caption, END | picture) in nats; without END where the caption was cut off at the longest length. */
  logProb: number;
  words: { word: string; logProb: number }[];
}

/** Writes captions for pictures whose features are as the CNN gives them: a captioner, or several together. */
export interface CaptionWriter {
  readonly vocabulary: Vocabulary;
  describe(features: Float32Array, options?: DecodingOptions | CaptionSampling): Caption[][];
  /** `describe`, a few tokens at a time. */
  describeSteps(features: Float32Array, options?: DecodingOptions | CaptionSampling): Steps<Caption[][]>;
}
