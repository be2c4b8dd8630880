/**
 * Everything that a resumed training needs to go on as if it had never stopped, in one file that is replaced at once:
 * weights, the optimiser's moments, the recurrent state, and how far it got.
 */
import { join } from 'node:path';
import * as v from 'valibot';
import { parseJson } from '../base/json.ts';
import { type NamedTensor, readSafetensors, writeSafetensors } from '../base/safetensors.ts';
import { anyInteger, integerFrom, number } from '../base/schema.ts';
import { fillParameters, fillTensor, tensorOf } from '../model/model-folder.ts';
import type { Optimizer } from '../nn/optimizer.ts';
import type { Parameter } from '../nn/parameter.ts';
import { matricesOf, type StackState } from '../nn/state.ts';

const progressSchema = v.object({
  /** Updates done. */
  iteration: integerFrom(0),
  /** Smoothed training loss. */
  loss: v.optional(number),
  best: v.optional(v.object({ criterion: number, iteration: anyInteger, scores: v.record(v.string(), number) })),
  validationsSinceBest: integerFrom(0),
  unvalidated: v.optional(v.literal(true)),
});

/** How far a training got. */
export interface Progress {
  iteration: number;
  loss: number | undefined;
  best: { criterion: number; iteration: number; scores: Record<string, number> } | undefined;
  validationsSinceBest: number;
  /** The validation after this update is due: the training was stopped in it. */
  unvalidated?: true | undefined;
}

/** The parts of a running training that are saved. */
export interface Checkpoint {
  folder: string;
  model: { readonly parameters: readonly Parameter[] };
  optimizer: Optimizer;
  state: StackState;
}

const FILE = 'training-state.safetensors';

export async function saveCheckpoint({ folder, model, optimizer, state }: Checkpoint, progress: Progress) {
  const tensors: NamedTensor[] = [
    ...model.parameters.map(tensorOf),
    ...optimizerTensors(optimizer),
    ...stateTensors(state),
  ];
  await writeSafetensors(join(folder, FILE), tensors, { metadata: { progress: JSON.stringify(progress) } });
}

/**
 * Puts model, optimiser and state back to where they were saved.
 *
 * @throws InputError when there is no checkpoint, or one of another model
 */
export async function loadCheckpoint({ folder, model, optimizer, state }: Checkpoint): Promise<Progress> {
  const file = join(folder, FILE);
  const { tensors, metadata } = await readSafetensors(file);
  fillParameters(model.parameters, tensors, file);
  for (const { name, shape, data } of [...optimizerTensors(optimizer), ...stateTensors(state)]) {
    const [rows = 0, cols = 0] = shape;
    fillTensor(name, { rows, cols, data: data as Float32Array }, tensors, file);
  }
  const progress = parseJson(metadata['progress'] ?? '', progressSchema, `the progress in ${file}`);
  optimizer.steps = progress.iteration;
  return { loss: undefined, best: undefined, ...progress };
}

function optimizerTensors(optimizer: Optimizer): NamedTensor[] {
  return [...optimizer.state].map(([name, { rows, cols, data }]) => ({
    name: `optimizer.${name}`,
    shape: [rows, cols],
    data,
  }));
}

function stateTensors(state: StackState): NamedTensor[] {
  return matricesOf(state).map(({ rows, cols, data }, i) => ({ name: `state.${i}`, shape: [rows, cols], data }));
}
