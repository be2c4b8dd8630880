import { z } from 'zod';

/** How a model is trained, whatever it learns: saved in its config, so that a training can be repeated or resumed. */
export const trainingSettingsSchema = z.object({
  /** Passes over the training data. */
  epochs: z.number().positive(),
  /** Updates between two validations; 0 for one after each epoch. */
  evaluateEvery: z.int().min(0),
  /** Validations without improvement after which the training stops; 0 for never. */
  patience: z.int().min(0),
  optimizer: z.discriminatedUnion('name', [
    z.object({ name: z.literal('sgd') }),
    z.object({ name: z.literal('adagrad'), epsilon: z.number() }),
    z.object({ name: z.literal('rmsprop'), decay: z.number(), epsilon: z.number() }),
    z.object({ name: z.literal('adam'), beta1: z.number(), beta2: z.number(), epsilon: z.number() }),
  ]),
  /** The highest learning rate; the schedule says what part of it is used when. */
  learningRate: z.number().positive(),
  schedule: z.discriminatedUnion('name', [
    z.object({ name: z.literal('constant') }),
    z.object({ name: z.literal('cosine'), warmup: z.int().min(0) }),
    z.object({ name: z.literal('decay'), factor: z.number().positive(), after: z.number().min(0) }),
  ]),
  clipping: z.object({ by: z.enum(['value', 'norm']), limit: z.number().positive() }).optional(),
  /** Probability that a value is dropped. */
  dropout: z.number().min(0).lt(1),
  /** Share of the target that label smoothing gives to all tokens alike. */
  smoothing: z.number().min(0).lt(1),
  /**
   * What each update leaves of the smoothed training loss, which then starts at ln V, the loss of a model that knows
   * nothing (min-char-rnn). Without it the loss is a mean over the last hundred updates or so.
   */
  lossMemory: z.number().min(0).lt(1).optional(),
  /** Of everything random: initial weights, order of the data, dropout. */
  seed: z.int(),
});

export type TrainingSettings = z.infer<typeof trainingSettingsSchema>;
