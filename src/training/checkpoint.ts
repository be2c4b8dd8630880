/**
 * The checkpoint of a training: all that a resumed training needs to go on as if it had never stopped, in one file that
 * is replaced at once. It holds the weights, their averages, the optimiser's moments, the recurrent state and the training's
 * progress, but not the data: batches are functions of their numbers.
 */
import { join } from 'node:path';
import * as v from 'valibot';
import { parseJson } from '../base/json.ts';
import { type NamedTensor, readSafetensors, writeSafetensors } from '../base/safetensors.ts';
import { anyInteger, integerFrom, number } from '../base/schema.ts';
import type { Matrix } from '../compute/arena.ts';
import { fillParameters, fillTensor, tensorOf } from '../model/model-folder.ts';
import type { Optimizer } from '../nn/optimizer.ts';
import type { Parameter } from '../nn/parameter.ts';
import { matricesOf, type StackState } from '../nn/state.ts';
import type { AveragedWeights } from './averaged-weights.ts';

const progressSchema = v.object({
  iteration: integerFrom(0),
  loss: v.optional(number),
  best: v.optional(v.object({ criterion: number, iteration: anyInteger, scores: v.record(v.string(), number) })),
  validationsSinceBest: integerFrom(0),
  unvalidated: v.optional(v.literal(true)),
  unsampled: v.optional(v.literal(true)),
});

/** How far a training has come. */
export interface Progress {
  /** Updates done. */
  iteration: number;
  /** The smoothed training loss; undefined before the first update, unless `lossMemory` gives it a beginning. */
  loss: number | undefined;
  /** The validation with the highest criterion so far. */
  best: { criterion: number; iteration: number; scores: Record<string, number> } | undefined;
  validationsSinceBest: number;
  /** Set where the training was stopped in the validation after this update, which is then still to be made. */
  unvalidated?: true | undefined;
  /** Set where it was stopped in writing a sample, which is then still to be written. */
  unsampled?: true | undefined;
}

/** What a checkpoint is made of and restored into, and the folder of its file. */
export interface Checkpoint {
  folder: string;
  model: { readonly parameters: readonly Parameter[] };
  optimizer: Optimizer;
  state: StackState;
  average: AveragedWeights | undefined;
}

const FILE = 'training-state.safetensors';

/** @throws InputError when the file can't be written */
export async function saveCheckpoint({ folder, model, ...running }: Checkpoint, progress: Progress): Promise<void> {
  const tensors = [...model.parameters.map(tensorOf), ...runningTensors(running)];
  await writeSafetensors(join(folder, FILE), tensors, { metadata: { progress: JSON.stringify(progress) } });
}

/**
 * Restores model, optimiser and state.
 *
 * @throws InputError when there is no checkpoint, or it is one of another model
 */
export async function loadCheckpoint({ folder, model, ...running }: Checkpoint): Promise<Progress> {
  const file = join(folder, FILE);
  const { tensors, metadata, release } = await readSafetensors(file);
  fillParameters(model.parameters, tensors, file);
  for (const { name, shape, data } of runningTensors(running)) {
    const [rows, cols] = shape;
    fillTensor(name, { rows: rows!, cols: cols!, data: data as Float32Array }, tensors, file);
  }
  release();
  const written = parseJson(metadata['progress'] ?? '', progressSchema, `the progress in ${file}`);
  const { iteration, loss, best, ...others } = written;
  running.optimizer.steps = iteration;
  return { iteration, loss, best, ...others }; // in the order of a new training, so that the file ends with the same bytes
}

/** All that a training has beside the model's weights. */
function runningTensors({ optimizer, state, average }: Omit<Checkpoint, 'folder' | 'model'>): NamedTensor[] {
  return [
    ...namedTensors('optimizer', optimizer.state),
    ...namedTensors('average', average?.state ?? []),
    ...matricesOf(state).map(({ rows, cols, data }, i) => ({ name: `state.${i}`, shape: [rows, cols], data })),
  ];
}

function namedTensors(kind: string, matrices: Iterable<readonly [string, Matrix]>): NamedTensor[] {
  return Array.from(matrices, ([name, { rows, cols, data }]) => ({
    name: `${kind}.${name}`,
    shape: [rows, cols],
    data,
  }));
}
