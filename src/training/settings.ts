/** The parts of a model's config that all trainings share: their settings, and the data that was learned from. */
import * as v from 'valibot';
import { checkJson } from '../base/json.ts';
import { anyInteger, fraction, integerFrom, number, numberFrom, positiveNumber } from '../base/schema.ts';

/** The settings of a training, saved in the model's config so that it can be repeated or resumed. */
export const trainingSettingsSchema = v.object({
  /** Passes over the training data. */
  epochs: positiveNumber,
  /** Updates between two validations; 0 for one after each epoch. */
  evaluateEvery: integerFrom(0),
  /** Validations without improvement after which the training stops; 0 for never. */
  patience: integerFrom(0),
  /** Keeps the weights of the last validation instead of those of the best one: where validations are few or noisy. */
  keep: v.optional(v.literal('last')),
  optimizer: v.variant('name', [
    v.object({ name: v.literal('sgd') }),
    v.object({ name: v.literal('adagrad'), epsilon: number }),
    v.object({ name: v.literal('rmsprop'), decay: number, epsilon: number }),
    v.object({ name: v.literal('adam'), beta1: number, beta2: number, epsilon: number }),
  ]),
  /** The highest learning rate, which the schedule multiplies by a factor from 0 to 1. */
  learningRate: positiveNumber,
  schedule: v.variant('name', [
    v.object({ name: v.literal('constant') }),
    v.object({ name: v.literal('cosine'), warmup: integerFrom(0) }),
    v.object({ name: v.literal('decay'), factor: positiveNumber, after: numberFrom(0) }),
  ]),
  /** How large gradients may become; any size by default. */
  clipping: v.optional(v.object({ by: v.picklist(['value', 'norm']), limit: positiveNumber })),
  /** Probability that dropout sets a value to 0. */
  dropout: fraction,
  /** Whether dropout drops the same values of a sequence at all steps of an update (see `nn/dropout.ts`). */
  lockedDropout: v.optional(v.literal(true)),
  /** Probability that a recurrent weight is dropped in an update (see `weight-dropout.ts`). */
  weightDropout: v.optional(fraction),
  /** Decoupled weight decay λ of matrices; biases do not decay (see `UpdateRule`). */
  weightDecay: v.optional(positiveNumber),
  /** What an update keeps of the moving average of the weights, which is validated and saved (see `averaged-weights.ts`). */
  average: v.optional(fraction),
  /** Share of the target distribution that label smoothing spreads evenly over all tokens. */
  smoothing: fraction,
  /**
   * Factor of the smoothed training loss in each update, which then begins at ln V, the loss of uniform predictions
   * (min-char-rnn). Without it the loss is averaged over about the last hundred updates.
   */
  lossMemory: v.optional(fraction),
  /** The seed of initial weights, of the order of the data and of dropout. */
  seed: anyInteger,
});

export type TrainingSettings = v.InferOutput<typeof trainingSettingsSchema>;

/**
 * Checks the settings of a new training, which a program may have computed: with a batch of none no epoch would end.
 *
 * @param schema of the product's settings
 * @throws InputError that names the first setting that is out of range
 */
export function checkSettings<Settings extends TrainingSettings>(
  settings: Settings,
  schema: v.GenericSchema<unknown, Settings>,
): void {
  checkJson(settings, schema, 'the object of settings');
}

/** The data that a model of labelled sequences or of pairs learned from. */
export const dataConfigSchema = v.object({
  name: v.string(),
  /** The number of examples that it learned from, and that it was measured on. */
  training: anyInteger,
  validation: anyInteger,
  /** The examples it was measured on, in words: a file's name, or which part of the data. */
  split: v.string(),
  /** Hash of all examples: a resumed training must find the same. */
  hash: v.string(),
});

export type DataConfig = v.InferOutput<typeof dataConfigSchema>;

/**
 * The epochs over N examples that make at least `updates` updates, and no fewer than `least` epochs.
 *
 * @param batch examples in an update
 */
export function enoughEpochs(N: number, batch: number, { least, updates }: { least: number; updates: number }): number {
  return Math.max(least, Math.ceil(updates / Math.ceil(N / batch)));
}
