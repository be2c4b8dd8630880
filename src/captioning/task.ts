/** The task of writing captions as people did, for the trainer: batches of captions, and a validation. */
import type { Random } from '../base/random.ts';
import { partOf, type Steps } from '../base/steps.ts';
import { unstandardised } from '../model/standardisation.ts';
import { shuffledBatches } from '../training/shuffled-batches.ts';
import type { TrainingTask } from '../training/task.ts';
import { type CaptionExample, eitherView, examplesSteps, repeatsOf, type Seen } from './batch.ts';
import type { Captioner } from './captioner.ts';
import { featureDrawingSteps } from './captions-only.ts';
import type { CaptionSettings } from './config.ts';
import { uniformMaps } from './picture-features.ts';
import { allCaptions, type CaptionSets } from './sets.ts';
import { captionValidation } from './validation.ts';

/**
 * The task of predicting each word of people's captions from the picture and the words before it. An epoch shows each
 * caption once, or as often as the weight of its dataset says.
 */
export function* captionTaskSteps(
  captioner: Captioner,
  { training, validation, captionsOnly }: CaptionSets,
  { batch: batchSize, seed, coverage }: CaptionSettings,
): Steps<TrainingTask> {
  const D = captioner.model.shape.condition;
  const { vocabulary } = captioner;
  const P = training.captions.length;
  const examples = yield* partOf(examplesSteps(allCaptions(training, captionsOnly), vocabulary), 0, 0.2);
  const draw =
    captionsOnly.captions.length > 0 &&
    (yield* partOf(featureDrawingSteps(captionsOnly, training, vocabulary), 0.2, 1));
  const weightOf = ({ picture }: CaptionExample) => repeatsOf(training, picture);
  const { perEpoch, batchOf, randomOf } = shuffledBatches(examples, batchSize, seed, weightOf);

  /** What is seen of picture p, which is one of the training's or, from P on, one that is not there. */
  const seenOf = (p: number, random: Random): Seen =>
    draw && p >= P ? notThere(draw(p - P, random)) : eitherView(training, p, D, random);

  /** What is seen of a picture that is not there, by its standardised vector: nothing at one place that is not at others. */
  const notThere = (vector: Float32Array): Seen => {
    const { grid, standardisation } = captioner;
    if (grid === undefined) return { vector };
    const maps = uniformMaps(unstandardised(vector, standardisation), grid, D);
    return { vector, readMap: (target) => maps.read(0, target) };
  };

  return {
    iterationsPerEpoch: perEpoch,
    batchSize,

    batch(iteration) {
      const random = randomOf(iteration);
      return { ...captioner.batchOf(batchOf(iteration), ({ picture }) => seenOf(picture, random)), coverage };
    },

    validate: captionValidation(captioner, validation, batchSize),
  };
}
