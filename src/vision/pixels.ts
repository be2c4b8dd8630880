/** What a CNN takes: squares of RGB bytes. Knows no CNN and no files. */

/** How a picture becomes a CNN's input; part of a model's config and the same in training and use. */
export interface Preprocessing {
  /** Width and height in pixels. */
  size: number;
  /**
   * `squash` scales the whole picture to the square: nothing is cut off, shapes are distorted. It is the default, and
   * how the Flickr8k pictures that the shipped captioner saw were made. `crop` keeps the shapes and cuts off the longer
   * side's ends.
   */
  fit: 'squash' | 'crop';
}

/** RGB bytes, [S, S, 3] for S = `Preprocessing.size`. */
export type Pixels = Uint8Array;

/** The version of the decoding: rises with each change that gives a file other pixels, whose older features are wrong. */
const DECODING = 1;

/** Names the preprocessing in cache keys: 'squash-224-v1'. */
export function preprocessingKey({ size, fit }: Preprocessing): string {
  return `${fit}-${size}-v${DECODING}`;
}

/** The mirror image (left and right exchanged), which doubles a training set. */
export function mirror(pixels: Pixels, size: number): Pixels {
  const mirrored = new Uint8Array(pixels.length);
  for (let row = 0; row < pixels.length; row += 3 * size) {
    for (let left = 0, right = 3 * (size - 1); right >= 0; left += 3, right -= 3) {
      mirrored[row + left] = pixels[row + right]!;
      mirrored[row + left + 1] = pixels[row + right + 1]!;
      mirrored[row + left + 2] = pixels[row + right + 2]!;
    }
  }
  return mirrored;
}
