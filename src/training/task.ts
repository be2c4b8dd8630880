/** A task as the trainer sees it: a model, its batches, and a validation that tells which weights are better. */
import type { Steps } from '../base/steps.ts';
import type { Engine } from '../compute/engine.ts';
import type { Loss } from '../model/softmax-output.ts';
import type { TokenBatch, TrainingNoise } from '../model/token-batch.ts';
import type { UpdateRule } from '../nn/optimizer.ts';
import type { Parameter } from '../nn/parameter.ts';
import type { StackState } from '../nn/state.ts';

/** The part of a model that the trainer uses. */
export interface TrainableModel<Batch> {
  readonly engine: Engine;
  readonly parameters: readonly Parameter[];
  /** Of parameters that are not updated as all are. */
  readonly updateRules?: ReadonlyMap<Parameter, UpdateRule>;
  /** V, how many tokens or classes its softmax chooses among. */
  readonly choices: number;
  newState(batch: number): StackState;
  /** In steps, so that a long update can be stopped; between two of them nothing else may use the model. */
  lossAndGradientsSteps(batch: Batch, state: StackState, noise?: TrainingNoise): Steps<Loss>;
}

/** A batch as a task gives it. */
export type TrainingBatch<Batch = TokenBatch> = Batch & {
  /** What the training lowers (a negative reward), to be shown. Default: the mean loss of the batch */
  objective?: number;
};

/**
 * What is learned. A batch is a function of its number and of the seed that the task was made with, nothing else:
 * therefore a training can stop after any update and be resumed as if it had not.
 */
export interface TrainingTask<Batch = TokenBatch> {
  /** Updates in one pass over the data. */
  readonly iterationsPerEpoch: number;
  /** N, the sequences that a batch has at most. */
  readonly batchSize: number;

  /** The batch of update `iteration`, from 0. */
  batch(iteration: number): TrainingBatch<Batch>;

  /** Whether the sequences of this batch continue those of the batch before, from their recurrent state. Absent: never */
  continues?(iteration: number): boolean;

  /** Measures the model on held-out data, in steps between which a training can be stopped. */
  validate(): Steps<Validation>;

  /**
   * A sample of what the model writes after `iteration` updates, in steps; undefined after those that show none.
   *
   * @param state the recurrent state that the next batch begins with; must not be changed
   */
  sample?(iteration: number, state: StackState): Steps<string> | undefined;
}

/** Scores by dataset, then by name. */
export type DatasetScores = Record<string, Record<string, number>>;

export interface Validation {
  /** The best weights are those with the largest. */
  criterion: number;
  /** Scores by name: the loss in nats per token and what else the task measures. None where no data is held out. */
  scores: Record<string, number>;
  /** The same scores on each dataset by its name, where there are several; `scores` are their means then. */
  datasets?: DatasetScores;
  /** Samples of what the model writes now. */
  samples: string[];
}
