import { isWords } from './data/example.ts';
import type { Prediction, SequenceLabeller } from './labeller.ts';

/** A word of a sequence and what it does to the prediction. */
export interface MovingWord {
  /** Where it stands, from 0. */
  step: number;
  word: string;
  /** Log odds of the predicted label with the word less those without it, in nats: above 0 it speaks for the label. */
  moves: number;
}

/**
 * The words of a text by how much they moved its prediction, the strongest first: each is left out in turn (Li, Monroe
 * and Jurafsky 2016, "representation erasure"). Costs as many predictions as there are words.
 *
 * @param words at least two: without its only word there is nothing to read
 */
export function explain(labeller: SequenceLabeller, words: readonly string[], whole: Prediction): MovingWord[] {
  if (!isWords(words) || words.length < 2) return [];
  const label = labeller.coder.labels.indexOf(whole.label);
  const without = labeller.predict(words.map((_, step) => words.toSpliced(step, 1)));
  const moving = words.map((word, step) => {
    const [left = whole] = without[step] ?? [];
    return { step, word, moves: logOdds(whole.probabilities, label) - logOdds(left.probabilities, label) };
  });
  return moving.sort((a, b) => Math.abs(b.moves) - Math.abs(a.moves));
}

/** log p / (1 - p): unlike log p it still moves where p is nearly 1. */
function logOdds(probabilities: Float32Array, label: number): number {
  const others = probabilities.reduce((sum, p, i) => (i === label ? sum : sum + p), 0);
  return Math.log(Math.max(probabilities[label] ?? 0, LEAST)) - Math.log(Math.max(others, LEAST));
}

/** Below this float32 probabilities are no figures. */
const LEAST = 1e-9;
