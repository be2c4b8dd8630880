/** The events of a training, for its log, its report and the terminal. Knows nothing of what is learned. */
import type { Validation } from './task.ts';

export type TrainingEvent =
  | ({ type: 'update' } & UpdateReport)
  | ({ type: 'validation' } & ValidationReport & Validation)
  /** A validation is under way, of which this share is done. */
  | { type: 'validating'; share: number }
  /** The model wrote these samples, outside a validation. */
  | { type: 'sample'; iteration: number; epoch: number; loss: number | undefined; samples: string[] }
  /** The training stopped before its last epoch, since its validations no longer improved. */
  | { type: 'stopped'; reason: string };

export interface UpdateReport {
  /** Updates done, of `iterations`. */
  iteration: number;
  iterations: number;
  /** Passes over the data so far, a fraction. */
  epoch: number;
  /** Mean loss per token in nats, or the task's own objective; smoothed, see `lossMemory` in the settings. */
  loss: number;
  learningRate: number;
  gradientNorm: number;
  tokensPerSecond: number;
  secondsLeft: number;
}

export interface ValidationReport {
  iteration: number;
  epoch: number;
  /** Smoothed as an update's loss is; null before the first update. */
  trainingLoss: number | null;
  /** Whether its criterion is higher than that of all validations before. */
  best: boolean;
}
