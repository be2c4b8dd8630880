/** What sequences are made of, before a model's numbers stand for it. */

import type { PictureSize } from '../../nn/glimpse-window.ts';

/** What is read, step by step: words, or vectors one after the other [T, D]; bytes are shares of 255. */
export type Inputs = readonly string[] | Float32Array | Uint8Array;

/** A sequence and what should be written about it: one label, or one for each step. No label where nobody knows. */
export interface SequenceExample {
  inputs: Inputs;
  labels: readonly string[];
  /** Where each step is a picture: its file, for people to see. */
  pictures?: readonly string[];
}

/** What a file holds: sequences of one kind. */
export interface Examples {
  /** D, the size of the vectors; 0 for words. */
  D: number;
  /** Where each vector is a whole picture: its size. */
  picture?: PictureSize;
  examples: readonly SequenceExample[];
}

export interface SequenceData extends Examples {
  /** Where they come from, for people. */
  name: string;
  /** Where a CNN made the vectors of pictures: its name as `loadCnn` takes it if not the one that ships, and its key. */
  cnn?: { name?: string | undefined; key: string } | undefined;
}

export function isWords(inputs: Inputs): inputs is readonly string[] {
  return Array.isArray(inputs);
}

/** T, the number of steps. */
export function lengthOf(inputs: Inputs, D: number): number {
  return isWords(inputs) ? inputs.length : inputs.length / D;
}
