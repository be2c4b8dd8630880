/** The task of writing captions as people did, for the trainer: batches of captions, and a validation. */
import { Random } from '../base/random.ts';
import type { Steps } from '../base/steps.ts';
import { shuffledBatches } from '../training/shuffled-batches.ts';
import type { TrainingTask } from '../training/task.ts';
import { type CaptionedFeatures, eitherFeatures, examplesSteps, tokenBatch } from './batch.ts';
import type { Captioner } from './captioner.ts';
import type { CaptionSettings } from './config.ts';
import { captionValidation } from './validation.ts';

/** The task of predicting each word of people's captions from the picture and the words before it. */
export function* captionTaskSteps(
  captioner: Captioner,
  training: CaptionedFeatures,
  validation: CaptionedFeatures,
  { batch: batchSize, seed }: CaptionSettings,
): Steps<TrainingTask> {
  const D = captioner.model.shape.condition;
  const examples = yield* examplesSteps(training, captioner.vocabulary);
  const { perEpoch, batchOf } = shuffledBatches(examples, batchSize, seed);

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
