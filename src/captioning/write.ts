/** Writes captions with a step function: by beam search, by consensus, or drawn at random. Knows no model. */
import { UsageError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { partOf, type Steps } from '../base/steps.ts';
import { beamSearchSteps } from '../decoding/beam-search.ts';
import { sampleSequencesSteps } from '../decoding/sample-sequences.ts';
import type { Sequence } from '../decoding/sequence.ts';
import type { StepFunction } from '../decoding/step.ts';
import { joinWords } from '../metrics/language-words.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import { type Caption, type CaptionSampling, type DecodingOptions, decodingDefaults } from './caption.ts';
import { byConsensus } from './consensus.ts';
import { chooseLanguage } from './languages.ts';
import { featuresAt, numberOfPictures, type PictureFeatures } from './picture-features.ts';
import { specialIds } from './vocabulary.ts';

/** Below 1, since captions are learned with label smoothing, which gives unlikely words too much probability. */
const CONSENSUS_TEMPERATURE = 0.8;

/** How many captions are written at once: enough for fast matrix products, few enough for the CPU's cache. */
export const ROWS = 192;

/** What writes captions: the words it knows, and how captions of pictures are begun. */
export interface Writing {
  vocabulary: Vocabulary;
  D: number;
  /** The step function for some of the pictures, by their features. */
  begin: (features: PictureFeatures) => StepFunction;
  /** What words cost in a search for a caption of a picture, by the picture's number, see `BeamSearchOptions.costs`. */
  costsOf?: ((picture: number) => Float32Array) | undefined;
}

/**
 * Writes captions for N pictures, at most `ROWS` captions at once.
 *
 * @param features of all pictures
 * @returns at least one caption for each picture, best first
 * @throws UsageError as `checkDecoding` does; InputError when the features are not those of whole pictures
 */
export function* writeCaptionsSteps(
  { vocabulary, D, begin, costsOf }: Writing,
  features: PictureFeatures,
  options: DecodingOptions | CaptionSampling,
): Steps<Caption[][]> {
  const language = chooseLanguage(vocabulary, options.language);
  const { start, end, forbidden } = specialIds(vocabulary, { language });
  const { minLength = decodingDefaults.minLength } = options;
  const rules = { ...options, minLength, start, end, forbidden };
  const pictures = numberOfPictures(features, D);

  /** Decodes all pictures, as many at once as `ROWS` has room for. @param rows that a picture takes */
  function* decode(rows: number, decoder: (step: StepFunction, some: readonly number[]) => Steps<Sequence[][]>) {
    const atOnce = Math.floor(ROWS / rows);
    const captions: Caption[][] = [];
    for (let first = 0; first < pictures; first += atOnce) {
      const count = Math.min(atOnce, pictures - first);
      const some = Array.from({ length: count }, (_, i) => first + i);
      const steps = decoder(begin(featuresAt(features, some, D)), some);
      for (const sequences of yield* partOf(steps, first / pictures, (first + count) / pictures)) {
        captions.push(sequences.map((sequence) => captionOf(sequence, vocabulary, language)));
      }
    }
    return captions;
  }

  const rows = checkDecoding(options, vocabulary);
  if ('random' in rules) {
    const drawn = yield* decode(rows, (step, some) =>
      sampleSequencesSteps(step, new Array<Random>(some.length).fill(rules.random), rules),
    );
    return drawn.map((captions) => captions.sort(likeliestFirst));
  }
  const { consensus = 0, groups = 1 } = rules;
  const chosen = groups > 1 ? 0 : consensus;
  const searching = rows / (rows + chosen);
  const found = yield* partOf(
    decode(rows, (step, some) => beamSearchSteps(step, some.length, { ...rules, costs: costsOf && some.map(costsOf) })),
    0,
    searching,
  );
  if (chosen === 0) return found;
  const drawing = { ...rules, samples: chosen, temperature: CONSENSUS_TEMPERATURE };
  const drawn = yield* partOf(
    decode(chosen, (step, some) => {
      const randoms = some.map(() => new Random(1)); // the same whatever the other pictures are
      return sampleSequencesSteps(step, randoms, drawing);
    }),
    searching,
    1,
  );
  const captions: Caption[][] = [];
  for (const [picture, candidates] of found.entries()) {
    const others = drawn[picture]!;
    captions.push(byConsensus([...candidates, ...others], others, vocabulary).slice(0, candidates.length));
    yield 1;
  }
  return captions;
}

/** For how many pictures captions are written at once. @throws UsageError as `checkDecoding` does */
export function picturesAtOnce(options: DecodingOptions | CaptionSampling, vocabulary: Vocabulary): number {
  return Math.floor(ROWS / checkDecoding(options, vocabulary));
}

/**
 * Checks options before captions are written with them.
 *
 * @returns how many captions of a picture are written at once
 * @throws UsageError when a length, a beam or a number of captions is out of range, or the language none of these
 */
export function checkDecoding(options: DecodingOptions | CaptionSampling, vocabulary: Vocabulary): number {
  const { minLength = decodingDefaults.minLength, maxLength, block = 0, language } = options;
  chooseLanguage(vocabulary, language);
  refuseUncountable({ minLength, maxLength, block }, 0);
  if (minLength > maxLength) {
    throw new UsageError('the shortest caption is longer than the longest', {
      found: `at least ${minLength} words and at most ${maxLength}`,
    });
  }
  if ('random' in options) {
    const { samples } = options;
    refuseUncountable({ samples }, 1);
    if (samples <= ROWS) return samples;
    throw new UsageError('too many captions of a picture', { found: `${samples}`, expected: `at most ${ROWS}` });
  }
  const { beam, groups = 1, consensus = 0 } = options;
  refuseUncountable({ beam, groups }, 1);
  refuseUncountable({ consensus }, 0);
  if (consensus > ROWS) {
    throw new UsageError('too many captions to agree on', { found: `${consensus}`, expected: `at most ${ROWS}` });
  }
  const widest = Math.max(vocabulary.size, decodingDefaults.beam); // the default is never refused
  if (beam <= widest && beam * groups <= ROWS) return beam * groups;
  const [most, why] =
    beam > widest
      ? [widest, `, ${widest === vocabulary.size ? 'the size of the vocabulary' : 'more than there are words'}`]
      : [Math.floor(ROWS / groups), groups > 1 ? ` for each of ${groups} captions` : ''];
  throw new UsageError('the beam is too wide', { found: `${beam}`, expected: `at most ${most}${why}` });
}

/** @throws UsageError when one of these is no integer from `least` on: a program may have left it out, or computed it */
function refuseUncountable(counts: Readonly<Record<string, number>>, least: number): void {
  for (const [name, count] of Object.entries(counts)) {
    if (Number.isSafeInteger(count) && count >= least) continue;
    const expected = `an integer of at least ${least}`;
    throw new UsageError(`${name} is out of range`, { found: `${count}`, expected, settings: [name] });
  }
}

function captionOf({ tokens, logProbs, logProb }: Sequence, vocabulary: Vocabulary, language?: string): Caption {
  const words = tokens.map((token, i) => ({ word: vocabulary.tokenOf(token), logProb: logProbs[i]! }));
  const texts = words.map(({ word }) => word);
  return { caption: joinWords(texts, language), logProb, words };
}

const likeliestFirst = (a: Caption, b: Caption): number => b.logProb - a.logProb;
