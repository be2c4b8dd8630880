/** Captions of pictures as batches for the model. */
import type { Random } from '../base/random.ts';
import type { TokenBatch } from '../model/language-model.ts';
import { packedSequences } from '../nn/packing.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import { encodeCaption, specialIds } from './vocabulary.ts';

/** Pictures with standardised features and their captions. */
export interface CaptionedFeatures {
  /** [P, D] */
  features: Float32Array;
  /** The mirror images' [P, D]. */
  mirrored?: Float32Array | undefined;
  /** What people wrote about each picture, and its name. */
  captions: readonly (readonly string[])[];
  names: readonly string[];
  /** The file of each, for people to see, where there are files. */
  files?: readonly string[];
}

/** One caption to be learned. */
export interface CaptionExample {
  picture: number;
  /** START, words. */
  inputs: number[];
  /** Words, END. */
  targets: number[];
  /** Factor of its tokens' losses; 1 by default. */
  weight?: number;
}

/** All captions of the pictures. */
export function examplesOf({ captions }: CaptionedFeatures, vocabulary: Vocabulary): CaptionExample[] {
  const { start, end } = specialIds(vocabulary);
  return captions.flatMap((written, picture) =>
    written.map((caption) => {
      const words = encodeCaption(caption, vocabulary);
      return { picture, inputs: [start, ...words], targets: [...words, end] };
    }),
  );
}

/** How often each of V tokens is a target. */
export function targetCounts(examples: readonly CaptionExample[], V: number): Uint32Array {
  const counts = new Uint32Array(V);
  for (const { targets } of examples) for (const id of targets) counts[id]! += 1;
  return counts;
}

/** The features [D] of a picture or, every other time where there are any, of its mirror image. */
export function eitherFeatures(
  { features, mirrored }: CaptionedFeatures,
  picture: number,
  D: number,
  random: Random,
): Float32Array {
  const source = mirrored && random.uniform() < 0.5 ? mirrored : features;
  return source.subarray(picture * D, (picture + 1) * D);
}

/**
 * Packs examples, longest first: step t holds word t of all captions that have one.
 *
 * @param featuresOf the condition [D] of an example, called in the order of the batch
 */
export function tokenBatch(
  examples: readonly CaptionExample[],
  D: number,
  featuresOf: (example: CaptionExample) => Float32Array,
): TokenBatch {
  const sorted = examples.toSorted((a, b) => b.inputs.length - a.inputs.length);
  const packing = packedSequences(sorted.map(({ inputs }) => inputs.length));
  const inputs = new Int32Array(packing.rows);
  const targets = new Int32Array(packing.rows);
  const weights = new Float32Array(packing.rows);
  const condition = new Float32Array(sorted.length * D);
  for (const [n, example] of sorted.entries()) {
    condition.set(featuresOf(example), n * D);
    for (const [t, id] of example.inputs.entries()) {
      const row = (packing.starts[t] ?? 0) + n;
      inputs[row] = id;
      targets[row] = example.targets[t] ?? -1;
      weights[row] = example.weight ?? 1;
    }
  }
  return { packing, inputs, targets, weights, condition };
}
