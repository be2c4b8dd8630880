/** Measures a model on labelled sequences: accuracy, loss, and precision, recall and F1 of each label. */
import { InputError } from '../base/errors.ts';
import { runAtOnce, type Steps } from '../base/steps.ts';
import type { SequenceExample } from './data/example.ts';
import type { Prediction, SequenceLabeller } from './labeller.ts';

/** How well one label is told from the others. */
export interface LabelScores {
  label: string;
  /** How often it is right. */
  count: number;
  /** How often it was predicted. */
  said: number;
  /** Share of its predictions that are right. */
  precision: number;
  /** Share of the places where it is right that it was predicted for. */
  recall: number;
  /** The harmonic mean of precision and recall. */
  f1: number;
}

export interface SequenceEvaluation {
  /** The number of labels that were predicted: one for each sequence, or one for each step. */
  labels: number;
  accuracy: number;
  /** Mean loss in nats. */
  loss: number;
  /** The mean F1 of the labels that are right somewhere or were predicted. */
  macroF1: number;
  byLabel: LabelScores[];
  /** `confusion[i][j]`: how often label j was predicted where i is right. */
  confusion: number[][];
}

/**
 * Measures a model on labelled sequences.
 *
 * @throws InputError when there are none, a label was never seen in training, or a sequence has not as many labels as
 *   the model predicts
 */
export function evaluate(labeller: SequenceLabeller, examples: readonly SequenceExample[]): SequenceEvaluation {
  return runAtOnce(evaluateSteps(labeller, examples));
}

/** `evaluate`, a few sequences at a time. */
export function* evaluateSteps(
  labeller: SequenceLabeller,
  examples: readonly SequenceExample[],
): Steps<SequenceEvaluation> {
  return (yield* measurePredictionsSteps(labeller, examples)).evaluation;
}

/** `evaluateSteps`, with what was predicted at each step of each sequence. */
export function* measurePredictionsSteps(
  labeller: SequenceLabeller,
  examples: readonly SequenceExample[],
): Steps<{ evaluation: SequenceEvaluation; predictions: Prediction[][] }> {
  const { labels } = labeller.coder;
  const confusion = labels.map(() => new Array<number>(labels.length).fill(0));
  let [loss, count] = [0, 0];
  const targets = examples.map((example) => labeller.coder.encodeLabels(example.labels));
  const predictions = yield* labeller.predictSteps(examples.map(({ inputs }) => inputs));
  for (const [i, ofSequence] of predictions.entries()) {
    refuseMissingLabels(i, targets[i]!.length, ofSequence.length);
    for (const [t, { label, probabilities }] of ofSequence.entries()) {
      const target = targets[i]![t]!;
      confusion[target]![labels.indexOf(label)]! += 1;
      loss -= Math.log(Math.max(probabilities[target]!, Number.MIN_VALUE));
      count++;
    }
  }
  if (count === 0) throw new InputError('there is nothing to measure on', { found: 'no sequences' });
  const byLabel = labels.map((label, i) => scoresOf(label, confusion, i));
  const right = confusion.reduce((sum, row, i) => sum + row[i]!, 0);
  const present = byLabel.filter((scores) => scores.count + scores.said > 0);
  const macroF1 = present.reduce((sum, { f1 }) => sum + f1, 0) / present.length;
  return {
    evaluation: { labels: count, accuracy: right / count, loss: loss / count, macroF1, byLabel, confusion },
    predictions,
  };
}

function refuseMissingLabels(i: number, found: number, expected: number): void {
  if (found === expected) return;
  throw new InputError(`sequence ${i + 1} does not have the labels to measure on`, {
    found: String(found),
    expected: String(expected),
  });
}

function scoresOf(label: string, confusion: readonly (readonly number[])[], i: number): LabelScores {
  const right = confusion[i]![i]!;
  const count = confusion[i]!.reduce((sum, n) => sum + n, 0);
  const predicted = confusion.reduce((sum, row) => sum + row[i]!, 0);
  const precision = right / Math.max(predicted, 1);
  const recall = right / Math.max(count, 1);
  const f1 = right === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { label, count, said: predicted, precision, recall, f1 };
}
