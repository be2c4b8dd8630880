/** Explains the label of a text by the words that moved it. */
import type { Prediction, SequenceLabeller } from './labeller.ts';

/** A word of a text and its effect on the prediction. */
export interface MovingWord {
  /** Its step, from 0. */
  step: number;
  word: string;
  /** The log odds of the predicted label with the word minus those without it, in nats: above 0 it supports the label. */
  moves: number;
}

/**
 * The words of a text by how much they moved its prediction, the strongest first: each is left out in turn (Li, Monroe
 * and Jurafsky 2016, "Understanding neural networks through representation erasure"). Costs as many predictions as there
 * are words.
 *
 * @param words of the text
 * @param whole the prediction of the whole text, one label
 * @returns none for a single word, without which there is nothing to predict
 */
export function explain(labeller: SequenceLabeller, words: readonly string[], whole: Prediction): MovingWord[] {
  if (words.length < 2) return [];
  const label = labeller.coder.labels.indexOf(whole.label);
  const without = labeller.predict(words.map((_, step) => words.toSpliced(step, 1)));
  const moving = words.map((word, step) => {
    const [left] = without[step]!;
    return { step, word, moves: logOdds(whole.probabilities, label) - logOdds(left!.probabilities, label) };
  });
  return moving.sort((a, b) => Math.abs(b.moves) - Math.abs(a.moves));
}

/** log p / (1 - p), which unlike log p still changes where p is nearly 1. */
function logOdds(probabilities: Float32Array, label: number): number {
  const others = probabilities.reduce((sum, p, i) => (i === label ? sum : sum + p), 0);
  return Math.log(Math.max(probabilities[label]!, LEAST)) - Math.log(Math.max(others, LEAST));
}

/** Smaller probabilities in float32 are rounding errors. */
const LEAST = 1e-9;
