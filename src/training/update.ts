/**
 * One update of a training: the next batch, its loss and gradients, clipping, the optimiser's step. It knows no
 * validations, and no files.
 */
import { isStop, runInTurns } from '../base/steps.ts';
import type { Loss } from '../model/softmax-output.ts';
import { clipGradients } from '../nn/clip.ts';
import type { Optimizer, UpdateRule } from '../nn/optimizer.ts';
import type { Parameter } from '../nn/parameter.ts';
import { copyState, resetState, type StackState } from '../nn/state.ts';
import type { Progress } from './checkpoint.ts';
import { diverged } from './diverged.ts';
import type { TrainingRun } from './run.ts';
import { rateFactor } from './schedule.ts';
import type { TrainingSettings } from './settings.ts';
import type { TrainableModel } from './task.ts';
import type { WeightDropout } from './weight-dropout.ts';

/** What changes with the updates of a training, beside the model. */
interface UpdateState {
  optimizer: Optimizer;
  weightDropout: WeightDropout;
  state: StackState;
  before: StackState;
}

/**
 * Updates the weights once, by the gradients of the next batch, and counts that in `progress`.
 *
 * @param updated `state` where the sequences of the batch start, `before` room to keep that in while the update runs
 * @returns undefined when `signal` has stopped it: the weights, the state and `progress` are then as they were
 * @throws InputError when the loss or the gradient is no longer a number
 */
export async function update<Batch>(
  { model, task, settings, signal }: TrainingRun<TrainableModel<Batch>, Batch>,
  { optimizer, weightDropout, state, before }: UpdateState,
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
    throw diverged(`the loss at update ${iteration + 1}`, progress, settings);
  }
  optimizer.step(learningRate);
  progress.iteration++;
  const loss = smoothed(progress, batch.objective ?? sum / Math.max(tokens, 1), settings);
  progress.loss = loss;
  if (!task.continues?.(progress.iteration)) resetState(state);
  return { tokens, loss, learningRate, gradientNorm };
}

/** How the parameters are updated that are not as all are: what the model says of some, and matrices that decay. */
export function updateRulesOf(
  { parameters, updateRules = new Map() }: TrainableModel<unknown>,
  { weightDecay: decay = 0 }: TrainingSettings,
): Map<Parameter, UpdateRule> {
  const matrices = decay > 0 ? parameters.filter(({ value }) => value.rows > 1) : [];
  return new Map<Parameter, UpdateRule>([...matrices.map((matrix) => [matrix, { decay }] as const), ...updateRules]);
}

/** The noise of an update: label smoothing, and dropout from a seed of its own. */
function noiseOf(settings: TrainingSettings, iteration: number) {
  const { dropout: rate, lockedDropout: locked, smoothing } = settings;
  // No stream of random numbers, since a resumed training must draw the same masks for this update.
  const seed = Math.imul(settings.seed + 1, 0x9e3779b1) ^ Math.imul(iteration + 1, 0x85ebca77);
  return { seed, smoothing, dropout: rate > 0 ? { rate, seed, locked } : undefined };
}

/** The smoothed loss after update `iteration`, whose own loss is `latest`. */
function smoothed({ loss, iteration }: Progress, latest: number, { lossMemory }: TrainingSettings): number {
  const weight = lossMemory === undefined ? Math.max(1 / iteration, 0.01) : 1 - lossMemory;
  return loss === undefined ? latest : loss + weight * (latest - loss);
}
