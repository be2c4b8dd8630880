/**
 * A training in a folder, whatever it is of: the model is saved at its beginning and whenever it is better than before,
 * goes on from where it stopped, and tells what happens. It knows no data, and prints nothing.
 */
import { InputError } from '../base/errors.ts';
import type { Parameter } from '../nn/parameter.ts';
import type { TrainingEvent } from './events.ts';
import type { TrainingSettings } from './settings.ts';
import type { TrainableModel, TrainingTask } from './task.ts';
import { type TrainingResult, train } from './trainer.ts';

/** What a training tells, and what can stop it. `Config` is the model's, `Data` what it learns from and is measured on. */
export interface TrainingHooks<Config, Data> {
  /** Called before the first update, when the data was read and the model is in its folder. */
  onStart?(config: Config, parameters: number): void;
  onEvent?(event: TrainingEvent): void;
  /**
   * Called when the training is over and the best weights are in the folder, while its data is still at hand: for a
   * report. When `signal` stops it the training counts as interrupted, and is over again as soon as it is resumed.
   */
  onDone?(data: Data): Promise<void>;
  /** Stops the training as soon as may be: all is saved, and it can be resumed. */
  signal?: AbortSignal | undefined;
}

/** Scores by name, and in words what they were measured on. */
export type SavedScores = Record<string, number | string>;

/** What is trained: a model with its config, its words and all else that makes it useful. */
export interface TrainableProduct<Config, Batch> {
  readonly config: Config;
  readonly model: TrainableModel<Batch> & { readonly parameters: readonly Parameter[]; readonly size: number };
  /** Writes its folder, with scores of the weights. @throws InputError when it can't be written */
  save(folder: string, scores: SavedScores): Promise<void>;
}

export interface TrainingSession<Config, Batch, Data> {
  product: TrainableProduct<Config, Batch>;
  /** Where the product, the checkpoint, the log and the report go. */
  folder: string;
  task: TrainingTask<Batch>;
  data: Data;
  /** Goes on from the checkpoint in the folder. */
  resume: boolean;
  /** Measures the weights before the first update too: where they were trained before, they may be the best. */
  validateFirst?: boolean;
  /** What is saved beside the scores of a validation: on what and how they were measured. */
  measured?: Readonly<Record<string, string>>;
}

/**
 * Trains in a folder until the training is over or stopped.
 *
 * @throws InputError as `train` does, and when the folder can't be written
 */
export async function runSession<Config extends { settings: TrainingSettings }, Batch, Data>(
  { product, folder, task, data, resume, validateFirst = false, measured = {} }: TrainingSession<Config, Batch, Data>,
  { onStart, onEvent = () => {}, onDone, signal }: TrainingHooks<Config, Data>,
): Promise<TrainingResult> {
  const { model, config } = product;
  if (!resume) await product.save(folder, {});
  onStart?.(config, model.size);
  const result = await train({
    model,
    task,
    settings: config.settings,
    folder,
    resume,
    validateFirst,
    onEvent,
    signal,
    saveBest: ({ scores }, { iteration }) =>
      product.save(folder, { ...scores, ...(Object.keys(scores).length > 0 && measured), iteration }),
  });
  if (result.interrupted) return result;
  try {
    await onDone?.(data);
  } catch (error) {
    if (signal?.aborted && error === signal.reason) return { ...result, interrupted: true };
    throw error;
  }
  return result;
}

/**
 * Refuses to go on with other data than a training began with: its batches would be others.
 *
 * @param hash of the data that is there now and of the data it began with
 * @param said of the same two, for people
 * @throws InputError when they differ
 */
export function refuseOtherData(
  folder: string,
  hash: { found: string; expected: string },
  { what, found, expected }: { what: string; found: string; expected: string },
): void {
  if (hash.found === hash.expected) return;
  throw new InputError(`${folder} was not trained on ${what}`, {
    found,
    expected,
    advice: 'Resume with the data it was started with, split in the same way.',
  });
}
