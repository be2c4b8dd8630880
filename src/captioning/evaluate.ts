import { partOf, type Steps } from '../base/steps.ts';
import { type CaptionScores, scoreCaptionsSteps } from '../metrics/score.ts';
import { tokenizeCaption } from '../metrics/tokenize.ts';
import type { CaptionedFeatures } from './batch.ts';
import type { Caption, DecodingOptions } from './caption.ts';
import type { Captioner } from './captioner.ts';

/** Greedy decoding, for the many validations of a training. */
const GREEDY: DecodingOptions = { beam: 1, lengthPenalty: 0, maxLength: 20 };

export interface PictureScores {
  scores: CaptionScores & Record<string, number>;
  /** The best caption of each picture. */
  captions: string[];
}

/** Writes a caption for each picture, whose features are standardised, and scores them against what people wrote. */
export function* scoreOnPicturesSteps(
  captioner: Captioner,
  pictures: CaptionedFeatures,
  decoding: DecodingOptions = GREEDY,
): Steps<PictureScores> {
  const written = yield* partOf(captioner.describeStandardisedSteps(pictures.features, decoding), 0, 0.9);
  return yield* partOf(scoreWrittenSteps(written, pictures), 0.9, 1);
}

/** Scores the best of the captions written for each picture against what people wrote. */
export function* scoreWrittenSteps(
  written: readonly (readonly Caption[])[],
  { captions: references, names }: Pick<CaptionedFeatures, 'captions' | 'names'>,
): Steps<PictureScores> {
  const captions = written.map(([best]) => best!.caption);
  const scores = yield* scoreCaptionsSteps(
    new Map(captions.map((caption, i) => [names[i]!, caption])),
    new Map(references.map((people, i) => [names[i]!, people])),
  );
  return { scores: { ...scores }, captions };
}

/** Gives the share of captions that stand in the training set, word for word. */
export function shareCopiedFrom(training: CaptionedFeatures['captions']): (captions: readonly string[]) => number {
  const textOf = (caption: string) => tokenizeCaption(caption).join(' ');
  const known = new Set(training.flat().map(textOf));
  return (captions) => captions.filter((caption) => known.has(textOf(caption))).length / captions.length;
}
