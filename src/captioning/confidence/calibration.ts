/** The figures of a calibration, as they stand in a captioner's config. */
import * as v from 'valibot';
import { integerFrom, number, numberFrom, positiveNumber } from '../../base/schema.ts';

/** How much each signal counts: of captions, or of words. */
const weights = v.object({
  bias: number,
  /** Mean log-probability of a caption's words and its end; log-probability of a word. */
  logProb: numberFrom(0),
  /** How similar the caption is to the words that were detected; log-odds of the word among them. */
  detected: numberFrom(0),
  /** Cosine of the features with the nearest centroid of those learned from. */
  familiarity: numberFrom(0),
});

export type SignalWeights = v.InferOutput<typeof weights>;

export const calibrationSchema = v.object({
  /** The log-odds that a caption fits, and that a word does. */
  captions: weights,
  words: weights,
  /** The familiarity of the pictures calibrated on. */
  familiarity: v.object({ mean: number, deviation: positiveNumber }),
  /** What was calibrated on. */
  datasets: v.array(
    v.object({
      name: v.string(),
      pictures: integerFrom(1),
      /** The CIDEr-D that a caption must reach to fit: what three of four captions by people reach. */
      threshold: number,
      /** The share of the captions that fit. */
      fitting: number,
    }),
  ),
  /** How the captions were written: the options of beam search. */
  decoding: v.record(v.string(), number),
});

export type Calibration = v.InferOutput<typeof calibrationSchema>;

/** What the file of the tensors may be called: two names, so that a calibration is written beside the one that it replaces. */
export const CONFIDENCE_FILES = ['confidence.safetensors', 'confidence-2.safetensors'] as const;

export type ConfidenceFile = (typeof CONFIDENCE_FILES)[number];

/** What a config says about confidence; the tensors are in a file of their own. */
export const confidenceSchema = v.object({
  file: v.optional(v.picklist(CONFIDENCE_FILES), CONFIDENCE_FILES[0]),
  /** How many pictures familiarity was learned from. */
  pictures: integerFrom(1),
  /** Each language that the captioner writes, or one without a name. */
  languages: v.array(
    v.object({
      language: v.optional(v.string()),
      /** How many pictures its word detectors were learned from. */
      pictures: integerFrom(1),
      /** That its word detectors raise features to; 1 where it is not said. */
      power: v.optional(positiveNumber, 1),
      calibration: v.optional(calibrationSchema),
    }),
  ),
});

export type ConfidenceConfig = v.InferOutput<typeof confidenceSchema>;
