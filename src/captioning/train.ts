/** Training a captioner, from new weights, from those of another captioner, or from its last checkpoint. */
import { basename } from 'node:path';
import { Random } from '../base/random.ts';
import { mapSteps, runInTurns, type Steps } from '../base/steps.ts';
import type { CaptionsFile } from '../datasets/captions-only.ts';
import type { Oddity } from '../datasets/oddities.ts';
import { LanguageModel, type LanguageModelShape } from '../model/language-model.ts';
import { measureStandardisationSteps, type Standardisation, standardiseSteps } from '../model/standardisation.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import { refuseOtherData, runSession } from '../training/session.ts';
import { checkSettings } from '../training/settings.ts';
import type { TrainingResult } from '../training/trainer.ts';
import type { Cnn } from '../vision/cnn.ts';
import { type CaptionedFeatures, examplesSteps, type StoredGrid, targetCounts } from './batch.ts';
import { type CaptionData, datasetsOf, namesInWords, namesOf } from './caption-data.ts';
import { Captioner } from './captioner.ts';
import {
  type CaptionConfig,
  type CaptionSettings,
  captionSettingsSchema,
  type PartOfData,
  partsOfData,
} from './config.ts';
import { type CnnLearning, type CnnTraining, learnWithCnn, openCnnToLearn } from './finetuned-cnn/learn-with-cnn.ts';
import { isSpecial, languagesOf, startIds } from './languages.ts';
import { refuseOtherCnn } from './open.ts';
import { selfCriticalTaskSteps } from './self-critical.ts';
import { allCaptions, type CaptionSets, type ReadSets, readSets } from './sets.ts';
import { captionTaskSteps } from './task.ts';
import { captionVocabularySteps, extendVocabularySteps, specialIds } from './vocabulary.ts';
import { withMaps } from './with-maps.ts';

/**
 * Features that deviate less in the training pictures are not scaled up: nothing can be learned from them, and in other
 * kinds of pictures, scaled so, they would outweigh the rest.
 */
const LEAST_DEVIATION = 1e-3;

/** Pictures whose maps are measured: their cells are 16,200 vectors on a grid of 9, in 83 MB. */
const MEASURED_MAPS = 200;

/** On what and how validations are made. */
const MEASURED = { split: 'val', decoding: 'greedy' };

/** A training that goes on: with the data that it began with, as often as that was shown. */
export type ResumedCaptionTraining = CaptionData &
  CnnTraining & {
    /** Called when training pictures are left out, because another one of the datasets measures on the same photo. */
    onLeftOut?: ((oddity: Oddity) => void) | undefined;
    /** Called first where the captioner attends to maps, with the bytes on disk that these take. */
    onMaps?: ((bytes: number) => void) | undefined;
  };

export type CaptionTraining = ResumedCaptionTraining & {
  settings: CaptionSettings;
  /** Lets the captioner attend to the CNN's last map; one to start from that does so already keeps its way. */
  attention?: { grid: number; gate?: boolean | undefined } | undefined;
  /** A trained captioner whose weights and words are taken over; or a new one's shape, and its CNN's name for `loadCnn`. */
  start: Captioner | { shape: Pick<LanguageModelShape, 'cell' | 'layers' | 'hidden' | 'embedding'>; cnnName: string };
};

/**
 * Trains a captioner on the training split of a dataset, and keeps the weights with the best scores on its validation
 * split. Of several datasets it learns from all training splits, whose captions come as often as their weights say, and
 * is measured on each validation split by itself: the best weights are those with the best mean. Vocabulary and
 * standardisation are of all training captions and pictures together, each counted once whatever its weight.
 *
 * @throws InputError as `readSets` does, when a setting is out of range, and when no word comes often enough
 */
export async function trainCaptioner(training: CaptionTraining): Promise<TrainingResult> {
  const { engine, cnn, settings, start, signal } = training;
  checkSettings(settings, captionSettingsSchema);
  const inTurns = <Result>(steps: Steps<Result>) => runInTurns(steps, { signal });
  const initial = start instanceof Captioner ? start : undefined;
  const { shape, cnnName } = start instanceof Captioner ? beginningOf(start) : start;
  const attention =
    initial?.grid === undefined ? training.attention : { grid: initial.grid, gate: initial.config.shape.gate };
  const learning = await openCnnToLearn(training, settings, initial !== undefined);
  const sets = await prepare(training, settings, { standardisation: initial?.standardisation });
  const written = allCaptions(sets.training, sets.captionsOnly);
  const vocabulary = await inTurns(
    initial ? extendVocabularySteps(initial.vocabulary, written, settings) : captionVocabularySteps(written, settings),
  );
  const config: CaptionConfig = {
    format: 1,
    kind: 'caption',
    shape: {
      ...shape,
      vocabulary: vocabulary.size,
      condition: cnn.featureSize,
      ...(attention && { memory: cnn.featureSize, ...(attention.gate && { gate: true }) }),
    },
    pictures: {
      cnn: cnnName,
      key: cnn.key,
      ...(attention && { grid: attention.grid }),
      preprocessing: cnn.preprocessing,
    },
    settings,
    dataset: {
      name: namesInWords([...new Set(sets.parts.map(({ name }) => name))]),
      pictures: sets.pictures,
      captions: sets.training.captions.flat().length,
      hash: sets.hash,
    },
    ...(!isPlain(sets.parts) && { datasets: sets.parts }),
    ...(training.captionsOnly && { captionsOnly: describeCaptionsOnly(training.captionsOnly, sets) }),
    ...(initial && { init: initial.config.dataset }),
    scores: {},
  };
  const examples = await inTurns(examplesSteps(written, vocabulary));
  const model = new LanguageModel(engine, config.shape)
    .initialise(new Random(settings.seed))
    .startAtFrequencies(targetCounts(examples, vocabulary.size, sets.training));
  const kept = initial && keptTokens(initial, vocabulary);
  if (kept) takeOver(initial, kept, model, vocabulary);
  const ofMaps = attention && (initial?.mapStandardisation ?? (await measureMaps(training, attention.grid, sets)));
  const captioner = new Captioner(config, vocabulary, model, sets.standardisation, ofMaps);
  // Word detectors know words by their numbers, which are others where words are missing.
  const hasAll = kept?.length === initial?.vocabulary.size;
  if (hasAll) captioner.confidence = initial?.confidence?.uncalibrated(languagesOf(vocabulary)[0]);
  captioner.cnn = initial?.cnn;
  return learn(training, captioner, sets, learning, false);
}

/**
 * Resumes a training from its last checkpoint, with the settings it was started with.
 *
 * @throws InputError when the folder has no such training, or the dataset or the CNN is not the same
 */
export async function resumeCaptioner(training: ResumedCaptionTraining): Promise<TrainingResult> {
  const { engine, folder, cnn } = training;
  const captioner = await Captioner.load(folder, engine);
  captioner.confidence = captioner.confidence?.uncalibrated();
  refuseOtherCnn(cnn, captioner.config, folder);
  const { settings, dataset } = captioner.config;
  const learning = await openCnnToLearn(training, settings, true);
  const known = { standardisation: captioner.standardisation, datasets: partsOfData(captioner.config) };
  const sets = await prepare(training, settings, known);
  refuseOtherData(
    folder,
    { found: sets.hash, expected: dataset.hash },
    {
      what: 'these pictures and captions',
      found: `${sets.pictures} pictures of ${namesInWords(namesOf(datasetsOf(training)))}`,
      expected: `the ${dataset.pictures} pictures of ${dataset.name} and their captions`,
    },
  );
  return learn(training, captioner, sets, learning, true);
}

/** How the cells of maps are standardised: by those of so many training pictures at most, evenly chosen. */
async function measureMaps(
  { cnn, onExtraction, signal }: CaptionTraining,
  grid: number,
  { training }: CaptionSets,
): Promise<Standardisation> {
  const every = Math.ceil(training.files!.length / MEASURED_MAPS);
  const files = training.files!.filter((_, i) => i % every === 0);
  const measured: CaptionedFeatures = { ...training, files, mirrored: undefined };
  return withMaps({ cnn, grid }, [measured], { ...onExtraction, signal }, () => {
    return runInTurns(measureMapsSteps(files, measured.maps!, cnn.featureSize), { signal });
  });
}

function* measureMapsSteps(files: readonly string[], { grid, read }: StoredGrid, D: number): Steps<Standardisation> {
  const maps = yield* mapSteps(files, (file) => {
    const map = new Float32Array(grid * grid * D);
    read(map, file, 'plain');
    return map;
  });
  return yield* measureStandardisationSteps(maps, D, LEAST_DEVIATION);
}

async function learn(
  training: ResumedCaptionTraining,
  captioner: Captioner,
  sets: CaptionSets,
  learning: CnnLearning | undefined,
  resume: boolean,
): Promise<TrainingResult> {
  const { config } = captioner;
  const { cnn, folder, onExtraction, onMaps, onPreparation, signal } = training;
  if (learning) {
    const { standardisation } = captioner;
    const known = { standardisation, datasets: partsOfData(config) };
    const setsSeenBy = (cnn: Cnn) => prepare({ ...training, cnn }, config.settings, known);
    return learnWithCnn(training, captioner, sets, { ...learning, resume, setsSeenBy, measured: MEASURED });
  }
  const events = { ...onExtraction, onSize: onMaps, signal };
  return withMaps({ cnn, grid: captioner.grid }, [sets.training, ...sets.validation], events, async () => {
    const taskSteps = config.settings.finetune === 'cider' ? selfCriticalTaskSteps : captionTaskSteps;
    const task = await runInTurns(taskSteps(captioner, sets, config.settings), { onProgress: onPreparation, signal });
    const validateFirst = config.init !== undefined;
    const session = { product: captioner, folder, task, data: sets, resume, validateFirst, measured: MEASURED };
    return runSession(session, training);
  });
}

function beginningOf({ config }: Captioner) {
  return { shape: config.shape, cnnName: config.pictures.cnn };
}

function describeCaptionsOnly(files: readonly CaptionsFile[], { captionsOnly }: CaptionSets) {
  return { files: files.map(({ path }) => basename(path)), captions: captionsOnly.captions.flat().length };
}

/** Whether the data is one dataset of which each caption comes once in an epoch and says no language. */
function isPlain([first, ...others]: ReadSets['parts']): boolean {
  return others.length === 0 && first!.weight === 1 && first!.language === undefined;
}

/** The tokens of a captioner that a vocabulary keeps, which has them in front. */
function keptTokens({ vocabulary: { tokens } }: Captioner, vocabulary: Vocabulary): number[] {
  return [...tokens.keys()].filter((id) => isSpecial(tokens[id]!) || vocabulary.idOf(tokens[id]!) !== undefined);
}

/** Takes over the weights of a captioner's tokens. Languages that are new to it begin as its first one does. */
function takeOver(initial: Captioner, kept: readonly number[], model: LanguageModel, vocabulary: Vocabulary): void {
  const { start } = specialIds(initial.vocabulary);
  const starts = new Set(startIds(vocabulary).values());
  const none = (id: number) => (starts.has(id) ? start : -1);
  model.copyFrom(
    initial.model,
    Array.from(vocabulary.tokens, (_, id) => kept[id] ?? none(id)),
  );
}

/**
 * The sets of a training, with standardised features.
 *
 * @param known how the features are standardised, by default by the mean and deviation of the training pictures; and the
 *   names and weights of the datasets, by default as they are given
 */
async function prepare(
  training: ResumedCaptionTraining,
  { mirrored, cnn: learning }: CaptionSettings,
  known: { standardisation?: Standardisation | undefined; datasets?: readonly PartOfData[] },
): Promise<ReadSets & { standardisation: Standardisation }> {
  const { cnn, signal } = training;
  // A CNN that learns sees views of its own.
  const sets = await readSets(training, { ...training, mirrored: mirrored && !learning, known: known.datasets });
  const { features, mirrored: mirrorImages } = sets.training;
  const standardisation =
    known.standardisation ??
    (await runInTurns(measureStandardisationSteps([features], cnn.featureSize, LEAST_DEVIATION), { signal }));
  // Two languages of the same pictures share their features, which are not to be standardised twice.
  const parts = new Set([features, mirrorImages, ...sets.validation.map((set) => set.features)]);
  for (const part of parts) if (part) await runInTurns(standardiseSteps(part, standardisation), { signal });
  return { ...sets, standardisation };
}
