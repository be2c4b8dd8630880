/** Writing captions with a model's step function: what can be asked for, and what comes back. */
import { UsageError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { type BeamSearchOptions, beamSearch } from '../decoding/beam-search.ts';
import { sampleSequences } from '../decoding/sample-sequences.ts';
import type { SamplingOptions } from '../decoding/sampling.ts';
import type { Sequence, SequenceRules } from '../decoding/sequence.ts';
import type { StepFunction } from '../decoding/step.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import { byConsensus } from './consensus.ts';
import { specialIds } from './vocabulary.ts';

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
}

/** Below 1: what the model would say in earnest. */
const CONSENSUS_TEMPERATURE = 0.8;

/** Captions that are written at once: enough to keep the matrix products busy, few enough to stay in the cache. */
export const ROWS = 192;

/**
 * Writes captions for N pictures, as many at once as a captioner has room for.
 *
 * @param begin gives the step function for some of the pictures, by their features
 */
export function writeCaptions(
  begin: (features: Float32Array) => StepFunction,
  { vocabulary, D }: { vocabulary: Vocabulary; D: number },
  features: Float32Array,
  options: DecodingOptions | CaptionSampling,
): Caption[][] {
  const { start, end, unknown } = specialIds(vocabulary);
  const { minLength = decodingDefaults.minLength } = options;
  const rules = { ...options, minLength, start, end, forbidden: [start, unknown] };
  const pictures = features.length / D;

  const write = (rows: number, decode: (step: StepFunction, count: number) => Sequence[][]): Caption[][] => {
    const atOnce = Math.floor(ROWS / rows);
    const written: Sequence[][] = [];
    for (let first = 0; first < pictures; first += atOnce) {
      const count = Math.min(atOnce, pictures - first);
      written.push(...decode(begin(features.subarray(first * D, (first + count) * D)), count));
    }
    return written.map((sequences) => sequences.map((sequence) => captionOf(sequence, vocabulary)));
  };

  const rows = checkDecoding(options, vocabulary);
  if ('random' in rules) {
    const draw = (step: StepFunction, count: number) =>
      sampleSequences(step, new Array<Random>(count).fill(rules.random), rules);
    return write(rows, draw).map((drawn) => drawn.sort(likeliestFirst));
  }
  const found = write(rows, (step, count) => beamSearch(step, count, rules));
  if (!rules.consensus || (rules.groups ?? 1) > 1) return found;
  const drawing = { ...rules, samples: rules.consensus, temperature: CONSENSUS_TEMPERATURE };
  const drawn = write(rules.consensus, (step, count) => {
    const randoms = Array.from({ length: count }, () => new Random(1)); // whatever other pictures are there
    return sampleSequences(step, randoms, drawing);
  });
  return found.map((candidates, picture) => {
    const others = drawn[picture]!;
    return byConsensus([...candidates, ...others], others, vocabulary).slice(0, candidates.length);
  });
}

/**
 * Whether captions can be written that way.
 *
 * @returns the rows that a picture takes
 * @throws UsageError when a length or a beam is out of range
 */
export function checkDecoding(options: DecodingOptions | CaptionSampling, vocabulary: Vocabulary): number {
  const { minLength = decodingDefaults.minLength, maxLength } = options;
  if (minLength > maxLength) {
    throw new UsageError('the shortest caption is longer than the longest', {
      found: `at least ${minLength} words and at most ${maxLength}`,
    });
  }
  if ('random' in options) {
    const { samples } = options;
    if (samples <= ROWS) return samples;
    throw new UsageError('too many captions of a picture', { found: `${samples}`, expected: `at most ${ROWS}` });
  }
  const { beam, groups = 1, consensus = 0 } = options;
  if (consensus > ROWS) {
    throw new UsageError('too many captions to agree on', { found: `${consensus}`, expected: `at most ${ROWS}` });
  }
  const widest = Math.max(vocabulary.size, decodingDefaults.beam); // nobody who leaves the beam alone is refused
  if (beam <= widest && beam * groups <= ROWS) return beam * groups;
  const [most, why] =
    beam > widest
      ? [widest, ', the size of the vocabulary']
      : [Math.floor(ROWS / groups), groups > 1 ? ` for each of ${groups} captions` : ''];
  throw new UsageError('the beam is too wide', { found: `${beam}`, expected: `at most ${most}${why}` });
}

function captionOf({ tokens, logProbs, logProb }: Sequence, vocabulary: Vocabulary): Caption {
  const words = tokens.map((token, i) => ({ word: vocabulary.tokenOf(token), logProb: logProbs[i] ?? 0 }));
  return { caption: words.map(({ word }) => word).join(' '), logProb, words };
}

const likeliestFirst = (a: Caption, b: Caption): number => b.logProb - a.logProb;
