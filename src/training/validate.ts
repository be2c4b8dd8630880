/** What a training measures between its updates: a validation, by which the best weights are kept, and samples. */
import { isStop, runInTurns } from '../base/steps.ts';
import type { StackState } from '../nn/state.ts';
import type { Progress } from './checkpoint.ts';
import { diverged } from './diverged.ts';
import type { AnyRun } from './run.ts';
import type { Validation } from './task.ts';

/**
 * Measures the model, and saves it if it is the best. When that is stopped, `progress.unvalidated` stays set.
 *
 * @returns whether the validation has shown samples
 */
export async function validate(
  { task, settings, saveBest, onEvent, signal }: AnyRun,
  progress: Progress,
): Promise<boolean> {
  progress.unvalidated = true;
  let validation: Validation;
  try {
    const onProgress = (share: number) => onEvent({ type: 'validating', share });
    validation = await runInTurns(task.validate(), { onProgress, signal });
  } catch (error) {
    if (isStop(error, signal)) return false;
    throw error;
  }
  delete progress.unvalidated;
  if (!Object.values(validation.scores).every(Number.isFinite)) {
    throw diverged(`a score after update ${progress.iteration}`, progress, settings);
  }
  const best = settings.keep === 'last' || isBetter(validation, progress.best);
  if (best) {
    progress.best = { criterion: validation.criterion, iteration: progress.iteration, scores: validation.scores };
    progress.validationsSinceBest = 0;
    await saveBest(validation, progress);
  } else {
    progress.validationsSinceBest++;
  }
  const epoch = progress.iteration / task.iterationsPerEpoch;
  onEvent({
    type: 'validation',
    iteration: progress.iteration,
    epoch,
    trainingLoss: progress.loss ?? null,
    best,
    ...validation,
  });
  return validation.samples.length > 0;
}

/** Whether a validation beats the best one: by its criterion, of equal ones by the loss, as where all labels are right. */
function isBetter({ criterion, scores }: Validation, best: Progress['best']): boolean {
  const measured = Object.keys(scores).length > 0; // without scores the latest weights count as the best
  if (!measured || best === undefined || criterion > best.criterion) return true;
  return criterion === best.criterion && scores['loss']! < best.scores['loss']!;
}

/** Shows a sample where one is due. When that is stopped, `progress.unsampled` stays set. */
export async function showSample(
  { task, onEvent, signal }: AnyRun,
  progress: Progress,
  state: StackState,
): Promise<void> {
  const { iteration, loss } = progress;
  const writing = task.sample?.(iteration, state);
  if (!writing) return;
  progress.unsampled = true;
  let sample: string;
  try {
    sample = await runInTurns(writing, { signal });
  } catch (error) {
    if (isStop(error, signal)) return;
    throw error;
  }
  delete progress.unsampled;
  onEvent({ type: 'sample', iteration, epoch: iteration / task.iterationsPerEpoch, loss, samples: [sample] });
}
