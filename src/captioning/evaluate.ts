import { type CaptionScores, scoreCaptions } from '../metrics/score.ts';
import { tokenizeCaption } from '../metrics/tokenize.ts';
import type { CaptionedFeatures } from './batch.ts';
import type { Captioner } from './captioner.ts';
import type { Caption, DecodingOptions } from './write.ts';

/** Greedy decoding, for the many validations of a training. */
const GREEDY: DecodingOptions = { beam: 1, lengthPenalty: 0, maxLength: 20 };

export interface PictureScores {
  scores: CaptionScores & Record<string, number>;
  /** The best caption of each picture. */
  captions: string[];
}

/** Writes a caption for each picture, whose features are standardised, and scores them against what people wrote. */
export function scoreOnPictures(
  captioner: Captioner,
  pictures: CaptionedFeatures,
  decoding: DecodingOptions = GREEDY,
): PictureScores {
  return scoreWritten(captioner.describeStandardised(pictures.features, decoding), pictures);
}

/** Scores the best of the captions written for each picture against what people wrote. */
export function scoreWritten(
  written: readonly (readonly Caption[])[],
  { captions: references, names }: Pick<CaptionedFeatures, 'captions' | 'names'>,
): PictureScores {
  const captions = written.map(([best]) => best?.caption ?? '');
  const scores = scoreCaptions(
    new Map(captions.map((caption, i) => [names[i] ?? '', caption])),
    new Map(references.map((people, i) => [names[i] ?? '', people])),
  );
  return { scores: { ...scores }, captions };
}

/** Gives the share of captions that stand in the training set, word for word. */
export function shareCopiedFrom(training: CaptionedFeatures['captions']): (captions: readonly string[]) => number {
  const textOf = (caption: string) => tokenizeCaption(caption).join(' ');
  const known = new Set(training.flat().map(textOf));
  return (captions) => captions.filter((caption) => known.has(textOf(caption))).length / captions.length;
}
