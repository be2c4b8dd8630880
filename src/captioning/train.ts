/** Training a captioner, from its first weights, from another one's, or from where it stopped. */

import { Random } from '../base/random.ts';
import type { Engine } from '../compute/engine.ts';
import type { CaptionDataset } from '../datasets/dataset.ts';
import { LanguageModel, type LanguageModelShape } from '../model/language-model.ts';
import { measureStandardisation, type Standardisation, standardise } from '../model/standardisation.ts';
import { refuseOtherData, runSession, type TrainingHooks } from '../training/session.ts';
import type { TrainingResult } from '../training/trainer.ts';
import type { ExtractionEvents } from '../vision/cached-features.ts';
import type { Cnn } from '../vision/cnn.ts';
import { type CaptionedFeatures, examplesOf, targetCounts } from './batch.ts';
import { Captioner } from './captioner.ts';
import type { CaptionConfig, CaptionSettings } from './config.ts';
import { featuresOf, hashOfCaptions, picturesOf } from './features.ts';
import { refuseOtherCnn } from './open.ts';
import { selfCriticalTask } from './self-critical.ts';
import { captionTask } from './task.ts';
import { captionVocabulary, extendVocabulary } from './vocabulary.ts';

/** Below this a feature has taught nothing, and in a picture of another kind its multiples would drown the rest. */
const LEAST_DEVIATION = 1e-3;

export interface CaptionTraining extends TrainingHooks<CaptionConfig, CaptionSets> {
  engine: Engine;
  dataset: CaptionDataset;
  cnn: Cnn;
  /** Where the model goes. */
  folder: string;
  settings: CaptionSettings;
  /** A new model's sizes and its CNN as `--cnn` names it, or a captioner whose weights and words are taken over. */
  start: Captioner | { shape: Pick<LanguageModelShape, 'cell' | 'layers' | 'hidden' | 'embedding'>; cnnName: string };
  /** Tells how pictures become features. */
  onExtraction?: ExtractionEvents | undefined;
}

/** Trains a captioner on a dataset's training split; its validation split chooses the best weights. */
export async function trainCaptioner(training: CaptionTraining): Promise<TrainingResult> {
  const { engine, folder, cnn, dataset, settings, start } = training;
  const initial = start instanceof Captioner ? start : undefined;
  const sets = await prepare(training, settings, initial?.standardisation);
  const captions = sets.training.captions.flat();
  const vocabulary = initial
    ? extendVocabulary(initial.vocabulary, captions, settings.threshold)
    : captionVocabulary(captions, settings.threshold);
  const config: CaptionConfig = {
    format: 1,
    kind: 'caption',
    shape: {
      ...(start instanceof Captioner ? start.config.shape : start.shape),
      vocabulary: vocabulary.size,
      condition: cnn.featureSize,
    },
    pictures: {
      cnn: start instanceof Captioner ? start.config.pictures.cnn : start.cnnName,
      key: cnn.key,
      preprocessing: cnn.preprocessing,
    },
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
  const model = new LanguageModel(engine, config.shape)
    .initialise(new Random(settings.seed))
    .startAtFrequencies(targetCounts(examplesOf(sets.training, vocabulary), vocabulary.size));
  if (initial) model.copyFrom(initial.model);
  const captioner = new Captioner(config, vocabulary, model, sets.standardisation);
  return learn(training, captioner, sets, { folder, resume: false });
}

/**
 * Goes on with a training from its last checkpoint, with the settings it was started with.
 *
 * @throws InputError when the folder has no such training, or the dataset or CNN is not the same
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
  return learn(training, captioner, sets, { folder, resume: true });
}

/** Features of both splits, standardised as the captioner does that it starts from, or by the training pictures. */
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
  for (const features of [training.features, training.mirrored, validation.features]) {
    if (features) standardise(features, standardisation);
  }
  return { training, validation, standardisation };
}

/** What a captioner learns from, and what chooses its best weights: pictures with standardised features. */
export interface CaptionSets {
  training: CaptionedFeatures;
  validation: CaptionedFeatures;
}

function learn(
  hooks: TrainingHooks<CaptionConfig, CaptionSets>,
  captioner: Captioner,
  sets: CaptionSets,
  where: { folder: string; resume: boolean },
): Promise<TrainingResult> {
  const { config } = captioner;
  const { folder, resume } = where;
  const task = config.settings.finetune === 'cider' ? selfCriticalTask : captionTask;
  return runSession(
    {
      product: captioner,
      folder,
      task: task(captioner, sets.training, sets.validation, config.settings),
      data: sets,
      resume,
      validateFirst: config.init !== undefined,
      measured: { split: 'val', decoding: 'greedy' },
    },
    hooks,
  );
}
