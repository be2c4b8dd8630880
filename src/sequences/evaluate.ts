/** What a model of sequences is worth: accuracy, loss, and how well each label is told from the others. */

import { InputError } from '../base/errors.ts';
import { runAtOnce, type Steps } from '../base/steps.ts';
import type { SequenceExample } from './data/example.ts';
import type { SequenceLabeller } from './labeller.ts';

/** How well one label is told from the others. */
export interface LabelScores {
  label: string;
  /** How often it is right, and how often it was said. */
  count: number;
  said: number;
  /** Share of those said that are right, share of the right ones that were said, and their harmonic mean. */
  precision: number;
  recall: number;
  f1: number;
}

export interface SequenceEvaluation {
  /** Labels that were asked for: one a sequence, or one a step. */
  labels: number;
  accuracy: number;
  /** Mean loss in nats. */
  loss: number;
  /** Mean of the labels' F1, each counting the same. */
  macroF1: number;
  byLabel: LabelScores[];
  /** `confusion[i][j]`: how often label j was said where i is right. */
  confusion: number[][];
}

/** Measures a model on sequences. @throws InputError when a label was never seen in training */
export function evaluate(labeller: SequenceLabeller, examples: readonly SequenceExample[]): SequenceEvaluation {
  return runAtOnce(evaluateSteps(labeller, examples));
}

/** `evaluate`, a few sequences at a time. */
export function* evaluateSteps(
  labeller: SequenceLabeller,
  examples: readonly SequenceExample[],
): Steps<SequenceEvaluation> {
  const { labels } = labeller.coder;
  const confusion = labels.map(() => new Array<number>(labels.length).fill(0));
  let [loss, count] = [0, 0];
  const targets = examples.map((example) => labeller.coder.encodeExample(example).targets);
  const predictions = yield* labeller.predictSteps(examples.map(({ inputs }) => inputs));
  for (const [i, ofSequence] of predictions.entries()) {
    for (const [t, { label, probabilities }] of ofSequence.entries()) {
      const target = targets[i]?.[t] ?? 0;
      confusion[target]![labels.indexOf(label)]! += 1;
      loss -= Math.log(Math.max(probabilities[target] ?? 0, Number.MIN_VALUE));
      count++;
    }
  }
  if (count === 0) throw new InputError('there is nothing to measure on', { found: 'no sequences' });
  const byLabel = labels.map((_, i) => scoresOf(labels, confusion, i));
  const right = confusion.reduce((sum, row, i) => sum + row[i]!, 0);
  const present = byLabel.filter(({ count: times, said }) => times + said > 0);
  const macroF1 = present.reduce((sum, { f1 }) => sum + f1, 0) / present.length;
  return { labels: count, accuracy: right / count, loss: loss / count, macroF1, byLabel, confusion };
}

function scoresOf(labels: readonly string[], confusion: readonly (readonly number[])[], i: number): LabelScores {
  const right = confusion[i]?.[i] ?? 0;
  const count = (confusion[i] ?? []).reduce((sum, n) => sum + n, 0);
  const said = confusion.reduce((sum, row) => sum + (row[i] ?? 0), 0);
  const precision = right / Math.max(said, 1);
  const recall = right / Math.max(count, 1);
  const f1 = right === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { label: labels[i] ?? '', count, said, precision, recall, f1 };
}
