/** Captions that come with a confidence, and that were found by what it stands on. Knows no model. */
import { mapSteps, partOf, type Steps } from '../base/steps.ts';
import { type Caption, type CaptionSampling, type DecodingOptions, resolveDecoding } from './caption.ts';
import { type Confidence, PictureConfidence } from './confidence/confidence.ts';
import { chooseLanguage } from './languages.ts';
import { featuresAt, numberOfPictures, type PictureFeatures } from './picture-features.ts';
import { ROWS, type Writing, writeCaptionsSteps } from './write.ts';

/**
 * Writes captions for N pictures, with their confidence where all captioners that write together have a calibration: with
 * `surest`, of what a search that heeds the word detectors has found the surest first.
 *
 * @param confidences of the captioners
 * @param features as the CNN gives them
 * @returns at least one caption for each picture, best first
 * @throws UsageError as `checkDecoding` does; InputError when the features are not those of whole pictures
 */
export function* writeRatedCaptionsSteps(
  writing: Omit<Writing, 'costsOf'>,
  confidences: readonly (Confidence | undefined)[],
  features: PictureFeatures,
  options: DecodingOptions | CaptionSampling,
): Steps<Caption[][]> {
  const { vocabulary, D } = writing;
  const language = chooseLanguage(vocabulary, options.language);
  const calibrated = confidences.flatMap((confidence) => {
    const calibration = confidence?.languages.get(language)?.calibration;
    return confidence && calibration ? [{ confidence, calibration }] : [];
  });
  const isCalibrated = calibrated.length === confidences.length;
  const resolved = resolveDecoding(options, isCalibrated);
  if (!isCalibrated) return yield* writeCaptionsSteps(writing, features, resolved);

  const surest = 'surest' in resolved && resolved.surest;
  const N = numberOfPictures(features, D);
  const captions: Caption[][] = [];
  // What is known of a picture takes more memory than its captions: that of some pictures at a time.
  for (let first = 0; first < N; first += ROWS) {
    const count = Math.min(ROWS, N - first);
    const numbers = Array.from({ length: count }, (_, i) => first + i);
    const some = featuresAt(features, numbers, D);
    const part = <Result>(steps: Steps<Result>, from: number, to: number) =>
      partOf(steps, (first + from * count) / N, (first + to * count) / N);
    const knowing = mapSteps(numbers, (_, n) => {
      const picture = some.vectors.subarray(n * D, (n + 1) * D);
      const judges = calibrated.map(({ confidence, calibration }) => {
        return { calibration, signals: confidence.signalsOf(picture, vocabulary, language) };
      });
      return new PictureConfidence(judges);
    });
    const known = yield* part(knowing, 0, 0.1);
    const costsOf = surest ? (picture: number) => known[picture]!.costs() : undefined;
    const written = yield* part(writeCaptionsSteps({ ...writing, costsOf }, some, resolved), 0.1, 1);
    for (const [n, ofPicture] of written.entries()) {
      const rated = ofPicture.map((caption) => known[n]!.rate(caption));
      if (surest) rated.sort((a, b) => b.confidence - a.confidence);
      captions.push(rated);
    }
  }
  return captions;
}
