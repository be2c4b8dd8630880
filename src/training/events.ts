/** What happens in a training, as it happens: for logs, reports and whoever watches. Knows nothing of what is learned. */
import type { Validation } from './task.ts';

export type TrainingEvent =
  | ({ type: 'update' } & UpdateReport)
  | ({ type: 'validation' } & ValidationReport & Validation)
  | { type: 'validating'; share: number }
  | { type: 'sample'; iteration: number; epoch: number; loss: number | undefined; samples: string[] }
  | { type: 'stopped'; reason: string };

export interface UpdateReport {
  /** Updates done, of `iterations`. */
  iteration: number;
  iterations: number;
  /** Passes over the data, a fraction. */
  epoch: number;
  /** Mean loss per token, or what else the task lowers, smoothed: see `lossMemory` in the settings. */
  loss: number;
  learningRate: number;
  gradientNorm: number;
  tokensPerSecond: number;
  secondsLeft: number;
}

export interface ValidationReport {
  iteration: number;
  epoch: number;
  /** Smoothed as an update's; null before the first update. */
  trainingLoss: number | null;
  /** Whether it is better than all before. */
  best: boolean;
}
