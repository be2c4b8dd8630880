/**
 * Decodes pictures of any common kind to the square of RGB bytes that a CNN takes, as a viewer would show them:
 * turned upright by their EXIF orientation, in sRGB, the first frame of several, transparency over white (the page
 * that such pictures are drawn for; black would swallow dark drawings). Knows no CNN.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { InputError, reasonOf } from '../base/errors.ts';

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

/** Rises with every change that gives other pixels for the same file: cached features of older ones must not be used. */
const DECODING = 1;

/** Names the preprocessing in cache keys: 'squash-224-v1'. */
export function preprocessingKey({ size, fit }: Preprocessing): string {
  return `${fit}-${size}-v${DECODING}`;
}

/**
 * Reads a picture file whole.
 *
 * @throws InputError that names the file when it is missing, empty, a folder or may not be read
 */
export async function readPicture(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new InputError(`cannot read the picture ${path}`, { found: reasonOf(error), cause: error });
  }
}

/**
 * Decodes a picture to `preprocessing`'s square; `name` says in an error which it was.
 *
 * @throws InputError when the bytes are no picture, are torn or broken, or hold more than a billion pixels
 */
export async function decodePicture(bytes: Uint8Array, preprocessing: Preprocessing, name: string): Promise<Pixels> {
  if (bytes.length === 0) {
    throw new InputError(`cannot read the picture ${name}`, { found: 'an empty file', expected: PICTURE });
  }
  const { size, fit } = preprocessing;
  try {
    // Warnings alone (a stray byte before a marker) do not stop viewers either; what is truncated or broken does.
    const { data, info } = await loadSharp()(bytes, { failOn: 'error', limitInputPixels: PIXEL_LIMIT })
      .autoOrient()
      .resize(size, size, { fit: fit === 'squash' ? 'fill' : 'cover' })
      .flatten({ background: 'white' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`${info.channels} channels after decoding`);
    return data;
  } catch (error) {
    throw explain(error, bytes, name);
  }
}

const require = createRequire(import.meta.url);

/** With the first picture, and by `require`: `import` takes twice as long to load it. */
function loadSharp(): typeof import('sharp', { with: { 'resolution-mode': 'require' }}) {
  return require('sharp');
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

const PICTURE = 'a JPEG, PNG, WebP, AVIF, GIF, TIFF or SVG picture';

/** 31,623²: four times sharp's default. Pictures are decoded line by line, so that their size costs time, not memory. */
const PIXEL_LIMIT = 1_000_000_000;

function explain(cause: unknown, bytes: Uint8Array, name: string): InputError {
  const reason = reasonOf(cause);
  if (/exceeds pixel limit/.test(reason)) {
    const expected = `at most ${PIXEL_LIMIT.toLocaleString('en')} pixels`;
    return new InputError(`the picture ${name} is too large`, { expected, cause });
  }
  const start = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  if (/^.{4}ftyphe/s.test(start)) {
    const explanation = { found: 'HEIC', expected: PICTURE, advice: 'Convert it to JPEG first', cause };
    return new InputError(`cannot decode the picture ${name}`, explanation);
  }
  if (!/unsupported image format/.test(reason)) {
    const advice = 'The file is damaged or incomplete; fetch it again';
    return new InputError(`cannot decode the picture ${name}`, { found: reason, advice, cause });
  }
  const found = `${bytes.length} bytes that start with ${JSON.stringify(start)}`;
  return new InputError(`${name} is not a picture`, { found, expected: PICTURE, cause });
}
