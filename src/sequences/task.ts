/** The task of labelling sequences, for the trainer: batches, and the accuracy on held-out sequences. */
import { mapSteps, partOf, type Steps } from '../base/steps.ts';
import type { SequenceBatch, SequenceModel } from '../model/sequence-model.ts';
import { uniformPacking } from '../nn/packing.ts';
import { resetState } from '../nn/state.ts';
import { shuffledBatches } from '../training/shuffled-batches.ts';
import type { DataSplit } from '../training/split.ts';
import type { TrainingTask, Validation } from '../training/task.ts';
import { type CodedExample, packExamples } from './coder.ts';
import type { SequenceExample } from './data/example.ts';
import type { SequenceLabeller } from './labeller.ts';
import { countWordsSteps, dropWords } from './words.ts';

export interface SequenceTaskData {
  training: readonly CodedExample[];
  validation: readonly CodedExample[];
  /** D, the size of vectors; 0 for words. */
  D: number;
  /** How often each word of the vocabulary comes in training; empty for vectors. */
  counts: readonly number[];
}

/** A split in numbers, by a model's coder. @throws InputError when it does not know a label */
export function* taskDataSteps(
  { coder, config }: Pick<SequenceLabeller, 'coder' | 'config'>,
  { training, validation }: Pick<DataSplit<SequenceExample>, 'training' | 'validation'>,
): Steps<SequenceTaskData> {
  const encode = (example: SequenceExample) => coder.encodeExample(example);
  return {
    training: yield* partOf(mapSteps(training, encode), 0, 0.8),
    validation: yield* partOf(mapSteps(validation, encode), 0.8, 0.9),
    D: coder.D,
    counts: coder.vocabulary ? (yield* partOf(countWordsSteps(training, config.settings.minCount), 0.9, 1)).counts : [],
  };
}

interface SequenceTaskSettings {
  /** Sequences in one update. */
  batch: number;
  seed: number;
  /** Each step of a batch becomes a sequence of its own, so that nothing is remembered. Default: false */
  forgets?: boolean;
}

/**
 * The task of labelling sequences or their steps; the best weights are those with the highest accuracy on the validation
 * examples.
 */
export function sequenceTask(
  model: SequenceModel,
  { training, validation, D, counts }: SequenceTaskData,
  { batch: sequences, seed, forgets = false }: SequenceTaskSettings,
): TrainingTask<SequenceBatch> {
  const inStep = model.shape.writes === 'each';
  const { perEpoch, batchOf, randomOf } = shuffledBatches(training, sequences, seed);
  const longest = [...training, ...validation].reduce((most, { targets }) => Math.max(most, targets.length), 1);
  const batchSize = forgets ? sequences * longest : sequences;
  const state = model.newState(batchSize);

  function pack(examples: readonly CodedExample[]): SequenceBatch {
    const batch = packExamples(examples, D, inStep);
    return forgets ? { ...batch, packing: uniformPacking(batch.packing.rows, 1) } : batch;
  }

  return {
    iterationsPerEpoch: perEpoch,
    batchSize,

    batch(iteration) {
      const random = randomOf(iteration);
      const examples = batchOf(iteration).map(({ inputs, targets }) => ({
        inputs: inputs instanceof Int32Array ? dropWords(inputs, counts, () => random.uniform()) : inputs,
        targets,
      }));
      return pack(examples);
    },

    *validate(): Steps<Validation> {
      if (validation.length === 0) return { criterion: 0, scores: {}, samples: [] };
      const measured = { loss: 0, right: 0, labels: 0 };
      for (let start = 0; start < validation.length; start += sequences) {
        const share = start / validation.length;
        yield share;
        const batch = pack(validation.slice(start, start + sequences));
        resetState(state);
        addScores(measured, yield* partOf(model.logProbsSteps(batch, state), share, share), batch.targets);
      }
      const loss = measured.loss / measured.labels;
      const accuracy = measured.right / measured.labels;
      return { criterion: accuracy, scores: { loss, accuracy }, samples: [] };
    },
  };
}

/** Adds the scores of a batch. @param logProbs [M or N, choices], of as many targets */
function addScores(
  measured: { loss: number; right: number; labels: number },
  logProbs: Float32Array,
  targets: ArrayLike<number>,
): void {
  const choices = logProbs.length / targets.length;
  for (let row = 0; row < targets.length; row++) {
    const ofRow = logProbs.subarray(row * choices, (row + 1) * choices);
    const right = ofRow[targets[row]!]!;
    measured.loss -= right;
    if (ofRow.every((logProb) => logProb <= right)) measured.right++;
    measured.labels++;
  }
}
