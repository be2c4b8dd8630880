import { scoreCaptions } from '../metrics/score.ts';
import type { Captioner, DecodingOptions } from './captioner.ts';

/** Greedy decoding, for the many validations of a training. */
const GREEDY: DecodingOptions = { beam: 1, lengthPenalty: 0, maxLength: 20 };

export interface PictureScores {
  /** By name: bleu1 … bleu4 and what else `scoreCaptions` measures. */
  scores: Record<string, number>;
  /** The best caption of each picture. */
  captions: string[];
}

/**
 * Writes a caption for each picture and scores them against what people wrote.
 *
 * @param pictures their standardised features [P, D], captions and names (which are different)
 */
export function scoreOnPictures(
  captioner: Captioner,
  {
    features,
    captions: references,
    names,
  }: {
    features: Float32Array;
    captions: readonly (readonly string[])[];
    names: readonly string[];
  },
  decoding: DecodingOptions = GREEDY,
): PictureScores {
  const captions = captioner.describeStandardised(features, decoding).map(([best]) => best?.caption ?? '');
  const scores = scoreCaptions(
    new Map(captions.map((caption, i) => [names[i] ?? '', caption])),
    new Map(references.map((written, i) => [names[i] ?? '', written])),
  );
  return { scores: { ...scores }, captions };
}
