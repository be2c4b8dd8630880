/** Scores of a captioner on held-out pictures. Knows features, not pictures. */
import { mapSteps, partOf, runAtOnce, type Steps } from '../base/steps.ts';
import { tokenizerOf } from '../metrics/language-words.ts';
import { type CaptionScores, scoreCaptionsSteps } from '../metrics/score.ts';
import { allFeatures, type CaptionedFeatures } from './batch.ts';
import type { Caption, DecodingOptions } from './caption.ts';
import type { Captioner } from './captioner.ts';

/** Greedy decoding, fast enough for the many validations of a training. */
export const GREEDY: DecodingOptions = { beam: 1, lengthPenalty: 0, maxLength: 20 };

export interface PictureScores {
  scores: CaptionScores & Record<string, number>;
  /** The best caption of each picture. */
  captions: string[];
}

/**
 * Writes a caption for each picture and scores it against people's.
 *
 * @param pictures with standardised features, and captions in the language of `decoding`
 */
export function* scoreOnPicturesSteps(
  captioner: Captioner,
  pictures: CaptionedFeatures,
  decoding: DecodingOptions = GREEDY,
): Steps<PictureScores> {
  const written = yield* partOf(captioner.describeStandardisedSteps(allFeatures(pictures), decoding), 0, 0.9);
  return yield* partOf(scoreWrittenSteps(written, pictures, decoding.language), 0.9, 1);
}

/** Scores the first of the captions written for each picture against people's. @param language of all of them */
export function* scoreWrittenSteps(
  written: readonly (readonly Caption[])[],
  { captions: references, names }: Pick<CaptionedFeatures, 'captions' | 'names'>,
  language?: string,
): Steps<PictureScores> {
  const captions = written.map(([best]) => best!.caption);
  const scores = yield* scoreCaptionsSteps(
    new Map(captions.map((caption, i) => [names[i]!, caption])),
    new Map(references.map((ofPicture, i) => [names[i]!, ofPicture])),
    language,
  );
  return { scores: { ...scores }, captions };
}

/** A function that gives the share of captions which are in the training set, word for word, in one language. */
export function shareCopiedFrom(
  training: CaptionedFeatures['captions'],
  language?: string,
): (captions: readonly string[]) => number {
  return runAtOnce(shareCopiedSteps(training, language));
}

/** `shareCopiedFrom`, caption by caption. */
export function* shareCopiedSteps(
  training: CaptionedFeatures['captions'],
  language?: string,
): Steps<(captions: readonly string[]) => number> {
  const tokenize = tokenizerOf(language);
  const textOf = (caption: string) => tokenize(caption).join(' ');
  const known = new Set(yield* mapSteps(training.flat(), textOf));
  return (captions) => captions.filter((caption) => known.has(textOf(caption))).length / captions.length;
}
