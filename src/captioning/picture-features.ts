/**
 * What a captioner sees of pictures: a vector each, and for one that attends to places a map each, which is read when it
 * is needed, so that those of many pictures need not be in memory together. Knows no CNN, no files and no captioner.
 *
 * N pictures, D features.
 */
import { InputError } from '../base/errors.ts';

/** Maps of N pictures. */
export interface PictureMaps {
  /** G, cells in a line; a map has G · G of them. */
  grid: number;
  /** Writes the map of picture n to `target` [G · G, D]. */
  read(n: number, target: Float32Array): void;
}

export interface PictureFeatures {
  /** [N, D] */
  vectors: Float32Array;
  /** For captioners that have a `grid`. */
  maps?: PictureMaps | undefined;
}

/** Features that may be vectors alone. */
export function pictureFeatures(features: Float32Array | PictureFeatures): PictureFeatures {
  return features instanceof Float32Array ? { vectors: features } : features;
}

/** N, how many pictures these are the features of. @throws InputError when they are not those of whole pictures */
export function numberOfPictures({ vectors }: PictureFeatures, D: number): number {
  const N = vectors.length / D;
  if (Number.isInteger(N)) return N;
  throw new InputError('the features are not those of whole pictures', {
    found: `${vectors.length} numbers`,
    expected: `${D} for each picture, as the captioner's CNN gives them`,
  });
}

/** Those of some of the pictures, in the order that is named. */
export function featuresAt(
  { vectors, maps }: PictureFeatures,
  pictures: readonly number[],
  D: number,
): PictureFeatures {
  return {
    vectors: vectorsAt(vectors, pictures, D),
    ...(maps && { maps: { grid: maps.grid, read: (n, target) => maps.read(pictures[n]!, target) } }),
  };
}

/** Some of the vectors [N, D], in the order that is named. */
export function vectorsAt(vectors: Float32Array, numbers: readonly number[], D: number): Float32Array {
  const selected = new Float32Array(numbers.length * D);
  for (const [i, n] of numbers.entries()) selected.set(vectors.subarray(n * D, (n + 1) * D), i * D);
  return selected;
}

/**
 * Maps of pictures of which vectors [N, D] alone are known: all cells are the vector, which is the mean of the cells of a
 * picture that is there.
 */
export function uniformMaps(vectors: Float32Array, grid: number, D: number): PictureMaps {
  return {
    grid,
    read(n, target) {
      const vector = vectors.subarray(n * D, (n + 1) * D);
      for (let cell = 0; cell < grid * grid; cell++) target.set(vector, cell * D);
    },
  };
}

/** Vectors with their maps behind them, [N, 1 + G · G, D], as `cnnWithGrid` gives them. */
export function featuresWithMaps(rows: Float32Array, grid: number, D: number): PictureFeatures {
  const size = (1 + grid * grid) * D;
  const vectors = new Float32Array((rows.length / size) * D);
  for (let n = 0; n * D < vectors.length; n++) vectors.set(rows.subarray(n * size, n * size + D), n * D);
  const read: PictureMaps['read'] = (n, target) => target.set(rows.subarray(n * size + D, (n + 1) * size));
  return { vectors, maps: { grid, read } };
}
