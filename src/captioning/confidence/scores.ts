/** How good the confidence of captions is, measured on what people wrote. Knows no captioner. */
import { partOf, type Steps } from '../../base/steps.ts';
import {
  calibrationError,
  type ReliabilityBin,
  rankCorrelation,
  reliability,
  scoresByCoverage,
} from '../../metrics/calibration.ts';
import type { Caption } from '../caption.ts';
import { FittingCaptions } from './fitting.ts';

/** The figures of an evaluation. */
export interface ConfidenceScores {
  /** Spearman's rank correlation of the confidence in a caption with its own CIDEr-D. */
  rankCorrelation: number;
  /** CIDEr-D of the surer half of the captions over that of all. */
  surerHalf: number;
  /** The expected calibration error of captions, by tenths of confidence, and that of words. */
  calibrationError: number;
  wordCalibrationError: number;
  /** Mean confidence, and the share of the captions that fit. */
  meanConfidence: number;
  fitting: number;
}

/** What an evaluation shows beside its figures. */
export interface MeasuredConfidence {
  scores: ConfidenceScores;
  /** Each caption that was measured. */
  captions: { confidence: number; cider: number; fits: boolean }[];
  /** Captions and words by tenths of confidence. */
  captionBins: ReliabilityBin[];
  wordBins: ReliabilityBin[];
  /** The CIDEr-D from which on a caption fits. */
  threshold: number;
}

/**
 * Measures the confidence in the first of the captions written for each picture.
 *
 * @param people the captions that people wrote for each, all in one language
 * @returns undefined where captions have no confidence, or no picture has two captions by people
 */
export function* measureConfidenceSteps(
  written: readonly (readonly Caption[])[],
  people: readonly (readonly string[])[],
  language?: string,
): Steps<MeasuredConfidence | undefined> {
  const best = written.map(([first]) => first!);
  if (best.some(({ confidence }) => confidence === undefined)) return undefined;
  const fitting = yield* partOf(FittingCaptions.createSteps(people, language), 0, 0.7);
  const { pictures, threshold } = fitting;
  if (threshold === undefined) return undefined;
  const captions: MeasuredConfidence['captions'] = [];
  const words: { confidence: number; fits: boolean }[] = [];
  for (const picture of pictures) {
    yield 0.7 + (0.3 * captions.length) / pictures.length;
    const caption = best[picture]!;
    const texts = caption.words.map(({ word }) => word);
    const cider = fitting.scores(picture, [texts])[0]!;
    captions.push({ confidence: caption.confidence!, cider, fits: fitting.fits(cider) });
    for (const { word, confidence } of caption.words) {
      words.push({ confidence: confidence!, fits: fitting.hasWord(picture, word) });
    }
  }
  const confidences = captions.map(({ confidence }) => confidence);
  const ciders = captions.map(({ cider }) => cider);
  const [captionBins, wordBins] = [binsOf(captions), binsOf(words)];
  const [half, all] = scoresByCoverage(confidences, ciders, [1 / 2, 1]);
  return {
    scores: {
      rankCorrelation: rankCorrelation(confidences, ciders),
      surerHalf: half! / (all || 1),
      calibrationError: calibrationError(captionBins),
      wordCalibrationError: calibrationError(wordBins),
      meanConfidence: mean(confidences),
      fitting: mean(captions.map(({ fits }) => Number(fits))),
    },
    captions,
    captionBins,
    wordBins,
    threshold,
  };
}

function binsOf(answers: readonly { confidence: number; fits: boolean }[]): ReliabilityBin[] {
  return reliability(
    answers.map(({ confidence }) => confidence),
    answers.map(({ fits }) => fits),
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
