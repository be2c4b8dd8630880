/** Captions of pictures as packed batches for the model. Knows features, not pictures. */
import type { Random } from '../base/random.ts';
import { mapSteps, type Steps } from '../base/steps.ts';
import type { TokenBatch } from '../model/token-batch.ts';
import { packedSequences } from '../nn/packing.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import type { CaptionsByPicture } from './caption.ts';
import { startIds } from './languages.ts';
import { type PictureFeatures, vectorsAt } from './picture-features.ts';
import { encodeCaption, specialIds } from './vocabulary.ts';

/** Maps on a grid, in a cache. */
export interface StoredGrid {
  /** G, cells in a line. */
  grid: number;
  /** Writes the map of one view of a file to `target` [G · G, D]. */
  read(target: Float32Array, file: string, view: LearnedView): void;
}

/** A picture as it is, or its mirror image. */
export type LearnedView = 'plain' | 'mirrored';

/** Pictures with standardised features and their captions. */
export interface CaptionedFeatures extends CaptionsByPicture {
  /** Those of P pictures, [P, D]. */
  features: Float32Array;
  /** Those of their mirror images, [P, D]. */
  mirrored?: Float32Array | undefined;
  names: readonly string[];
  /** The file of each picture, where there are files. */
  files?: readonly string[];
  /** The maps of these files, for a captioner that attends to them, see `with-maps.ts`. */
  maps?: StoredGrid | undefined;
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

/** All captions of pictures, one after another, each from the START of its language. */
export function* examplesSteps(
  { captions, languages }: CaptionsByPicture,
  vocabulary: Vocabulary,
): Steps<CaptionExample[]> {
  const { end } = specialIds(vocabulary);
  const starts = startIds(vocabulary);
  const ofPictures = yield* mapSteps(captions, (written, picture) => {
    const language = languages?.[picture];
    const start = starts.get(language)!;
    return written.map((caption) => {
      const words = encodeCaption(caption, vocabulary, language);
      return { picture, inputs: [start, ...words], targets: [...words, end] };
    });
  });
  return ofPictures.flat();
}

/** Pictures with their captions in one language; all where the captions do not say theirs. */
export function picturesIn(pictures: CaptionedFeatures, language: string | undefined): CaptionedFeatures {
  const { features, mirrored, captions, languages, names, files, maps, repeats } = pictures;
  if (!languages || languages.every((one) => one === language)) return pictures;
  const rows = [...languages.keys()].filter((row) => languages[row] === language);
  const select = <Item>(items: readonly Item[]) => rows.map((row) => items[row]!);
  return {
    features: selectRows(features, rows, captions.length),
    mirrored: mirrored && selectRows(mirrored, rows, captions.length),
    captions: select(captions),
    languages: select(languages),
    names: select(names),
    ...(files && { files: select(files) }),
    ...(maps && { maps }),
    ...(repeats && { repeats: select(repeats) }),
  };
}

/** Rows of a matrix of `total` rows, a copy unless they are all. */
export function selectRows(matrix: Float32Array, rows: readonly number[], total: number): Float32Array {
  return rows.length === total ? matrix : vectorsAt(matrix, rows, matrix.length / total);
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

/** What a captioner sees of one picture. */
export interface Seen {
  /** v [D] */
  vector: Float32Array;
  /** Writes its map, where there is one. */
  readMap?: ((target: Float32Array) => void) | undefined;
}

/** What is seen of a picture as it is, or in its mirror image. */
export function viewOf(
  { features, mirrored, files, maps }: CaptionedFeatures,
  picture: number,
  D: number,
  view: LearnedView = 'plain',
): Seen {
  const source = view === 'mirrored' ? mirrored! : features;
  return {
    vector: source.subarray(picture * D, (picture + 1) * D),
    ...(maps && { readMap: (target) => maps.read(target, files![picture]!, view) }),
  };
}

/** What is seen of a picture, or with a probability of 1/2 of its mirror image, where there are any. */
export function eitherView(pictures: CaptionedFeatures, picture: number, D: number, random: Random): Seen {
  return viewOf(pictures, picture, D, pictures.mirrored && random.uniform() < 0.5 ? 'mirrored' : 'plain');
}

/** What is seen of all pictures as they are. */
export function allFeatures({ features: vectors, files, maps }: CaptionedFeatures): PictureFeatures {
  if (!maps) return { vectors };
  return {
    vectors,
    maps: { grid: maps.grid, read: (n, target) => maps.read(target, files![n]!, 'plain') },
  };
}

/**
 * Packs examples, longest first: step t holds word t of all captions that have one.
 *
 * @param seenBy gives what is seen of the picture of an example; called in the order of the batch
 * @param mapSize floats of the map that each attends to; 0 for none
 */
export function tokenBatch(
  examples: readonly CaptionExample[],
  D: number,
  seenBy: (example: CaptionExample) => Seen,
  mapSize = 0,
): TokenBatch {
  const sorted = examples.toSorted((a, b) => b.inputs.length - a.inputs.length);
  const packing = packedSequences(sorted.map(({ inputs }) => inputs.length));
  const inputs = new Int32Array(packing.rows);
  const targets = new Int32Array(packing.rows);
  const weights = new Float32Array(packing.rows);
  const condition = new Float32Array(sorted.length * D);
  const places = mapSize > 0 ? new Float32Array(sorted.length * mapSize) : undefined;
  for (const [n, example] of sorted.entries()) {
    const { vector, readMap } = seenBy(example);
    condition.set(vector, n * D);
    if (places) readMap!(places.subarray(n * mapSize, (n + 1) * mapSize));
    for (const [t, id] of example.inputs.entries()) {
      const row = packing.starts[t]! + n;
      inputs[row] = id;
      targets[row] = example.targets[t]!;
      weights[row] = example.weight ?? 1;
    }
  }
  return { packing, inputs, targets, weights, condition, ...(places && { places }) };
}
