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
import { type Caption, type DecodingOptions, decodingDefaults } from '../src/captioning/caption.ts';
import type { Captioner } from '../src/captioning/captioner.ts';
import { calibrateCaptionerSteps } from '../src/captioning/confidence/calibrate.ts';
import { signalList } from '../src/captioning/confidence/confidence.ts';
import { type ConfidenceScores, measureConfidenceSteps } from '../src/captioning/confidence/scores.ts';
import { openCaptioner } from '../src/captioning/open.ts';
import { type HeldOutSet, readSets } from '../src/captioning/sets.ts';
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
const shown = values['non-photos'] === undefined ? [] : await picturesBelow(values['non-photos']);
const nonPhotos = shown.length > 0 ? (await cachedFeatures(shown, cnn)).features : new Float32Array();

const measured = new Map<string, ConfidenceScores[]>();
const add = (name: string, scores: ConfidenceScores | undefined) => {
  if (scores) measured.set(name, [...(measured.get(name) ?? []), scores]);
};
let low = 0;
for (const side of [0, 1]) {
  const calibration = runAtOnce(
    calibrateCaptionerSteps(captioner, { training, validation: validation.map((set) => half(set, side)) }, decoding),
  );
  console.log(JSON.stringify(calibration));
  for (const set of validation) {
    const other = half(set, 1 - side);
    const features = unstandardised(other.features, captioner.standardisation);
    const written = captioner.describe(features, decoding);
    add(`${set.dataset}: confidence`, scoresOf(written, other));
    for (const [i, name] of ['log p per word', 'detected', 'familiarity'].entries()) {
      add(`${set.dataset}: ${name}`, scoresOf(bySignal(captioner, features, written, i), other));
    }
  }
  if (nonPhotos.length > 0) {
    low +=
      captioner.describe(nonPhotos, decoding).filter(([best]) => best!.confidence! < 0.2).length / 2 / shown.length;
  }
}
for (const [name, halves] of measured) {
  const mean = (of: keyof ConfidenceScores) =>
    (halves.reduce((sum, one) => sum + one[of], 0) / halves.length).toFixed(3);
  const figures = Object.keys(halves[0]!).map((of) => `${of} ${mean(of as keyof ConfidenceScores)}`);
  console.log(`${name.padEnd(32)} ${figures.slice(0, name.endsWith('confidence') ? 6 : 2).join('  ')}`);
}
if (nonPhotos.length > 0)
  console.log(`non-photos with a confidence below 0.2: ${(100 * low).toFixed(1)} % of ${shown.length}`);
engine.close();
process.exit(0); // native threads are not waited for

function half(set: HeldOutSet, side: number): HeldOutSet {
  const kept = [...set.names.keys()].filter((i) => i % 2 === side);
  const features = new Float32Array(kept.length * D);
  for (const [i, from] of kept.entries()) features.set(set.features.subarray(from * D, (from + 1) * D), i * D);
  return {
    dataset: set.dataset,
    features,
    captions: kept.map((i) => set.captions[i]!),
    names: kept.map((i) => set.names[i]!),
  };
}

function scoresOf(written: Caption[][], { captions }: HeldOutSet): ConfidenceScores | undefined {
  return runAtOnce(measureConfidenceSteps(written, captions))?.scores;
}

/** The captions with one signal, squeezed to 0 to 1, in place of their confidence. */
function bySignal({ confidence, vocabulary }: Captioner, features: Float32Array, written: Caption[][], signal: number) {
  return written.map(([best], n) => {
    const signals = confidence!.signalsOf(features.subarray(n * D, (n + 1) * D), vocabulary);
    return [{ ...best!, confidence: 1 / (1 + Math.exp(-signalList(signals.ofCaption(best!))[signal]!)) }];
  });
}
