/**
 * A training in a folder: its model is saved at the beginning and whenever a validation is better than all before, and
 * it can be resumed from its checkpoint. All products train by it. It does not know the data, and prints nothing.
 */
import { InputError } from '../base/errors.ts';
import { isStop } from '../base/steps.ts';
import type { Engine } from '../compute/engine.ts';
import type { Parameter } from '../nn/parameter.ts';
import type { TrainingEvent } from './events.ts';
import type { TrainingSettings } from './settings.ts';
import type { DatasetScores, TrainableModel, TrainingTask } from './task.ts';
import { type TrainingResult, train } from './trainer.ts';

/** Callbacks of a training, and the signal that stops it. `Data` is what it learns from and is measured on. */
export interface TrainingHooks<Config, Data> {
  /** Called before the first update, when the data has been read and the model is in its folder. */
  onStart?(config: Config, parameters: number): void;
  onEvent?(event: TrainingEvent): void;
  /**
   * Called when the training is over and the best weights are in the folder, while its data is still open: for a
   * report. If `signal` stops it, the training counts as interrupted; resumed, it comes to this call again.
   */
  onDone?(data: Data): Promise<void>;
  /** Stops the training after the running update or step of a validation; all is saved, and it can be resumed. */
  signal?: AbortSignal | undefined;
}

/** What every product's training is given, beside its data and settings. */
export interface FolderTraining<Config, Data> extends TrainingHooks<Config, Data> {
  engine: Engine;
  /** Where the model, its checkpoint, log and report go. */
  folder: string;
}

/** Scores by name, and what they were measured on, in words; `datasets` has those of each of several datasets. */
export type SavedScores = Record<string, number | string | DatasetScores>;

/** What is trained and saved: a model with its config, its vocabulary and all else that using it takes. */
export interface TrainableProduct<Config, Batch> {
  readonly config: Config;
  readonly model: TrainableModel<Batch> & { readonly parameters: readonly Parameter[]; readonly size: number };
  /** Writes it to a folder, with the scores of its weights. @throws InputError when it can't be written */
  save(folder: string, scores: SavedScores): Promise<void>;
}

export interface TrainingSession<Config, Batch, Data> {
  product: TrainableProduct<Config, Batch>;
  /** Where the product, its checkpoint, log and report go. */
  folder: string;
  task: TrainingTask<Batch>;
  data: Data;
  /** Goes on from the checkpoint in the folder. */
  resume: boolean;
  /** Validates before the first update too: weights that were trained before may be the best. Default: false */
  validateFirst?: boolean;
  /** Saved beside the scores of a validation: on what and how they were measured. */
  measured?: Readonly<Record<string, string>>;
}

/**
 * Trains in a folder until the training is over or stopped.
 *
 * @throws InputError as `train` does, and when the folder can't be written
 */
export async function runSession<Config extends { settings: TrainingSettings }, Batch, Data>(
  { product, folder, task, data, resume, validateFirst, measured = {} }: TrainingSession<Config, Batch, Data>,
  { onStart, onEvent = () => {}, onDone, signal }: TrainingHooks<Config, Data>,
): Promise<TrainingResult> {
  const { model, config } = product;
  const result = await train({
    model,
    task,
    settings: config.settings,
    folder,
    resume,
    validateFirst,
    onEvent,
    signal,
    // Behind the checkpoint: a folder that holds a model can be resumed, whenever the training is killed.
    async onBegin() {
      if (!resume) await product.save(folder, {});
      onStart?.(config, model.size);
    },
    saveBest: ({ scores, datasets }, { iteration }) =>
      product.save(folder, {
        ...scores,
        ...(Object.keys(scores).length > 0 && measured),
        iteration,
        ...(datasets && { datasets }),
      }),
  });
  if (result.interrupted) return result;
  try {
    await onDone?.(data);
  } catch (error) {
    if (isStop(error, signal)) return { ...result, interrupted: true };
    throw error;
  }
  return result;
}

/**
 * Refuses to resume a training with other data than it began with, on which its batches would be others.
 *
 * @param hash the hashes of the data found now and of the data that the training began with
 * @param words the same two for the error, and what the data is
 * @throws InputError when the hashes differ
 */
export function refuseOtherData(
  folder: string,
  hash: { found: string; expected: string },
  words: { what: string; found: string; expected: string },
): void {
  if (hash.found === hash.expected) return;
  throw new InputError(`${folder} was not trained on ${words.what}`, {
    found: words.found,
    expected: words.expected,
    advice: 'Resume with the data it was started with, split in the same way.',
  });
}
