/** Captions of pictures as packed batches for the model. Knows features, not pictures. */
import type { Random } from '../base/random.ts';
import { mapSteps, type Steps } from '../base/steps.ts';
import type { TokenBatch } from '../model/language-model.ts';
import { packedSequences } from '../nn/packing.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import { encodeCaption, specialIds } from './vocabulary.ts';

/** Pictures with standardised features and their captions. */
export interface CaptionedFeatures {
  /** Those of P pictures, [P, D]. */
  features: Float32Array;
  /** Those of their mirror images, [P, D]. */
  mirrored?: Float32Array | undefined;
  /** The captions that people wrote for each picture. */
  captions: readonly (readonly string[])[];
  names: readonly string[];
  /** The file of each picture, where there are files. */
  files?: readonly string[];
  /** How often the captions of each picture come in an epoch, of a fraction by chance. Default: once */
  repeats?: readonly number[];
}

/** One caption to be learned. */
export interface CaptionExample {
  /** The number of its picture. */
  picture: number;
  /** START and the words, in ids. */
  inputs: number[];
  /** The words and END, in ids. */
  targets: number[];
  /** Factor of its tokens' losses. Default: 1 */
  weight?: number;
}

/** All captions of pictures, one after another. @param captions those of each picture */
export function* examplesSteps(
  captions: CaptionedFeatures['captions'],
  vocabulary: Vocabulary,
): Steps<CaptionExample[]> {
  const { start, end } = specialIds(vocabulary);
  const ofPictures = yield* mapSteps(captions, (written, picture) =>
    written.map((caption) => {
      const words = encodeCaption(caption, vocabulary);
      return { picture, inputs: [start, ...words], targets: [...words, end] };
    }),
  );
  return ofPictures.flat();
}

/** How often the captions of a picture come in an epoch. */
export function repeatsOf({ repeats }: Pick<CaptionedFeatures, 'repeats'>, picture: number): number {
  return repeats?.[picture] ?? 1;
}

/** How often each of V tokens is a target in an epoch. @param pictures those of the examples */
export function targetCounts(
  examples: readonly CaptionExample[],
  V: number,
  pictures: Pick<CaptionedFeatures, 'repeats'>,
): Float64Array {
  const counts = new Float64Array(V);
  for (const { targets, picture } of examples) for (const id of targets) counts[id]! += repeatsOf(pictures, picture);
  return counts;
}

/** The features [D] of a picture, or with a probability of 1/2 of its mirror image, where there are any. */
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
 * @param featuresOf gives the condition [D] of an example; called in the order of the batch
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
      const row = packing.starts[t]! + n;
      inputs[row] = id;
      targets[row] = example.targets[t]!;
      weights[row] = example.weight ?? 1;
    }
  }
  return { packing, inputs, targets, weights, condition };
}
