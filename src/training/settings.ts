/** How a model is trained and on what, as its config says it. */
import * as v from 'valibot';
import { atLeast, integer, number, positive, share } from '../base/schema.ts';

/** How a model is trained, whatever it learns: saved in its config, so that a training can be repeated or resumed. */
export const trainingSettingsSchema = v.object({
  /** Passes over the training data. */
  epochs: positive,
  /** Updates between two validations; 0 for one after each epoch. */
  evaluateEvery: integer(0),
  /** Validations without improvement after which the training stops; 0 for never. */
  patience: integer(0),
  optimizer: v.variant('name', [
    v.object({ name: v.literal('sgd') }),
    v.object({ name: v.literal('adagrad'), epsilon: number }),
    v.object({ name: v.literal('rmsprop'), decay: number, epsilon: number }),
    v.object({ name: v.literal('adam'), beta1: number, beta2: number, epsilon: number }),
  ]),
  /** The highest learning rate; the schedule says what part of it is used when. */
  learningRate: positive,
  schedule: v.variant('name', [
    v.object({ name: v.literal('constant') }),
    v.object({ name: v.literal('cosine'), warmup: integer(0) }),
    v.object({ name: v.literal('decay'), factor: positive, after: atLeast(0) }),
  ]),
  clipping: v.optional(v.object({ by: v.picklist(['value', 'norm']), limit: positive })),
  /** Probability that a value is dropped. */
  dropout: share,
  /** Share of the target that label smoothing gives to all tokens alike. */
  smoothing: share,
  /**
   * What each update leaves of the smoothed training loss, which then starts at ln V, the loss of a model that knows
   * nothing (min-char-rnn). Without it the loss is a mean over the last hundred updates or so.
   */
  lossMemory: v.optional(share),
  /** Of everything random: initial weights, order of the data, dropout. */
  seed: integer(),
});

export type TrainingSettings = v.InferOutput<typeof trainingSettingsSchema>;

/** What a model of labelled sequences or of pairs learned from. */
export const dataConfigSchema = v.object({
  name: v.string(),
  /** Examples that it learned from, and was measured on. */
  training: integer(),
  validation: integer(),
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
