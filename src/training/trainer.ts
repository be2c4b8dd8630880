/**
 * The training loop that all products share: batch, gradients, clipping, update; validation, the best weights, and a
 * checkpoint from which a resumed training goes on exactly. It knows neither texts nor pictures, and prints nothing.
 */
import { Optimizer } from '../nn/optimizer.ts';
import { AveragedWeights } from './averaged-weights.ts';
import { type Checkpoint, loadCheckpoint, type Progress, saveCheckpoint } from './checkpoint.ts';
import type { TrainingEvent } from './events.ts';
import { openLog } from './log.ts';
import { Meter } from './meter.ts';
import type { AnyRun, TrainingRun } from './run.ts';
import type { TrainingSettings } from './settings.ts';
import type { TrainableModel } from './task.ts';
import { update, updateRulesOf } from './update.ts';
import { showSample, validate } from './validate.ts';
import { WeightDropout } from './weight-dropout.ts';

export interface TrainingResult {
  progress: Progress;
  /** Whether `signal` stopped the training before its end. */
  interrupted: boolean;
}

/** Seconds of training between two checkpoints, beside those after each validation. */
const CHECKPOINT_INTERVAL = 60;

/**
 * Trains until the epochs are over, validations have not improved for `patience` times, or `signal` is raised.
 *
 * @throws InputError when the loss is no longer a number, naming the update (the best weights are kept), or when a file
 *   of the folder can't be written
 */
export async function train<Batch>(run: TrainingRun<TrainableModel<Batch>, Batch>): Promise<TrainingResult> {
  const { model, task, settings, folder, signal } = run;
  const { engine, parameters } = model;
  const optimizer = new Optimizer(engine, parameters, settings.optimizer, updateRulesOf(model, settings));
  const average = settings.average ? new AveragedWeights(engine, parameters, settings.average) : undefined;
  const weightDropout = new WeightDropout(engine, parameters, settings.weightDropout ?? 0);
  const state = model.newState(task.batchSize);
  const before = model.newState(task.batchSize);
  const checkpoint: Checkpoint | undefined =
    folder === undefined ? undefined : { folder, model, optimizer, state, average };
  const progress = run.resume && checkpoint ? await loadCheckpoint(checkpoint) : newProgress(run);
  const save = async () => {
    if (checkpoint) await saveCheckpoint(checkpoint, progress);
  };
  // Should this training be killed soon, the checkpoint of an older one in the folder must not be taken for its own.
  if (!run.resume) await save();
  await run.onBegin?.();
  const log = checkpoint && (await openLog(checkpoint.folder, progress.iteration));
  const onEvent = (event: TrainingEvent) => {
    log?.(event);
    run.onEvent(event);
  };
  const logged = { ...run, onEvent };

  const iterations = Math.max(1, Math.round(settings.epochs * task.iterationsPerEpoch));
  const evaluateEvery = settings.evaluateEvery || task.iterationsPerEpoch;
  const measure = async (validates: boolean) => {
    average?.exchange();
    try {
      const sampled = validates && (await validate(logged, progress));
      if (!sampled && !progress.unvalidated) await showSample(logged, progress, state);
    } finally {
      average?.exchange();
    }
  };
  const { unvalidated = false, unsampled = false } = progress;
  if (unvalidated || unsampled) {
    await measure(unvalidated);
    await save();
  } else if (progress.iteration === 0) {
    await measure(run.validateFirst ?? false);
  }
  const meter = new Meter(progress.iteration, iterations);
  let savedAt = performance.now();

  while (progress.iteration < iterations && !signal?.aborted && !isExhausted(progress, settings)) {
    const updated = await update(run, { optimizer, weightDropout, state, before }, progress, iterations);
    if (!updated) break;
    average?.update(progress.iteration);
    const { tokens, ...shown } = updated;
    meter.count(tokens);
    const { iteration } = progress;
    const epoch = iteration / task.iterationsPerEpoch;
    onEvent({ type: 'update', iteration, iterations, epoch, ...shown, ...meter.read(iteration) });

    const due = iteration % evaluateEvery === 0 || iteration === iterations;
    await measure(due);
    if (due || performance.now() - savedAt > CHECKPOINT_INTERVAL * 1000) {
      await save();
      savedAt = performance.now();
    }
  }

  const unmeasured = progress.unvalidated === true || progress.unsampled === true;
  const early = progress.iteration < iterations || unmeasured;
  const exhausted = early && !unmeasured && isExhausted(progress, settings);
  if (exhausted) onEvent({ type: 'stopped', reason: `no better for ${progress.validationsSinceBest} validations` });
  const interrupted = early && !exhausted;
  if (interrupted) await save();
  return { progress, interrupted };
}

/** Whether the last `patience` validations were all no better than one before. */
function isExhausted({ validationsSinceBest }: Progress, { patience }: TrainingSettings): boolean {
  return patience > 0 && validationsSinceBest >= patience;
}

function newProgress({ model, settings }: AnyRun): Progress {
  const loss = settings.lossMemory === undefined ? undefined : Math.log(model.choices);
  return { iteration: 0, loss, best: undefined, validationsSinceBest: 0 };
}
