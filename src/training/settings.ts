/** How a model is trained and on what, as its config says it. */
import * as v from 'valibot';
import { anyInteger, fraction, integerFrom, number, numberFrom, positiveNumber } from '../base/schema.ts';

/** How a model is trained, whatever it learns: saved in its config, so that a training can be repeated or resumed. */
export const trainingSettingsSchema = v.object({
  /** Passes over the training data. */
  epochs: positiveNumber,
  /** Updates between two validations; 0 for one after each epoch. */
  evaluateEvery: integerFrom(0),
  /** Validations without improvement after which the training stops; 0 for never. */
  patience: integerFrom(0),
  optimizer: v.variant('name', [
    v.object({ name: v.literal('sgd') }),
    v.object({ name: v.literal('adagrad'), epsilon: number }),
    v.object({ name: v.literal('rmsprop'), decay: number, epsilon: number }),
    v.object({ name: v.literal('adam'), beta1: number, beta2: number, epsilon: number }),
  ]),
  /** The highest learning rate; the schedule says what part of it is used when. */
  learningRate: positiveNumber,
  schedule: v.variant('name', [
    v.object({ name: v.literal('constant') }),
    v.object({ name: v.literal('cosine'), warmup: integerFrom(0) }),
    v.object({ name: v.literal('decay'), factor: positiveNumber, after: numberFrom(0) }),
  ]),
  clipping: v.optional(v.object({ by: v.picklist(['value', 'norm']), limit: positiveNumber })),
  /** Probability that a value is dropped. */
  dropout: fraction,
  /** Share of the target that label smoothing gives to all tokens alike. */
  smoothing: fraction,
  /**
   * What each update leaves of the smoothed training loss, which then starts at ln V, the loss of a model that knows
   * nothing (min-char-rnn). Without it the loss is a mean over the last hundred updates or so.
   */
  lossMemory: v.optional(fraction),
  /** Of everything random: initial weights, order of the data, dropout. */
  seed: anyInteger,
});

export type TrainingSettings = v.InferOutput<typeof trainingSettingsSchema>;

/** What a model of labelled sequences or of pairs learned from. */
export const dataConfigSchema = v.object({
  name: v.string(),
  /** Examples that it learned from, and was measured on. */
  training: anyInteger,
  validation: anyInteger,
  /** What the latter are: a file's name, or which part of the data. */
  split: v.string(),
  /** Of all examples: a resumed training must find the same. */
  hash: v.string(),
});

/**
 * Passes over N examples that come to enough updates to learn from.
 *
 * @param least passes, however many examples there are
 * @param updates that are enough
 */
export function enoughEpochs(N: number, batch: number, { least, updates }: { least: number; updates: number }): number {
  return Math.max(least, Math.ceil(updates / Math.ceil(N / batch)));
}
