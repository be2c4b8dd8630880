/** What is said of a labelled sequence, for programs: the same from the command line and from the server. */
import type { MovingWord } from './explain.ts';
import type { Prediction, SequenceLabeller } from './labeller.ts';

/** A sequence, by what says which it is, with its label and the probabilities of all labels. */
export type Labelled<About extends object = object> = About &
  (
    | { label: string; probability: number; probabilities: Record<string, number>; words?: readonly MovingWord[] }
    | { tags: string[] }
    | { label: null } // of an empty text
  );

/**
 * The label of a sequence.
 *
 * @param about what says which sequence it is: its text, or its file
 * @param words that moved the label, where they were asked for
 */
export function labelled<About extends object>(
  about: About,
  { coder }: SequenceLabeller,
  { label, probability, probabilities }: Prediction,
  words?: readonly MovingWord[],
): Labelled<About> {
  const all = Object.fromEntries(coder.labels.map((name, i) => [name, probabilities[i]!]));
  return { ...about, label, probability, probabilities: all, ...(words && { words }) };
}
