/**
 * The training loop that everything here shares: batch, gradients, clipping, update; validation, the best weights, a
 * checkpoint that a resumed training goes on from exactly. It knows no text and no picture; it prints nothing.
 */

import { InputError } from '../base/errors.ts';
import { nextTurn } from '../base/platform.ts';
import { runInTurns } from '../base/steps.ts';
import type { LanguageModel, TokenBatch } from '../model/language-model.ts';
import { clipGradients } from '../nn/clip.ts';
import { Optimizer } from '../nn/optimizer.ts';
import { resetState, type StackState } from '../nn/state.ts';
import { type Checkpoint, loadCheckpoint, type Progress, saveCheckpoint } from './checkpoint.ts';
import type { TrainingEvent } from './events.ts';
import { openLog } from './log.ts';
import { rateFactor } from './schedule.ts';
import type { TrainingSettings } from './settings.ts';
import type { TrainableModel, TrainingTask, Validation } from './task.ts';

export interface TrainingRun<Model = LanguageModel, Batch = TokenBatch> {
  model: Model;
  task: TrainingTask<Batch>;
  settings: TrainingSettings;
  /** Where the checkpoint and `log.jsonl` are kept; none where nobody will want to go on with it. */
  folder?: string | undefined;
  /** Goes on from the checkpoint in the folder. */
  resume: boolean;
  /** Measures the model before the first update too: where it is trained already, its weights may be the best. */
  validateFirst?: boolean;
  /** Saves the model as the best so far; called when a validation is better than all before. */
  saveBest(validation: Validation, progress: Progress): Promise<void>;
  onEvent(event: TrainingEvent): void;
  /** Stops after the running update, or in a validation, which is then made first when it is resumed; all is saved. */
  signal?: AbortSignal | undefined;
}

/** A run of whatever model. */
type AnyRun = TrainingRun<TrainableModel<unknown>, unknown>;

export interface TrainingResult {
  progress: Progress;
  interrupted: boolean;
}

/** Seconds of training between two checkpoints, beside those after each validation. */
const CHECKPOINT_INTERVAL = 60;

/**
 * Trains until the epochs are done, nothing gets better any more or `signal` says stop.
 *
 * @throws InputError when the loss is no longer a number, with the update it happened at (the best weights are kept),
 *   or when the folder can't be written
 */
export async function train<Batch>(run: TrainingRun<TrainableModel<Batch>, Batch>): Promise<TrainingResult> {
  const { model, task, settings, folder, signal } = run;
  const { engine } = model;
  const optimizer = new Optimizer(engine, model.parameters, settings.optimizer);
  const state = model.newState(task.batchSize);
  const checkpoint: Checkpoint | undefined = folder === undefined ? undefined : { folder, model, optimizer, state };
  const progress = run.resume && checkpoint ? await loadCheckpoint(checkpoint) : newProgress(run);
  const save = async () => {
    if (checkpoint) await saveCheckpoint(checkpoint, progress);
  };
  // The state of an older training in this folder must not be taken for that of this one, should it be killed soon.
  if (!run.resume) await save();
  const log = checkpoint && (await openLog(checkpoint.folder, progress.iteration));
  const onEvent = (event: TrainingEvent) => {
    log?.(event);
    run.onEvent(event);
  };

  const iterations = Math.max(1, Math.round(settings.epochs * task.iterationsPerEpoch));
  const evaluateEvery = settings.evaluateEvery || task.iterationsPerEpoch;
  if (progress.unvalidated) {
    await validate({ ...run, onEvent }, progress);
    await save();
  } else if (progress.iteration === 0) {
    const shown = run.validateFirst && (await validate({ ...run, onEvent }, progress));
    if (!shown) showSample({ ...run, onEvent }, progress, state);
  }
  const meter = new Meter(progress.iteration, iterations);
  let savedAt = performance.now();

  while (progress.iteration < iterations && !signal?.aborted && !isExhausted(progress, settings)) {
    const { iteration } = progress;
    const epoch = iteration / task.iterationsPerEpoch;
    const learningRate =
      settings.learningRate * rateFactor(settings.schedule, iteration, iterations, Math.floor(epoch));
    const batch = task.batch(iteration);
    const { sum, tokens } = model.lossAndGradients(batch, state, noise(settings, iteration));
    const gradientNorm = clipGradients(engine, model.parameters, settings.clipping);
    if (!Number.isFinite(sum) || !Number.isFinite(gradientNorm)) {
      throw blownUp(`the loss at update ${iteration + 1}`, progress, settings);
    }
    optimizer.step(learningRate);

    progress.iteration++;
    progress.loss = smoothed(progress, batch.objective ?? sum / Math.max(tokens, 1), settings);
    if (!task.continues(progress.iteration)) resetState(state);
    meter.count(tokens);
    onEvent({
      type: 'update',
      iteration: progress.iteration,
      iterations,
      epoch: progress.iteration / task.iterationsPerEpoch,
      loss: progress.loss,
      learningRate,
      gradientNorm,
      ...meter.read(progress.iteration),
    });

    const due = progress.iteration % evaluateEvery === 0 || progress.iteration === iterations;
    const shown = due && (await validate({ ...run, onEvent }, progress));
    if (!shown && !progress.unvalidated) showSample({ ...run, onEvent }, progress, state);
    if (due || performance.now() - savedAt > CHECKPOINT_INTERVAL * 1000) {
      await save();
      savedAt = performance.now();
    }
    await nextTurn(); // lets Ctrl-C through
  }

  const early = progress.iteration < iterations || progress.unvalidated === true;
  const exhausted = early && !progress.unvalidated && isExhausted(progress, settings);
  if (exhausted) onEvent({ type: 'stopped', reason: `no better for ${progress.validationsSinceBest} validations` });
  const interrupted = early && !exhausted;
  if (interrupted) await save();
  return { progress, interrupted };
}

/** Whether so many validations were no better that none is expected to be. */
function isExhausted({ validationsSinceBest }: Progress, { patience }: TrainingSettings): boolean {
  return patience > 0 && validationsSinceBest >= patience;
}

/**
 * Measures the model and keeps it if it is the best.
 *
 * @returns whether it was shown what it writes; when it was stopped `progress` says that it is still to be done
 */
async function validate({ task, settings, saveBest, onEvent, signal }: AnyRun, progress: Progress): Promise<boolean> {
  progress.unvalidated = true;
  let validation: Validation;
  try {
    const onProgress = (share: number) => onEvent({ type: 'validating', share });
    validation = await runInTurns(task.validate(), { onProgress, signal });
  } catch (error) {
    if (signal?.aborted && error === signal.reason) return false;
    throw error;
  }
  delete progress.unvalidated;
  if (!Object.values(validation.scores).every(Number.isFinite)) {
    throw blownUp(`a score after update ${progress.iteration}`, progress, settings);
  }
  // Where nothing is measured the latest weights are taken for the best.
  const measured = Object.keys(validation.scores).length > 0;
  const best = !measured || progress.best === undefined || validation.criterion > progress.best.criterion;
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

function showSample({ task, onEvent }: AnyRun, { iteration, loss }: Progress, state: StackState): void {
  const samples = task.sample?.(iteration, state);
  if (samples) onEvent({ type: 'sample', iteration, epoch: iteration / task.iterationsPerEpoch, loss, samples });
}

function newProgress({ model, settings }: AnyRun): Progress {
  const loss = settings.lossMemory === undefined ? undefined : Math.log(model.choices);
  return { iteration: 0, loss, best: undefined, validationsSinceBest: 0 };
}

function noise({ dropout, smoothing, seed }: TrainingSettings, iteration: number) {
  // Not a stream of random numbers: a resumed training must find the masks of this very update.
  const maskSeed = Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(iteration + 1, 0x85ebca77);
  return { smoothing, dropout: dropout > 0 ? { rate: dropout, seed: maskSeed } : undefined };
}

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

/** Speed and time left. */
class Meter {
  readonly #started = performance.now();
  readonly #from: number;
  readonly #iterations: number;
  #tokens = 0;

  constructor(from: number, iterations: number) {
    this.#from = from;
    this.#iterations = iterations;
  }

  count(tokens: number): void {
    this.#tokens += tokens;
  }

  read(iteration: number): { tokensPerSecond: number; secondsLeft: number } {
    const seconds = (performance.now() - this.#started) / 1000;
    const secondsLeft = (seconds / (iteration - this.#from)) * (this.#iterations - iteration);
    return { tokensPerSecond: this.#tokens / seconds, secondsLeft };
  }
}
