/** Measures on pictures that nothing was trained on how sure a captioner may be. */
import { InputError } from '../../base/errors.ts';
import { Random } from '../../base/random.ts';
import { mapSteps, partOf, runAtOnce, type Steps } from '../../base/steps.ts';
import { unstandardisedSteps } from '../../model/standardisation.ts';
import { allFeatures, type CaptionedFeatures, picturesIn } from '../batch.ts';
import { type DecodingOptions, decodingDefaults } from '../caption.ts';
import type { Captioner } from '../captioner.ts';
import { chooseLanguage } from '../languages.ts';
import { featuresAt } from '../picture-features.ts';
import type { HeldOutSet } from '../sets.ts';
import { picturesAtOnce } from '../write.ts';
import type { Calibration } from './calibration.ts';
import { Confidence, namedWeights, signalList } from './confidence.ts';
import { Familiarity } from './familiarity.ts';
import { FittingCaptions } from './fitting.ts';
import { fitLogisticSteps, type Logistic, type Observation } from './logistic.ts';
import { WordDetectors } from './word-detectors.ts';

/** With fewer pictures a share of them says too little. */
const LEAST_PICTURES = 50;

/** A deviation of familiarity is never taken to be smaller. */
const LEAST_DEVIATION = 0.01;

/** Pictures with features that are standardised as the captioner does. */
export interface CalibrationSets {
  /** What the captioner has learned from, for word detectors and familiarity; it keeps those of more pictures. */
  training?: CaptionedFeatures | undefined;
  /** What nothing was trained on. Each set counts as much as the others, however many pictures it has. */
  validation: readonly HeldOutSet[];
}

/**
 * Gives a captioner a calibration: it describes pictures that nothing was trained on, and a logistic regression learns from
 * the signals of the captions whether they fit what people wrote, and likewise of their words. The best caption of a picture
 * counts as much as its other candidates together. Each language is calibrated by itself. The captioner is changed when
 * all is done, and not saved.
 *
 * @throws InputError when no language has 50 pictures with two captions or more, or there is nothing to learn word
 *   detectors from; UsageError when the captioner does not write the language of a set
 */
export function calibrateCaptioner(
  captioner: Captioner,
  sets: CalibrationSets,
  decoding?: DecodingOptions,
): Calibration[] {
  return runAtOnce(calibrateCaptionerSteps(captioner, sets, decoding));
}

/** `calibrateCaptioner`, a little at a time. @returns the calibrations of all languages */
export function* calibrateCaptionerSteps(
  captioner: Captioner,
  { training, validation }: CalibrationSets,
  decoding: DecodingOptions = decodingDefaults,
): Steps<Calibration[]> {
  const enough = calibratedLanguages(captioner, validation);
  if (enough.length === 0) refuseTooFew(calibrationShortages(captioner, validation));
  // What is learned from is there twice at most: as it is standardised, and here as the CNN gives it, once for each learner.
  let room: Float32Array<ArrayBuffer> | undefined;
  const rawFeatures: RawFeatures = ({ features }) => {
    room ??= new Float32Array(training!.features.length);
    return unstandardisedSteps(features, captioner.standardisation, room.subarray(0, features.length));
  };
  const familiarity = yield* partOf(familiaritySteps(captioner, training, rawFeatures), 0, 0.1);
  // What was calibrated by another familiarity would be wrong by this one.
  const others =
    familiarity === captioner.confidence?.familiarity ? captioner.confidence : captioner.confidence?.uncalibrated();
  const languages = new Map(others?.languages);
  for (const [i, [language, sets]] of enough.entries()) {
    const share = (part: number) => 0.1 + (0.9 * (i + part)) / enough.length;
    const learning = detectorSteps(captioner, training && picturesIn(training, language), language, rawFeatures);
    const detectors = yield* partOf(learning, share(0), share(0.3));
    const known = new Confidence(familiarity, new Map([[language, { detectors }]]));
    const measuring = calibrationSteps(captioner, known, sets, { ...decoding, language });
    languages.set(language, { detectors, calibration: yield* partOf(measuring, share(0.3), share(1)) });
  }
  captioner.confidence = new Confidence(familiarity, languages);
  return enough.map(([language]) => languages.get(language)!.calibration!);
}

/** Whether held-out sets have enough pictures with several captions each, in one language at least. */
export function canCalibrate(captioner: Captioner, validation: readonly HeldOutSet[]): boolean {
  return calibratedLanguages(captioner, validation).length > 0;
}

/** A language with too few pictures to be calibrated. */
export interface CalibrationShortage {
  language: string | undefined;
  /** Held-out pictures with two captions or more, of which `least` are needed. */
  pictures: number;
  least: number;
}

/** The languages of held-out sets that have too few pictures to be calibrated. */
export function calibrationShortages(captioner: Captioner, validation: readonly HeldOutSet[]): CalibrationShortage[] {
  return setsByLanguage(captioner, validation)
    .map(([language, sets]) => ({ language, pictures: picturesToCalibrateOn(sets), least: LEAST_PICTURES }))
    .filter(({ pictures, least }) => pictures < least);
}

type LanguageSets = [language: string | undefined, sets: HeldOutSet[]];

/** The languages that have enough pictures, with their sets. */
function calibratedLanguages(captioner: Captioner, sets: readonly HeldOutSet[]): LanguageSets[] {
  return setsByLanguage(captioner, sets).filter(
    ([, ofLanguage]) => picturesToCalibrateOn(ofLanguage) >= LEAST_PICTURES,
  );
}

function setsByLanguage({ vocabulary }: Captioner, sets: readonly HeldOutSet[]): LanguageSets[] {
  const languages = sets.map(({ language }) => chooseLanguage(vocabulary, language));
  return [...new Set(languages)].map((language) => [language, sets.filter((_, i) => languages[i] === language)]);
}

/** How many pictures can be calibrated on: those with two captions or more. */
function picturesToCalibrateOn(sets: readonly Pick<HeldOutSet, 'captions'>[]): number {
  return sets.flatMap(({ captions }) => captions).filter(({ length }) => length > 1).length;
}

/** @param shortages of all languages that there are; none where nothing is held out */
function refuseTooFew(shortages: readonly CalibrationShortage[]): never {
  const most = Math.max(0, ...shortages.map(({ pictures }) => pictures));
  throw new InputError('too few pictures to calibrate confidence on', {
    found: `${most} with several captions each${shortages.length > 1 ? ' in one language' : ''}`,
    expected: `at least ${LEAST_PICTURES}, which nothing was trained on`,
  });
}

/** The features of pictures as the CNN gives them, which the learner may overwrite. */
type RawFeatures = (pictures: CaptionedFeatures) => Steps<Float32Array>;

/** Familiarity as the captioner has it, or learned anew where there are as many pictures. */
function* familiaritySteps(
  { confidence, model }: Captioner,
  training: CaptionedFeatures | undefined,
  rawFeatures: RawFeatures,
): Steps<Familiarity> {
  const known = confidence?.familiarity;
  if (known && known.pictures > (training?.names.length ?? 0)) return known;
  if (!training) refuseUnknown();
  const features = yield* partOf(rawFeatures(training), 0, 0.1);
  return yield* partOf(Familiarity.learnSteps(model.engine, features, model.shape.condition, new Random(1)), 0.1, 1);
}

/** Word detectors as the captioner has them, or learned anew where there are as many pictures. */
function* detectorSteps(
  { confidence, model, vocabulary }: Captioner,
  training: CaptionedFeatures | undefined,
  language: string | undefined,
  rawFeatures: RawFeatures,
): Steps<WordDetectors> {
  const known = confidence?.languages.get(language)?.detectors;
  if (known && known.pictures > (training?.names.length ?? 0)) return known;
  if (!training || training.names.length === 0) refuseUnknown();
  const features = yield* partOf(rawFeatures(training), 0, 0.1);
  const pictures = { features, captions: training.captions };
  const learning = WordDetectors.learnSteps(model.engine, pictures, { vocabulary, language }, new Random(1));
  return yield* partOf(learning, 0.1, 1);
}

function refuseUnknown(): never {
  throw new InputError('the captioner does not know what it has learned from', {
    expected: 'a dataset with its training pictures',
  });
}

/** What came of one set. */
interface Measured {
  dataset: Calibration['datasets'][number];
  captions: Observation[];
  words: Observation[];
  /** Of each picture. */
  familiarities: number[];
}

/** Calibrates one language. @param sets all in it, of which one has a picture with two captions at least */
function* calibrationSteps(
  captioner: Captioner,
  known: Confidence,
  sets: readonly HeldOutSet[],
  decoding: DecodingOptions,
): Steps<Calibration> {
  const measured: Measured[] = [];
  for (const [i, set] of sets.entries()) {
    const share = (part: number) => (0.95 * (i + part)) / sets.length;
    measured.push(yield* partOf(measureSteps(captioner, known, set, decoding), share(0), share(1)));
  }
  const used = measured.filter(({ familiarities }) => familiarities.length > 0);
  const fit = (of: 'captions' | 'words'): Steps<Logistic> =>
    fitLogisticSteps(equallyWeighted(used.map((one) => one[of])));
  return {
    captions: namedWeights(yield* partOf(fit('captions'), 0.95, 0.96)),
    words: namedWeights(yield* partOf(fit('words'), 0.96, 1)),
    familiarity: normalOf(used.map(({ familiarities }) => familiarities)),
    datasets: used.map(({ dataset }) => dataset),
    decoding: Object.fromEntries(
      Object.entries(decoding).filter((option): option is [string, number] => typeof option[1] === 'number'),
    ),
  };
}

function* measureSteps(
  captioner: Captioner,
  known: Confidence,
  set: HeldOutSet,
  decoding: DecodingOptions,
): Steps<Measured> {
  const { dataset: name, features, captions: people } = set;
  const { language, surest } = decoding;
  const D = captioner.model.shape.condition;
  const raw = yield* partOf(unstandardisedSteps(features, captioner.standardisation), 0, 0);
  const signalsOf = (picture: number) =>
    known.signalsOf(raw.subarray(picture * D, (picture + 1) * D), captioner.vocabulary, language);
  const fitting = yield* partOf(FittingCaptions.createSteps(people, language), 0, 0.1);
  const N = fitting.pictures.length;
  const captions: Observation[] = [];
  const words: Observation[] = [];
  const familiarities: number[] = [];
  let fit = 0;
  // What is known of a picture takes more memory than its captions: that of some pictures at a time.
  const together = picturesAtOnce(decoding, captioner.vocabulary);
  for (let first = 0; first < N; first += together) {
    const pictures = fitting.pictures.slice(first, first + together);
    const share = (part: number) => 0.1 + (0.9 * (first + part * pictures.length)) / N;
    const signals = yield* partOf(mapSteps(pictures, signalsOf), share(0), share(0.1));
    const costsOf = surest ? (n: number) => signals[n]!.costs() : undefined;
    const some = featuresAt(allFeatures(set), pictures, D);
    const writing = captioner.describeStandardisedSteps(some, decoding, costsOf);
    const written = yield* partOf(writing, share(0.1), share(0.9));
    for (const [n, picture] of pictures.entries()) {
      yield share(0.9 + (0.1 * n) / pictures.length);
      const [candidates, known] = [written[n]!, signals[n]!];
      familiarities.push(known.familiarity);
      const texts = candidates.map((caption) => caption.words.map(({ word }) => word));
      const scores = fitting.scores(picture, texts);
      for (const [rank, caption] of candidates.entries()) {
        const weight = rank > 0 ? 1 / (candidates.length - 1) : 1;
        const outcome = fitting.fits(scores[rank]!);
        captions.push({ signals: signalList(known.ofCaption(caption)), outcome, weight });
        for (const word of caption.words) {
          const used = fitting.hasWord(picture, word.word);
          words.push({ signals: signalList(known.ofWord(word)), outcome: used, weight: weight / caption.words.length });
        }
        if (rank === 0 && outcome) fit++;
      }
    }
  }
  return {
    dataset: { name, pictures: N, threshold: fitting.threshold ?? 0, fitting: fit / Math.max(1, N) },
    captions,
    words,
    familiarities,
  };
}

/** The observations of all sets, the weights of each set scaled to 1 together. */
function equallyWeighted(sets: readonly (readonly Observation[])[]): Observation[] {
  return sets.flatMap((observations) => {
    const total = observations.reduce((sum, { weight }) => sum + weight, 0);
    return observations.map((one) => ({ ...one, weight: one.weight / total }));
  });
}

/** Mean and deviation of the values of all sets, each set counting as much as the others. */
function normalOf(sets: readonly (readonly number[])[]): Calibration['familiarity'] {
  const mean = (of: (value: number) => number) =>
    sets.reduce((sum, set) => sum + set.reduce((a, value) => a + of(value), 0) / set.length, 0) / sets.length;
  const centre = mean((value) => value);
  const deviation = Math.sqrt(mean((value) => (value - centre) ** 2));
  return { mean: centre, deviation: Math.max(LEAST_DEVIATION, deviation) };
}
