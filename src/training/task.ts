/** What a training needs to know of what is learned: the model, its batches, what counts as better. */
import type { Steps } from '../base/steps.ts';
import type { Engine } from '../compute/engine.ts';
import type { TokenBatch, TrainingNoise } from '../model/language-model.ts';
import type { Loss } from '../model/softmax-output.ts';
import type { Parameter } from '../nn/parameter.ts';
import type { StackState } from '../nn/state.ts';

/** What the trainer needs of a model, whatever it reads and writes. */
export interface TrainableModel<Batch> {
  readonly engine: Engine;
  readonly parameters: readonly Parameter[];
  /** What its softmax chooses among: tokens, classes. */
  readonly choices: number;
  newState(batch: number): StackState;
  lossAndGradients(batch: Batch, state: StackState, noise?: TrainingNoise): Loss;
}

/** A batch of a training. */
export type TrainingBatch<Batch = TokenBatch> = Batch & {
  /** What the training lowers, where it is not the mean loss of the batch: a negative reward. */
  objective?: number;
};

/**
 * What is learned: the batches and what counts as better. A batch is a function of its number alone (and of the seed
 * the task was made with), which is why a training can stop anywhere and be resumed as if it had not.
 */
export interface TrainingTask<Batch = TokenBatch> {
  /** Updates in one pass over the data. */
  readonly iterationsPerEpoch: number;
  /** Most sequences in a batch. */
  readonly batchSize: number;

  /** The batch of update `iteration`, from 0. */
  batch(iteration: number): TrainingBatch<Batch>;

  /** Whether the sequences of this batch go on from where those of the batch before ended. */
  continues(iteration: number): boolean;

  /** Measures the model on data it does not learn from, in steps that a training can be stopped between. */
  validate(): Steps<Validation>;

  /**
   * What the model writes after so many updates, where that is to be shown; it is shown with validations too.
   *
   * @param state where the next batch starts from; not to be changed
   */
  sample?(iteration: number, state: StackState): string[] | undefined;
}

export interface Validation {
  /** What the best weights are chosen by; larger is better. */
  criterion: number;
  /** Figures by name: loss in nats per token and whatever else the task measures. None where there is no such data. */
  scores: Record<string, number>;
  /** What the model writes now. */
  samples: string[];
}
