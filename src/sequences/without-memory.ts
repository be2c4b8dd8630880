/** A baseline for labels in step: the same network without memory. */
import { Random } from '../base/random.ts';
import { runInTurns } from '../base/steps.ts';
import { type SequenceBatch, SequenceModel } from '../model/sequence-model.ts';
import type { DataSplit } from '../training/split.ts';
import { train } from '../training/trainer.ts';
import type { SequenceExample } from './data/example.ts';
import type { SequenceLabeller } from './labeller.ts';
import { sequenceTask, taskDataSteps } from './task.ts';

interface Watch {
  /** Called after each update, with how many are done and how many there are. */
  onCompare?: ((done: number, of: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * The accuracy, by its name, of a network like the model's that sees each step alone. It learns from the same batches with
 * the same settings, but each step is a sequence of its own, so that it differs from the model in its memory only; its
 * best weights are chosen as the model's are.
 *
 * @returns empty unless vectors are labelled in step and there are validation examples
 * @throws the reason of `signal` when that stops it
 */
export async function baselineWithoutMemory(
  labeller: SequenceLabeller,
  split: Pick<DataSplit<SequenceExample>, 'training' | 'validation'>,
  { onCompare, signal }: Watch,
): Promise<Record<string, number>> {
  const { shape, settings } = labeller.config;
  if (shape.writes !== 'each' || !('vectors' in shape.reads) || split.validation.length === 0) return {};
  const model = new SequenceModel(labeller.model.engine, shape).initialise(new Random(settings.seed));
  const examples = await runInTurns(taskDataSteps(labeller, split), { signal });
  const { progress } = await train<SequenceBatch>({
    model,
    task: sequenceTask(model, examples, { ...settings, forgets: true }),
    settings,
    resume: false,
    async saveBest() {},
    onEvent: (event) => event.type === 'update' && onCompare?.(event.iteration, event.iterations),
    signal,
  });
  signal?.throwIfAborted();
  const name = split.training[0]!.pictures ? 'each frame alone' : 'each step alone';
  return { [name]: progress.best!.scores['accuracy']! }; // the last update was validated
}
