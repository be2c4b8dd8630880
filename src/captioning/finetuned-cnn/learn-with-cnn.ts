/** Training in which the CNN learns with the captioner. Knows no CNN by its name, and not how datasets are read. */
import { InputError } from '../../base/errors.ts';
import { runInTurns } from '../../base/steps.ts';
import { type FolderTraining, runSession } from '../../training/session.ts';
import type { TrainingResult } from '../../training/trainer.ts';
import type { ExtractionEvents } from '../../vision/cached-features.ts';
import type { Cnn } from '../../vision/cnn.ts';
import { FrozenMaps } from '../../vision/frozen-maps.ts';
import type { LearnableNetwork, NetworkParts } from '../../vision/network.ts';
import type { CaptionData } from '../caption-data.ts';
import type { Captioner } from '../captioner.ts';
import type { CaptionConfig, CaptionSettings, CnnSettings } from '../config.ts';
import { loadCnnOf } from '../open.ts';
import type { CaptionSets } from '../sets.ts';
import { withMaps } from '../with-maps.ts';
import { TunedCaptioner } from './tuned-captioner.ts';
import { TunedFeatures } from './tuned-features.ts';
import { tunedTaskSteps } from './tuned-task.ts';

/** The parts of a captioner's training that its CNN has to do with. */
export type CnnTraining = FolderTraining<CaptionConfig, CaptionSets> &
  Pick<CaptionData, 'captionsOnly'> & {
    cnn: Cnn;
    /** Called as pictures become features, or maps. */
    onExtraction?: ExtractionEvents | undefined;
    /** Called first where the CNN learns, with the bytes on disk that the maps of its frozen layers take. */
    onFrozenMaps?: ((bytes: number) => void) | undefined;
    /** Called as the captions are prepared for the training, with the share that is done. */
    onPreparation?: ((share: number) => void) | undefined;
  };

/** A CNN that is going to learn. */
export interface CnnLearning {
  how: CnnSettings;
  network: LearnableNetwork;
  parts: NetworkParts;
}

/**
 * Opens the CNN of a training whose settings say that it learns.
 *
 * @param isTrained whether the captioner was trained before: gradients of a new one would spoil the CNN
 * @throws InputError when the CNN can't learn in this training, or has fewer stages
 */
export async function openCnnToLearn(
  { cnn, engine, captionsOnly }: CnnTraining,
  { cnn: how, finetune }: CaptionSettings,
  isTrained: boolean,
): Promise<CnnLearning | undefined> {
  if (!how) return undefined;
  const refusal = (found: string, expected: string) =>
    new InputError('the CNN can not learn in this training', { found, expected });
  if (!isTrained) throw refusal('a new captioner', 'one that was trained with the CNN as it is');
  if (!cnn.openToLearn) throw refusal(`the CNN ${cnn.name}`, 'an EfficientNet-Lite');
  if (engine.precision !== 'float32') throw refusal(`products in ${engine.precision}`, 'float32');
  if (finetune) throw refusal(`a training for ${finetune}`, 'one on captions as people wrote them');
  if (captionsOnly) throw refusal('captions without pictures', 'captions of pictures alone');
  const network = await cnn.openToLearn(engine);
  return { how, network, parts: network.part(how.learned) };
}

/** How a training goes on whose CNN learns. */
export interface LearningWithCnn extends CnnLearning {
  resume: boolean;
  measured: Readonly<Record<string, string>>;
  /** Reads the sets of the training as another CNN sees them. */
  setsSeenBy: (cnn: Cnn) => Promise<CaptionSets>;
}

/**
 * Trains a captioner and its CNN until the training is over or stopped.
 *
 * @param sets whose held-out features become those of the CNN as it learns
 * @throws InputError as `runSession` does, and when the maps of the frozen layers can't be kept
 */
export async function learnWithCnn(
  training: CnnTraining,
  captioner: Captioner,
  sets: CaptionSets,
  { how, network, parts, resume, measured, setsSeenBy }: LearningWithCnn,
): Promise<TrainingResult> {
  const { config, grid } = captioner;
  const { cnn, engine, folder, onExtraction, onFrozenMaps, onPreparation, onDone, signal, ...hooks } = training;
  const pictures = {
    augmented: different(sets.training.files!),
    plain: different(sets.validation.flatMap(({ files }) => files!)),
    views: how.views,
  };
  const maps = await FrozenMaps.open(cnn, network, parts, pictures, { ...onExtraction, onSize: onFrozenMaps, signal });
  try {
    const rule = { rate: how.learningRate / config.settings.learningRate, decay: how.weightDecay };
    const features = new TunedFeatures(engine, parts.learned, maps, grid);
    const tuned = new TunedCaptioner(captioner, features, rule);
    captioner.cnn = () => network.files();
    const task = await runInTurns(tunedTaskSteps(captioner, tuned, sets, config.settings, how.views), {
      onProgress: onPreparation,
      signal,
    });
    return await runSession(
      {
        product: { config, model: tuned, save: (...to) => captioner.save(...to) },
        folder,
        task,
        data: sets,
        resume,
        validateFirst: true,
        measured,
      },
      {
        ...hooks,
        signal,
        ...(onDone && {
          // A report is of the best CNN, which was saved, and hardly of the last one.
          async onDone() {
            const best = await loadCnnOf(folder, 'auto', engine);
            const seen = await setsSeenBy(best);
            await withMaps({ cnn: best, grid }, seen.validation, { ...onExtraction, signal }, async () => onDone(seen));
          },
        }),
      },
    );
  } finally {
    await maps.close();
  }
}

function different(files: readonly string[]): string[] {
  return [...new Set(files)];
}
