/** What a training is given: types alone, so that the parts of the trainer need nothing of each other. */
import type { LanguageModel } from '../model/language-model.ts';
import type { TokenBatch } from '../model/token-batch.ts';
import type { Progress } from './checkpoint.ts';
import type { TrainingEvent } from './events.ts';
import type { TrainingSettings } from './settings.ts';
import type { TrainableModel, TrainingTask, Validation } from './task.ts';

/** A training, as `train` runs it. */
export interface TrainingRun<Model = LanguageModel, Batch = TokenBatch> {
  model: Model;
  task: TrainingTask<Batch>;
  settings: TrainingSettings;
  /** Where the checkpoint and `log.jsonl` are kept; without it neither is, and the training can't be resumed. */
  folder?: string | undefined;
  /** Goes on from the checkpoint in the folder. */
  resume: boolean;
  /** Validates before the first update too: weights that were trained before may be the best. Default: false */
  validateFirst?: boolean | undefined;
  /** Called before the first update, when there is a checkpoint in the folder. */
  onBegin?(): Promise<void>;
  /** Saves the model; called whenever a validation is better than all before. */
  saveBest(validation: Validation, progress: Progress): Promise<void>;
  onEvent(event: TrainingEvent): void;
  /** Stops in an update or a validation, with which a resumed training begins again; all that was done is saved. */
  signal?: AbortSignal | undefined;
}

/** A run of any model. */
export type AnyRun = TrainingRun<TrainableModel<unknown>, unknown>;
