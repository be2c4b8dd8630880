/** Labelled sequences as readers and programs give them: words or vectors. Knows no model and no file. */
import { counted } from '../../base/counted.ts';
import { InputError } from '../../base/errors.ts';
import type { PictureSize } from '../../nn/glimpse-window.ts';
import type { Task } from '../config.ts';

/** What a model reads, step by step: T words, or vectors [T, D]; bytes are shares of 255. */
export type Inputs = readonly string[] | Float32Array | Uint8Array;

/** A sequence with its label, or with one for each step; with none where they are not known. */
export interface SequenceExample {
  inputs: Inputs;
  labels: readonly string[];
  /** The file of each step's picture, where the steps are pictures. */
  pictures?: readonly string[];
}

/** Sequences of one kind. */
export interface Examples {
  /** D, the size of the vectors; 0 for words. */
  D: number;
  /** The size of pictures, where each vector is a whole one. */
  picture?: PictureSize;
  examples: readonly SequenceExample[];
}

export interface SequenceData extends Examples {
  /** Where the sequences come from, for people. */
  name: string;
  /** The CNN that made vectors of pictures: its name as `loadCnn` takes it, unless it is the one that ships, and its key. */
  cnn?: { name?: string | undefined; key: string } | undefined;
}

/** Whether a sequence is words, not vectors. */
export function isWords(inputs: Inputs): inputs is readonly string[] {
  return Array.isArray(inputs);
}

/** T, the number of steps of a sequence. */
export function lengthOf(inputs: Inputs, D: number): number {
  return isWords(inputs) ? inputs.length : inputs.length / D;
}

/** What to do where labels are those of the other task. */
const OTHER_TASK: Readonly<Record<Task, string>> = {
  classify: 'Use task tag for labels in step.',
  tag: 'Use task classify for one label a sequence.',
};

/**
 * Checks examples before they are learned from or predicted.
 *
 * @param labelled whether every example must have labels
 * @throws InputError when some are words and others vectors, or an example has not as many labels as the task asks for
 */
export function checkExamples({ name, D, examples }: SequenceData, task: Task, labelled = true): void {
  for (const [i, { inputs, labels }] of examples.entries()) {
    if (isWords(inputs) !== (D === 0)) {
      throw new InputError(`${name} holds words and vectors`, { expected: 'sequences of one kind' });
    }
    const expected = task === 'tag' ? lengthOf(inputs, D) : 1;
    if (labels.length === expected || (labels.length === 0 && !labelled)) continue;
    throw new InputError(`${name} does not have a label for each ${task === 'tag' ? 'step' : 'sequence'}`, {
      found: `${labels.length} for sequence ${i + 1}, of ${counted(lengthOf(inputs, D), 'step')}`,
      expected: String(expected),
      advice: labels.length === 0 ? undefined : OTHER_TASK[task],
      settings: ['task'],
    });
  }
}

/** How many labels an error lists. */
const LISTED = 8;

/** Labels for an error that expected one of them. */
export function labelsInWords(labels: readonly string[]): string {
  const listed = labels.slice(0, LISTED).map((label) => JSON.stringify(label));
  return `one of ${listed.join(', ')}${labels.length > LISTED ? ', …' : ''}`;
}
