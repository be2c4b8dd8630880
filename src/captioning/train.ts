/** Training a captioner, from new weights, from those of another captioner, or from its last checkpoint. */
import { Random } from '../base/random.ts';
import { mapSteps, runInTurns, type Steps } from '../base/steps.ts';
import type { CaptionDataset } from '../datasets/dataset.ts';
import { LanguageModel, type LanguageModelShape } from '../model/language-model.ts';
import { measureStandardisation, type Standardisation, standardise } from '../model/standardisation.ts';
import { type FolderTraining, refuseOtherData, runSession } from '../training/session.ts';
import type { TrainingResult } from '../training/trainer.ts';
import type { ExtractionEvents } from '../vision/cached-features.ts';
import type { Cnn } from '../vision/cnn.ts';
import { type CaptionedFeatures, examplesSteps, targetCounts } from './batch.ts';
import { Captioner } from './captioner.ts';
import type { CaptionConfig, CaptionSettings } from './config.ts';
import { featuresOf, hashOfCaptions, picturesOf } from './features.ts';
import { refuseOtherCnn } from './open.ts';
import { selfCriticalTaskSteps } from './self-critical.ts';
import { captionTaskSteps } from './task.ts';
import { captionVocabularySteps, extendVocabularySteps } from './vocabulary.ts';

/**
 * Features that deviate less in the training pictures are not scaled up: nothing can be learned from them, and in other
 * kinds of pictures, scaled so, they would outweigh the rest.
 */
const LEAST_DEVIATION = 1e-3;

/** The pictures that a captioner learns from, and those that choose its best weights, with standardised features. */
export interface CaptionSets {
  training: CaptionedFeatures;
  validation: CaptionedFeatures;
}

export interface CaptionTraining extends FolderTraining<CaptionConfig, CaptionSets> {
  dataset: CaptionDataset;
  cnn: Cnn;
  settings: CaptionSettings;
  /** A trained captioner whose weights and words are taken over; or a new one's shape, and its CNN's name for `loadCnn`. */
  start: Captioner | { shape: Pick<LanguageModelShape, 'cell' | 'layers' | 'hidden' | 'embedding'>; cnnName: string };
  /** Called as pictures become features. */
  onExtraction?: ExtractionEvents | undefined;
}

/**
 * Trains a captioner on the training split of a dataset, and keeps the weights with the best scores on its validation
 * split.
 *
 * @throws InputError when a split is missing, no picture of it can be read, or no word comes often enough
 */
export async function trainCaptioner(training: CaptionTraining): Promise<TrainingResult> {
  const { engine, cnn, dataset, settings, start, signal } = training;
  const inTurns = <Result>(steps: Steps<Result>) => runInTurns(steps, { signal });
  const initial = start instanceof Captioner ? start : undefined;
  const { shape, cnnName } = start instanceof Captioner ? beginningOf(start) : start;
  const sets = await prepare(training, settings, initial?.standardisation);
  const captions = sets.training.captions.flat();
  const vocabulary = await inTurns(
    initial
      ? extendVocabularySteps(initial.vocabulary, captions, settings.threshold)
      : captionVocabularySteps(captions, settings.threshold),
  );
  const config: CaptionConfig = {
    format: 1,
    kind: 'caption',
    shape: { ...shape, vocabulary: vocabulary.size, condition: cnn.featureSize },
    pictures: { cnn: cnnName, key: cnn.key, preprocessing: cnn.preprocessing },
    settings,
    dataset: {
      name: dataset.name,
      pictures: sets.training.names.length,
      captions: captions.length,
      hash: hashOfCaptions([sets.training, sets.validation]),
    },
    ...(initial && { init: initial.config.dataset }),
    scores: {},
  };
  const examples = await inTurns(examplesSteps(sets.training, vocabulary));
  const model = new LanguageModel(engine, config.shape)
    .initialise(new Random(settings.seed))
    .startAtFrequencies(targetCounts(examples, vocabulary.size));
  if (initial) model.copyFrom(initial.model);
  return learn(training, new Captioner(config, vocabulary, model, sets.standardisation), sets, false);
}

/**
 * Resumes a training from its last checkpoint, with the settings it was started with.
 *
 * @throws InputError when the folder has no such training, or the dataset or the CNN is not the same
 */
export async function resumeCaptioner(training: Omit<CaptionTraining, 'settings' | 'start'>): Promise<TrainingResult> {
  const { engine, folder, cnn } = training;
  const captioner = await Captioner.load(folder, engine);
  refuseOtherCnn(cnn, captioner.config, folder);
  const { settings, dataset } = captioner.config;
  const sets = await prepare(training, settings, captioner.standardisation);
  refuseOtherData(
    folder,
    { found: hashOfCaptions([sets.training, sets.validation]), expected: dataset.hash },
    {
      what: 'these pictures and captions',
      found: `${sets.training.names.length} pictures of ${training.dataset.name}`,
      expected: `the ${dataset.pictures} pictures of ${dataset.name} and their captions`,
    },
  );
  return learn(training, captioner, sets, true);
}

async function learn(
  training: FolderTraining<CaptionConfig, CaptionSets>,
  captioner: Captioner,
  sets: CaptionSets,
  resume: boolean,
): Promise<TrainingResult> {
  const { config } = captioner;
  const { folder, signal } = training;
  const taskSteps = config.settings.finetune === 'cider' ? selfCriticalTaskSteps : captionTaskSteps;
  const task = await runInTurns(taskSteps(captioner, sets.training, sets.validation, config.settings), { signal });
  const measured = { split: 'val', decoding: 'greedy' };
  const validateFirst = config.init !== undefined;
  return runSession({ product: captioner, folder, task, data: sets, resume, validateFirst, measured }, training);
}

function beginningOf({ config }: Captioner) {
  return { shape: config.shape, cnnName: config.pictures.cnn };
}

/**
 * The features of both splits.
 *
 * @param known how they are standardised; by default by the mean and deviation of the training pictures
 */
async function prepare(
  { dataset, cnn, onExtraction, signal }: Pick<CaptionTraining, 'dataset' | 'cnn' | 'onExtraction' | 'signal'>,
  { mirrored }: CaptionSettings,
  known?: Standardisation,
): Promise<CaptionSets & { standardisation: Standardisation }> {
  const extraction = { ...onExtraction, signal };
  const pictures = { training: picturesOf(dataset, 'train'), validation: picturesOf(dataset, 'val') };
  const training = await featuresOf(pictures.training, cnn, mirrored, extraction);
  const validation = await featuresOf(pictures.validation, cnn, false, extraction);
  const standardisation = known ?? measureStandardisation([training.features], cnn.featureSize, LEAST_DEVIATION);
  const parts = [training.features, training.mirrored, validation.features].filter((part) => part !== undefined);
  await runInTurns(
    mapSteps(parts, (part) => standardise(part, standardisation)),
    { signal },
  );
  return { training, validation, standardisation };
}
