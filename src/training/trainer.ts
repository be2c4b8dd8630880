/**
 * The training loop that all products share: batch, gradients, clipping, update; validation, the best weights, and a
 * checkpoint from which a resumed training goes on exactly. It knows neither texts nor pictures, and prints nothing.
 */

import { InputError } from '../base/errors.ts';
import { isStop, runInTurns } from '../base/steps.ts';
import type { LanguageModel, TokenBatch } from '../model/language-model.ts';
import type { Loss } from '../model/softmax-output.ts';
import { clipGradients } from '../nn/clip.ts';
import { Optimizer, type UpdateRule } from '../nn/optimizer.ts';
import type { Parameter } from '../nn/parameter.ts';
import { copyState, resetState, type StackState } from '../nn/state.ts';
import { AveragedWeights } from './averaged-weights.ts';
import { type Checkpoint, loadCheckpoint, type Progress, saveCheckpoint } from './checkpoint.ts';
import type { TrainingEvent } from './events.ts';
import { openLog } from './log.ts';
import { Meter } from './meter.ts';
import { rateFactor } from './schedule.ts';
import type { TrainingSettings } from './settings.ts';
import type { TrainableModel, TrainingTask, Validation } from './task.ts';
import { WeightDropout } from './weight-dropout.ts';

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
  validateFirst?: boolean;
  /** Called before the first update, when there is a checkpoint in the folder. */
  onBegin?(): Promise<void>;
  /** Saves the model; called whenever a validation is better than all before. */
  saveBest(validation: Validation, progress: Progress): Promise<void>;
  onEvent(event: TrainingEvent): void;
  /** Stops in an update or a validation, with which a resumed training begins again; all that was done is saved. */
  signal?: AbortSignal | undefined;
}

/** A run of any model. */
type AnyRun = TrainingRun<TrainableModel<unknown>, unknown>;

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

/** What changes with the updates of a training, beside the model. */
interface Running {
  optimizer: Optimizer;
  weightDropout: WeightDropout;
  state: StackState;
  before: StackState;
}

/**
 * Updates the weights once, by the gradients of the next batch, and counts that in `progress`.
 *
 * @param running `state` where the sequences of the batch start, `before` room to keep that in while the update runs
 * @returns undefined when `signal` has stopped it: the weights, the state and `progress` are then as they were
 * @throws InputError when the loss or the gradient is no longer a number
 */
async function update<Batch>(
  { model, task, settings, signal }: TrainingRun<TrainableModel<Batch>, Batch>,
  { optimizer, weightDropout, state, before }: Running,
  progress: Progress,
  iterations: number,
) {
  const { iteration } = progress;
  const epoch = Math.floor(iteration / task.iterationsPerEpoch);
  const learningRate = settings.learningRate * rateFactor(settings.schedule, iteration, iterations, epoch);
  const batch = task.batch(iteration);
  copyState(before, state);
  const noise = noiseOf(settings, iteration);
  let found: Loss;
  weightDropout.drop(noise.seed);
  try {
    found = await runInTurns(model.lossAndGradientsSteps(batch, state, noise), { signal });
  } catch (error) {
    if (!isStop(error, signal)) throw error;
    copyState(state, before);
    return undefined;
  } finally {
    weightDropout.restore(noise.seed);
  }
  const { sum, tokens } = found;
  const gradientNorm = clipGradients(model.engine, model.parameters, settings.clipping);
  if (!Number.isFinite(sum) || !Number.isFinite(gradientNorm)) {
    throw blownUp(`the loss at update ${iteration + 1}`, progress, settings);
  }
  optimizer.step(learningRate);
  progress.iteration++;
  const loss = smoothed(progress, batch.objective ?? sum / Math.max(tokens, 1), settings);
  progress.loss = loss;
  if (!task.continues(progress.iteration)) resetState(state);
  return { tokens, loss, learningRate, gradientNorm };
}

/** Whether the last `patience` validations were all no better than one before. */
function isExhausted({ validationsSinceBest }: Progress, { patience }: TrainingSettings): boolean {
  return patience > 0 && validationsSinceBest >= patience;
}

/**
 * Measures the model, and saves it if it is the best. When that is stopped, `progress.unvalidated` stays set.
 *
 * @returns whether the validation has shown samples
 */
async function validate({ task, settings, saveBest, onEvent, signal }: AnyRun, progress: Progress): Promise<boolean> {
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
    throw blownUp(`a score after update ${progress.iteration}`, progress, settings);
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
async function showSample({ task, onEvent, signal }: AnyRun, progress: Progress, state: StackState): Promise<void> {
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

function newProgress({ model, settings }: AnyRun): Progress {
  const loss = settings.lossMemory === undefined ? undefined : Math.log(model.choices);
  return { iteration: 0, loss, best: undefined, validationsSinceBest: 0 };
}

/** The noise of an update: label smoothing, and dropout from a seed of its own. */
function noiseOf(settings: TrainingSettings, iteration: number) {
  const { dropout: rate, lockedDropout: locked, smoothing } = settings;
  // No stream of random numbers, since a resumed training must draw the same masks for this update.
  const seed = Math.imul(settings.seed + 1, 0x9e3779b1) ^ Math.imul(iteration + 1, 0x85ebca77);
  return { seed, smoothing, dropout: rate > 0 ? { rate, seed, locked } : undefined };
}

/** How the parameters are updated that are not as all are: what the model says of some, and matrices that decay. */
function updateRulesOf(
  { parameters, updateRules = new Map() }: TrainableModel<unknown>,
  { weightDecay: decay = 0 }: TrainingSettings,
): Map<Parameter, UpdateRule> {
  const matrices = decay > 0 ? parameters.filter(({ value }) => value.rows > 1) : [];
  return new Map<Parameter, UpdateRule>([...matrices.map((matrix) => [matrix, { decay }] as const), ...updateRules]);
}

/** The smoothed loss after update `iteration`, whose own loss is `latest`. */
function smoothed({ loss, iteration }: Progress, latest: number, { lossMemory }: TrainingSettings): number {
  const weight = lossMemory === undefined ? Math.max(1 / iteration, 0.01) : 1 - lossMemory;
  return loss === undefined ? latest : loss + weight * (latest - loss);
}

function blownUp(what: string, { best }: Progress, { learningRate }: TrainingSettings): InputError {
  return new InputError(`${what} is not a number any more`, {
    found: `a learning rate of ${learningRate}`,
    advice: [
      'Use a smaller learningRate or clipping.',
      best ? `The best weights (update ${best.iteration}) are kept.` : 'Nothing was worth keeping yet.',
    ].join(' '),
    settings: ['learningRate', 'clipping'],
  });
}
