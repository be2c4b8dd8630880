/** Predictions of a labeller as text for standard output: lines of columns between tabs, or of JSON. */
import type { MovingWord } from '../sequences/explain.ts';
import { labelled } from '../sequences/labelled.ts';
import type { Prediction, SequenceLabeller } from '../sequences/labeller.ts';

/** The label of a text, or of the picture in a file, with the words that moved it. */
export function labelLine(prediction: Prediction, input: string, moving?: readonly MovingWord[]): string {
  const words = moving?.map(({ word, moves }) => `${moves < 0 ? '−' : '+'}${Math.abs(moves).toFixed(2)} ${word}`);
  return `${columns(prediction)}\t${input}${words ? `\t${words.join(', ')}` : ''}\n`;
}

/** The label of a sequence that has no text of its own. */
export function bareLabelLine(prediction: Prediction): string {
  return `${columns(prediction)}\n`;
}

/** The labels of a sequence's steps, a line each, and an empty line. */
export function stepLines(steps: readonly string[], predictions: readonly Prediction[]): string {
  return `${steps.map((step, t) => `${step}\t${columns(predictions[t]!)}\n`).join('')}\n`;
}

/** A label in JSON, with the probabilities of all labels. @param about what stands before it */
export function labelJson(
  labeller: SequenceLabeller,
  prediction: Prediction,
  about: object,
  words?: readonly MovingWord[],
): string {
  return jsonLine(labelled(about, labeller, prediction, words));
}

/** The labels of a clip's frames in JSON. */
export function clipJson(clip: string, frames: readonly string[], predictions: readonly Prediction[]): string {
  const labels = predictions.map(({ label }) => label);
  const probabilities = predictions.map(({ probability }) => probability);
  return jsonLine({ clip, frames, labels, probabilities });
}

export function jsonLine(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

function columns({ label, probability }: Prediction): string {
  return `${label}\t${probability.toFixed(4)}`;
}
