/** The task of writing captions as people did, for the trainer: batches of captions, and a validation. */
import { Random } from '../base/random.ts';
import type { Steps } from '../base/steps.ts';
import { shuffledBatches } from '../training/shuffled-batches.ts';
import type { TrainingTask } from '../training/task.ts';
import { type CaptionExample, eitherFeatures, examplesSteps, repeatsOf, tokenBatch } from './batch.ts';
import type { Captioner } from './captioner.ts';
import type { CaptionSettings } from './config.ts';
import type { CaptionSets } from './sets.ts';
import { captionValidation } from './validation.ts';

/**
 * The task of predicting each word of people's captions from the picture and the words before it. An epoch shows each
 * caption once, or as often as the weight of its dataset says.
 */
export function* captionTaskSteps(
  captioner: Captioner,
  { training, validation }: CaptionSets,
  { batch: batchSize, seed }: CaptionSettings,
): Steps<TrainingTask> {
  const D = captioner.model.shape.condition;
  const examples = yield* examplesSteps(training, captioner.vocabulary);
  const weightOf = ({ picture }: CaptionExample) => repeatsOf(training, picture);
  const { perEpoch, batchOf } = shuffledBatches(examples, batchSize, seed, weightOf);

  return {
    iterationsPerEpoch: perEpoch,
    batchSize,
    continues: () => false,

    batch(iteration) {
      const random = new Random(seed * 1013 + iteration);
      return tokenBatch(batchOf(iteration), D, ({ picture }) => eitherFeatures(training, picture, D, random));
    },

    validate: captionValidation(captioner, validation, batchSize),
  };
}
