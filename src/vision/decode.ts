/**
 * Decodes pictures of any common kind to the square of RGB bytes that a CNN takes, as a viewer would show them:
 * turned upright by their EXIF orientation, in sRGB, the first frame of several, transparency over white (the page
 * that such pictures are drawn for; black would swallow dark drawings). Knows no CNN. A browser, which decodes pictures
 * itself, has `decode.browser.ts` in its place.
 */
import { createRequire } from 'node:module';
import type { Sharp } from 'sharp';
import { InputError, reasonOf } from '../base/errors.ts';
import { refuseLfsPointer } from '../base/git-lfs.ts';
import { isRawName } from '../base/picture-names.ts';
import { type PictureLimits, type Pixels, type Preprocessing, pictureLimits } from './pixels.ts';
import { refuseLarge, refuseLongSides } from './read-picture.ts';

/**
 * Decodes a picture to `preprocessing`'s square; `name` says in an error which it was.
 *
 * @throws InputError when the bytes are no picture, are torn or broken, or cost more than the limits allow
 */
export async function decodePicture(
  bytes: Uint8Array,
  preprocessing: Preprocessing,
  name: string,
  limits: PictureLimits = pictureLimits,
): Promise<Pixels> {
  if (bytes.length === 0) {
    throw new InputError(`cannot read the picture ${name}`, { found: 'an empty file', expected: PICTURE });
  }
  refuseLarge(bytes.length, limits.bytes, name);
  refuseLfsPointer(bytes, `the picture ${name}`);
  if (isRaw(bytes, name)) throw unknownFormat(name, RAW);
  const { size, fit } = preprocessing;
  try {
    // Warnings alone (a stray byte before a marker) do not stop viewers either; what is truncated or broken does.
    const { data, info } = await (await opened(bytes, limits, name))
      .autoOrient()
      .resize(size, size, { fit: fit === 'squash' ? 'fill' : 'cover' })
      .flatten({ background: 'white' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`${info.channels} channels after decoding`);
    return data;
  } catch (error) {
    throw explain(error, bytes, name, limits);
  }
}

/** The longest side that a JPEG can have. */
const JPEG_SIDE = 65_535;

/**
 * A picture that may be decoded. One of floats from 0 to 1, which sharp would take for black, becomes one of bytes.
 *
 * @throws InputError when a side is too long
 */
async function opened(bytes: Uint8Array, { pixels, side, seconds }: PictureLimits, name: string): Promise<Sharp> {
  const picture = loadSharp()(asStill(bytes), { failOn: 'error', limitInputPixels: pixels }).timeout({
    seconds: Math.ceil(seconds),
  });
  if (isJpeg(bytes) && side >= JPEG_SIDE) return picture; // most pictures: not looked at twice
  const { width, height, depth } = await picture.metadata();
  refuseLongSides(width, height, side, name);
  if (depth !== 'float' && depth !== 'double') return picture;
  const { channels } = await picture.stats();
  return channels.every(({ max }) => max <= 1) ? picture.linear(255, 0) : picture;
}

/**
 * An animated AVIF as the still that it holds too: libvips takes a file for an AVIF by its first brand alone, where an
 * animation has `avis` and, in the list of others, `avif`.
 */
function asStill(bytes: Uint8Array): Uint8Array {
  if (!Buffer.from(bytes.subarray(4, 12)).equals(Buffer.from('ftypavis'))) return bytes;
  const still = Uint8Array.from(bytes);
  still.set(Buffer.from('avif'), 8);
  return still;
}

/**
 * Whether bytes are a camera's raw data in a TIFF: a DNG or Nikon's by the file's name, or Canon's by its mark. What sharp
 * reads there is not the picture but a thumbnail of it, of 160 pixels.
 */
function isRaw(bytes: Uint8Array, name: string): boolean {
  const start = Buffer.from(bytes.subarray(0, 10)).toString('latin1');
  return /^(II\*\0|MM\0\*)/.test(start) && (isRawName(name) || start.endsWith('CR'));
}

function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8;
}

const require = createRequire(import.meta.url);
type SharpModule = typeof import('sharp', { with: { 'resolution-mode': 'require' }});
let sharp: SharpModule | undefined;

/** Loads sharp with the first picture, and by `require`: `import` takes twice as long. */
function loadSharp(): SharpModule {
  if (sharp) return sharp;
  sharp = require('sharp') as SharpModule;
  sharp.cache(false); // libvips would keep what it has decoded, for the case that the same bytes come again
  return sharp;
}

const PICTURE = 'a JPEG, PNG, WebP, AVIF, GIF, TIFF or SVG picture';

const RAW = "a camera's raw data";

/** Formats of pictures that are not read, by the first bytes of a file in Latin-1. */
const OTHER_FORMATS: readonly (readonly [bytes: RegExp, format: string])[] = [
  [/^.{4}ftyp(he|mif1|msf1)/s, 'HEIC'],
  [/^.{4}ftypcrx|^FUJIFILM|^IIRO|^IIU\0/s, RAW],
  [/^.{4}ftyp(?!avi[fs])/s, 'a video'],
  [/^BM.{4}\0{4}/s, 'BMP'],
  [/^\0\0[^\0]\0[^\0]\0/, 'an icon (ICO)'],
  [/^\0\0\0\fjP|^\xff\x4f\xff\x51/, 'JPEG 2000'],
  [/^\0\0\0\fJXL|^\xff\n/, 'JPEG XL'],
  [/^8BPS/, 'Photoshop'],
  [/^P[1-7]\s/, 'PNM'],
  [/^%PDF-/, 'PDF'],
  [/^#\?RADIANCE|^v\/1[^ -~]/, 'a picture of high dynamic range (HDR, EXR)'],
];

/** What is wrong with the bytes of a picture, in one line. */
function explain(cause: unknown, bytes: Uint8Array, name: string, limits: PictureLimits): InputError {
  if (cause instanceof InputError) return cause;
  const reason = reasonOf(cause);
  if (/exceeds pixel limit/.test(reason)) {
    const expected = `at most ${limits.pixels.toLocaleString('en')} pixels`;
    return new InputError(`the picture ${name} is too large`, { expected, cause });
  }
  if (/timeout/.test(reason)) {
    const expected = `a picture that is decoded in ${limits.seconds} s`;
    return new InputError(`the picture ${name} takes too long`, { expected, cause });
  }
  const start = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  const other = OTHER_FORMATS.find(([bytes]) => bytes.test(start))?.[1];
  const unsupported = /not (configured|supported)/.test(reason) ? reason : undefined; // a TIFF of zstd for one
  const found = other ?? unsupported;
  if (found !== undefined) return unknownFormat(name, found, cause);
  if (!/unsupported image format/.test(reason)) {
    const advice = 'The file is damaged or incomplete; fetch it again';
    // What libvips says it says of all pictures that are decoded at once, so that now and then one gets no reason.
    const found = /^Unknown error/.test(reason) ? undefined : reason.replace(/:$/, '');
    return new InputError(`cannot decode the picture ${name}`, { found, advice, cause });
  }
  const bytesFound = `${bytes.length} bytes that start with ${JSON.stringify(start)}`;
  return new InputError(`${name} is not a picture`, { found: bytesFound, expected: PICTURE, cause });
}

function unknownFormat(name: string, found: string, cause?: unknown): InputError {
  const explanation = { found, expected: PICTURE, advice: 'Convert it to JPEG first', cause };
  return new InputError(`cannot decode the picture ${name}`, explanation);
}
