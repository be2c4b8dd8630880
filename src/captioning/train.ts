import { InputError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import type { Engine } from '../compute/engine.ts';
import type { CaptionDataset } from '../datasets/dataset.ts';
import { LanguageModel, type LanguageModelShape } from '../model/language-model.ts';
import { saveModel } from '../model/model-folder.ts';
import {
  measureStandardisation,
  type Standardisation,
  standardisationTensors,
  standardise,
} from '../model/standardisation.ts';
import { type TrainingEvent, type TrainingResult, train } from '../training/trainer.ts';
import type { Cnn } from '../vision/cnn.ts';
import { type CaptionedFeatures, examplesOf, targetCounts } from './batch.ts';
import { Captioner } from './captioner.ts';
import type { CaptionConfig, CaptionSettings } from './config.ts';
import { type ExtractionEvents, featuresOf, hashOfCaptions, picturesOf } from './features.ts';
import { refuseOtherCnn } from './open.ts';
import { selfCriticalTask } from './self-critical.ts';
import { captionTask } from './task.ts';
import { captionVocabulary, extendVocabulary } from './vocabulary.ts';

export interface CaptionTraining {
  engine: Engine;
  dataset: CaptionDataset;
  cnn: Cnn;
  /** Where the model goes. */
  folder: string;
  settings: CaptionSettings;
  /** A new model's sizes and its CNN as `--cnn` names it, or a captioner whose weights and words are taken over. */
  start: Captioner | { shape: Pick<LanguageModelShape, 'cell' | 'layers' | 'hidden' | 'embedding'>; cnnName: string };
  extraction: ExtractionEvents;
  onStart?(captions: number, vocabulary: number, parameters: number): void;
  onEvent(event: TrainingEvent): void;
  signal?: AbortSignal | undefined;
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
  await save(folder, captioner, {});
  return run(training, captioner, sets, false);
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
  if (hashOfCaptions([sets.training, sets.validation]) !== dataset.hash) {
    throw new InputError(`${folder} was not trained on these pictures and captions`, {
      found: `${sets.training.names.length} pictures of ${training.dataset.name}`,
      expected: `the ${dataset.pictures} pictures of ${dataset.name} and their captions`,
      advice: 'Resume with the dataset it was started with.',
    });
  }
  return run(training, captioner, sets, true);
}

/** Features of both splits, standardised as the captioner does that it starts from, or by the training pictures. */
async function prepare(
  { dataset, cnn, extraction }: Pick<CaptionTraining, 'dataset' | 'cnn' | 'extraction'>,
  { mirrored }: CaptionSettings,
  known?: Standardisation,
) {
  const pictures = { training: picturesOf(dataset, 'train'), validation: picturesOf(dataset, 'val') };
  const training = await featuresOf(pictures.training, cnn, mirrored, extraction);
  const validation = await featuresOf(pictures.validation, cnn, false, extraction);
  const standardisation = known ?? measureStandardisation(training.features, cnn.featureSize);
  for (const features of [training.features, training.mirrored, validation.features]) {
    if (features) standardise(features, standardisation);
  }
  return { training, validation, standardisation };
}

function run(
  { folder, onStart, onEvent, signal }: Pick<CaptionTraining, 'folder' | 'onStart' | 'onEvent' | 'signal'>,
  captioner: Captioner,
  sets: { training: CaptionedFeatures; validation: CaptionedFeatures },
  resume: boolean,
): Promise<TrainingResult> {
  const { model, config } = captioner;
  const task = config.settings.finetune === 'cider' ? selfCriticalTask : captionTask;
  onStart?.(config.dataset.captions, config.shape.vocabulary, model.size);
  return train({
    model,
    task: task(captioner, sets.training, sets.validation, config.settings),
    settings: config.settings,
    folder,
    resume,
    validateFirst: config.init !== undefined,
    onEvent,
    signal,
    saveBest: ({ scores }, { iteration }) =>
      save(folder, captioner, { ...scores, split: 'val', decoding: 'greedy', iteration }),
  });
}

async function save(
  folder: string,
  { config, vocabulary, model, standardisation }: Captioner,
  scores: CaptionConfig['scores'],
): Promise<void> {
  const extra = standardisationTensors(standardisation);
  await saveModel(folder, { config: { ...config, scores }, vocabulary, model }, { extra });
}
