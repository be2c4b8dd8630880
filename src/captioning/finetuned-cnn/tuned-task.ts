/** The task of writing captions as people did, for a captioner whose CNN learns too: batches of views, a validation. */
import { partOf, type Steps } from '../../base/steps.ts';
import { shuffledBatches } from '../../training/shuffled-batches.ts';
import type { TrainingTask } from '../../training/task.ts';
import { type CaptionExample, examplesSteps, repeatsOf, tokenBatch } from '../batch.ts';
import type { Captioner } from '../captioner.ts';
import type { CaptionSettings } from '../config.ts';
import type { CaptionSets, HeldOutSet } from '../sets.ts';
import { captionValidation } from '../validation.ts';
import type { TunedBatch, TunedCaptioner } from './tuned-captioner.ts';
import type { PictureView } from './tuned-features.ts';

/** The share of a validation's time that the CNN takes, about. */
const FEATURES_SHARE = 0.5;

/**
 * As `captionTaskSteps`; each caption comes with one of the views of its picture. Before each validation what is seen
 * of the held-out sets becomes what the CNN gives by then.
 *
 * @param views of each training picture
 */
export function* tunedTaskSteps(
  captioner: Captioner,
  tuned: TunedCaptioner,
  { training, validation }: CaptionSets,
  { batch: batchSize, seed, coverage }: CaptionSettings,
  views: number,
): Steps<TrainingTask<TunedBatch>> {
  const examples = yield* examplesSteps(training, captioner.vocabulary);
  const weightOf = ({ picture }: CaptionExample) => repeatsOf(training, picture);
  const { perEpoch, batchOf, randomOf } = shuffledBatches(examples, batchSize, seed, weightOf);
  const validate = captionValidation(captioner, validation, batchSize);

  return {
    iterationsPerEpoch: perEpoch,
    batchSize,

    batch(iteration) {
      const random = randomOf(iteration);
      const pictures: PictureView[] = [];
      const batch = tokenBatch(batchOf(iteration), 0, ({ picture }) => {
        pictures.push({ file: training.files![picture]!, view: random.integer(views) });
        return NOTHING;
      });
      return { ...batch, pictures, coverage };
    },

    *validate() {
      yield* partOf(refreshSteps(tuned, validation), 0, FEATURES_SHARE);
      return yield* partOf(validate(), FEATURES_SHARE, 1);
    },
  };
}

const NOTHING = { vector: new Float32Array() };

/** Gives held-out sets what the CNN sees by now. */
function* refreshSteps(tuned: TunedCaptioner, sets: readonly HeldOutSet[]): Steps<void> {
  for (const [i, set] of sets.entries()) {
    yield* partOf(tuned.refreshSteps(set), i / sets.length, (i + 1) / sets.length);
  }
}
