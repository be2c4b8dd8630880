/**
 * Measures how good a captioner's confidence is on pictures that it was not calibrated on, by halves:
 *
 *     npm run bench -- confidence DATASET… [--model FOLDER] [--learned-from DATASET] [--beam 3] [--consensus 60]
 *       [--non-photos FOLDER]
 *
 * Half of the validation pictures of each dataset (every other one) calibrate, the others are measured, and the other way
 * round. Beside the confidence, each signal that it is made of is measured by itself. Of non-photos, as
 * scripts/make-non-photos.ts makes them, it tells the share with a confidence below 0.2. `--learned-from` names datasets
 * that the captioner has learned from beside the training splits of those that are measured.
 */
import { parseArgs } from 'node:util';
import { runAtOnce } from '../src/base/steps.ts';
import { selectRows } from '../src/captioning/batch.ts';
import { type Caption, type DecodingOptions, decodingDefaults } from '../src/captioning/caption.ts';
import { calibrateCaptioner } from '../src/captioning/confidence/calibrate.ts';
import { signalList } from '../src/captioning/confidence/confidence.ts';
import { type ConfidenceScores, measureConfidenceSteps } from '../src/captioning/confidence/scores.ts';
import { chooseLanguage } from '../src/captioning/languages.ts';
import { openCaptioner } from '../src/captioning/open.ts';
import { type HeldOutSet, readSets } from '../src/captioning/sets.ts';
import { table } from '../src/cli/table.ts';
import { openEngine } from '../src/compute/engine.ts';
import { picturesBelow } from '../src/datasets/pictures.ts';
import { readCaptionDataset } from '../src/datasets/read.ts';
import { standardise, unstandardised } from '../src/model/standardisation.ts';
import { cachedFeatures } from '../src/vision/cached-features.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: 'string' },
    consensus: { type: 'string' },
    beam: { type: 'string' },
    'non-photos': { type: 'string' },
    'learned-from': { type: 'string', multiple: true },
  },
});
const decoding: DecodingOptions = {
  ...decodingDefaults,
  ...(values.consensus !== undefined && { consensus: Number(values.consensus) }),
  ...(values.beam !== undefined && { beam: Number(values.beam) }),
};

const engine = await openEngine('auto');
const { captioner, cnn } = await openCaptioner(engine, { folder: values.model });
const D = cnn.featureSize;
const datasets = [];
for (const path of positionals) datasets.push({ dataset: await readCaptionDataset(path) });
for (const path of values['learned-from'] ?? []) {
  datasets.push({ dataset: await readCaptionDataset(path, { valShare: 0 }) });
}
const { training, validation } = await readSets({ datasets }, { cnn, mirrored: false });
for (const { features } of [training, ...validation]) standardise(features, captioner.standardisation);
const shown = values['non-photos'] === undefined ? [] : (await picturesBelow(values['non-photos'])).files;
const nonPhotos = shown.length > 0 ? (await cachedFeatures(shown, cnn)).features : new Float32Array();

const measured = new Map<string, ConfidenceScores[]>();
const add = (name: string, scores: ConfidenceScores | undefined) => {
  if (scores) measured.set(name, [...(measured.get(name) ?? []), scores]);
};
let unsure = 0;
for (const side of [0, 1]) {
  const sets = { training, validation: validation.map((set) => half(set, side)) };
  console.log(JSON.stringify(calibrateCaptioner(captioner, sets, decoding)));
  for (const set of validation) {
    const others = half(set, 1 - side);
    const features = unstandardised(others.features, captioner.standardisation);
    const language = chooseLanguage(captioner.vocabulary, set.language);
    const written = captioner.describe(features, { ...decoding, language });
    const scoresOf = (captions: Caption[][]) =>
      runAtOnce(measureConfidenceSteps(captions, others.captions, language))?.scores;
    for (const [i, name] of ['log p a word', 'detected words', 'familiarity'].entries()) {
      add(`${set.dataset}: ${name}`, scoresOf(bySignal(features, written, language, i)));
    }
    add(`${set.dataset}: all, calibrated`, scoresOf(written));
  }
  const rated = shown.length > 0 ? captioner.describe(nonPhotos, decoding) : [];
  unsure += rated.filter(([best]) => best!.confidence! < 0.2).length / 2;
}
const FIGURES = [
  'rankCorrelation',
  'surerHalf',
  'calibrationError',
  'wordCalibrationError',
  'meanConfidence',
  'fitting',
] as const;
const mean = (halves: ConfidenceScores[], of: (typeof FIGURES)[number]) =>
  (halves.reduce((sum, one) => sum + one[of], 0) / halves.length).toFixed(3);
console.log(
  table([
    ['', ...FIGURES],
    ...[...measured].map(([name, halves]) => [
      name,
      // What a signal has of these is no confidence that could come true.
      ...FIGURES.slice(0, name.endsWith('calibrated') ? undefined : 2).map((of) => mean(halves, of)),
    ]),
  ]),
);
if (shown.length > 0)
  console.log(`${unsure} of ${shown.length} non-photos have a confidence below 0.2 (the mean of both halves)`);
engine.close();
process.exit(0); // native threads are not waited for

/** Every other picture. */
function half(set: HeldOutSet, side: number): HeldOutSet {
  const kept = [...set.names.keys()].filter((i) => i % 2 === side);
  return {
    dataset: set.dataset,
    language: set.language,
    features: selectRows(set.features, kept, set.names.length),
    captions: kept.map((i) => set.captions[i]!),
    names: kept.map((i) => set.names[i]!),
  };
}

/** The captions with one signal, squeezed to 0 to 1, in place of their confidence. */
function bySignal(features: Float32Array, written: Caption[][], language: string | undefined, signal: number) {
  const { confidence, vocabulary } = captioner;
  return written.map(([best], n) => {
    const signals = confidence!.signalsOf(features.subarray(n * D, (n + 1) * D), vocabulary, language);
    return [{ ...best!, confidence: 1 / (1 + Math.exp(-signalList(signals.ofCaption(best!))[signal]!)) }];
  });
}
