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

/** What a picture may cost: one that costs more is refused, so that no picture can stop a server or a page. */
export interface PictureLimits {
  /** Width times height. Most pictures are decoded line by line, so that their size costs time, not memory. */
  pixels: number;
  /** Width and height each: hundreds of lines of a picture are in memory at once. */
  side: number;
  /** Bytes of its file. */
  bytes: number;
  /** Seconds that decoding may take, to the next whole one; a browser decodes pictures itself, and does not go by it. */
  seconds: number;
}

/** Limits that no photo reaches: 31,623² pixels, four times sharp's own limit, and the longest side that a JPEG can have. */
export const pictureLimits: PictureLimits = { pixels: 1_000_000_000, side: 65_535, bytes: 2 ** 30, seconds: 60 };

/** RGB bytes, [S, S, 3] for S = `Preprocessing.size`. */
export type Pixels = Uint8Array;

/** The version of the decoding: rises with each change that gives a file other pixels, whose older features are wrong. */
const DECODING = 1;

/** Names the preprocessing in cache keys: 'squash-224-v1'. */
export function preprocessingKey({ size, fit }: Preprocessing): string {
  return `${fit}-${size}-v${DECODING}`;
}

/** N pictures of one size as one piece of memory, [N, S, S, 3]. */
export function stacked(pictures: readonly Pixels[]): Uint8Array {
  const length = pictures[0]?.length ?? 0; // of no pictures there is nothing
  const whole = new Uint8Array(pictures.length * length);
  for (const [n, pixels] of pictures.entries()) whole.set(pixels, n * length);
  return whole;
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
