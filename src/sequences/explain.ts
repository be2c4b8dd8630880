import { isWords } from './data/example.ts';
import type { Prediction, SequenceLabeller } from './labeller.ts';

/** A word of a sequence and what it does to the prediction. */
export interface MovingWord {
  /** Where it stands, from 0. */
  step: number;
  word: string;
  /** log p of the predicted label with the word less that without it, in nats: above 0 the word speaks for the label. */
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
    const left = without[step]?.[0]?.probabilities[label] ?? whole.probability;
    return { step, word, moves: Math.log(whole.probability) - Math.log(left) };
  });
  return moving.sort((a, b) => Math.abs(b.moves) - Math.abs(a.moves));
}
