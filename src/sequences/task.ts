import { Random } from '../base/random.ts';
import type { SequenceBatch, SequenceModel } from '../model/sequence-model.ts';
import { resetState } from '../nn/state.ts';
import { shuffledBatches } from '../training/shuffled-batches.ts';
import type { TrainingTask, Validation } from '../training/task.ts';
import { type CodedExample, packExamples } from './coder.ts';
import { dropWords } from './words.ts';

export interface SequenceTaskData {
  training: readonly CodedExample[];
  validation: readonly CodedExample[];
  /** D, the size of vectors; 0 for words. */
  D: number;
  /** How often each word of the vocabulary comes in training; none for vectors. */
  counts: readonly number[];
}

/** Learning to write labels, one for each sequence or for each step. */
export function sequenceTask(
  model: SequenceModel,
  { training, validation, D, counts }: SequenceTaskData,
  { batch: batchSize, seed }: { batch: number; seed: number },
): TrainingTask<SequenceBatch> {
  const inStep = model.shape.writes === 'each';
  const { perEpoch, batchOf } = shuffledBatches(training, batchSize, seed);
  const state = model.newState(batchSize);

  return {
    iterationsPerEpoch: perEpoch,
    batchSize,
    continues: () => false,

    batch(iteration) {
      const random = new Random(seed * 1013 + iteration);
      const examples = batchOf(iteration).map(({ inputs, targets }) => ({
        inputs: inputs instanceof Int32Array ? dropWords(inputs, counts, () => random.uniform()) : inputs,
        targets,
      }));
      return packExamples(examples, D, inStep);
    },

    validate(): Validation {
      if (validation.length === 0) return { criterion: 0, scores: {}, samples: [] };
      const measured = { loss: 0, right: 0, labels: 0 };
      for (let start = 0; start < validation.length; start += batchSize) {
        const batch = packExamples(validation.slice(start, start + batchSize), D, inStep);
        resetState(state);
        addScores(measured, model.logProbs(batch, state), batch.targets);
      }
      const loss = measured.loss / measured.labels;
      const accuracy = measured.right / measured.labels;
      return { criterion: accuracy, scores: { loss, accuracy }, samples: [] };
    },
  };
}

function addScores(
  measured: { loss: number; right: number; labels: number },
  logProbs: Float32Array,
  targets: ArrayLike<number>,
): void {
  const choices = logProbs.length / targets.length;
  for (let row = 0; row < targets.length; row++) {
    const of = logProbs.subarray(row * choices, (row + 1) * choices);
    const target = targets[row] ?? 0;
    measured.loss -= of[target] ?? 0;
    if (of.every((p) => p <= of[target]!)) measured.right++;
    measured.labels++;
  }
}
