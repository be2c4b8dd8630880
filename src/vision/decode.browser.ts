/**
 * In place of `decode.ts` in a browser, which decodes pictures itself: as it shows them, upright, in sRGB, over white. It
 * scales with another filter than sharp, so that features differ a little.
 */
import { InputError } from '../base/errors.ts';
import type * as node from './decode.ts';
import { type PictureLimits, type Pixels, type Preprocessing, pictureLimits } from './pixels.ts';
import { refuseLarge, refuseLongSides } from './read-picture.ts';

export async function decodePicture(
  bytes: Uint8Array,
  { size, fit }: Preprocessing,
  name: string,
  limits: PictureLimits = pictureLimits,
): Promise<Pixels> {
  refuseLarge(bytes.length, limits.bytes, name);
  const bitmap = await decode(bytes, name);
  refuseLongSides(bitmap.width, bitmap.height, limits.side, name);
  if (bitmap.width * bitmap.height > limits.pixels) {
    bitmap.close();
    const expected = `at most ${limits.pixels.toLocaleString('en')} pixels`;
    throw new InputError(`the picture ${name} is too large`, { expected });
  }
  const context = new OffscreenCanvas(size, size).getContext('2d', { willReadFrequently: true })!;
  context.imageSmoothingQuality = 'high';
  context.fillStyle = 'white';
  context.fillRect(0, 0, size, size);
  const { width, height } = bitmap;
  const [w, h] = fit === 'squash' ? [width, height] : [Math.min(width, height), Math.min(width, height)];
  context.drawImage(bitmap, (width - w) / 2, (height - h) / 2, w, h, 0, 0, size, size);
  bitmap.close();
  return withoutAlpha(context.getImageData(0, 0, size, size).data);
}

async function decode(bytes: Uint8Array, name: string): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(new Blob([new Uint8Array(bytes)]));
  } catch (cause) {
    const found = `${bytes.length} bytes that this browser can't decode`;
    throw new InputError(`${name} is not a picture, or is damaged`, { found, cause });
  }
}

/** RGBA to RGB. */
function withoutAlpha(rgba: Uint8ClampedArray): Pixels {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgb[to] = rgba[from]!;
    rgb[to + 1] = rgba[from + 1]!;
    rgb[to + 2] = rgba[from + 2]!;
  }
  return rgb;
}

({ decodePicture }) satisfies typeof node;
