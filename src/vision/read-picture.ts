/** Picture files as bytes, under Node and in a browser alike. Knows no pixels. */
import { InputError, reasonOf } from '../base/errors.ts';
import { readBytes } from '../base/files.ts';
import { pictureLimits } from './pixels.ts';

/**
 * Reads a picture file whole.
 *
 * @param most bytes that it may have
 * @throws InputError that names the file when it is missing, a folder, too large or may not be read
 */
export async function readPicture(path: string, most: number = pictureLimits.bytes): Promise<Uint8Array> {
  try {
    return await readBytes(path, (size) => refuseLarge(size, most, path));
  } catch (error) {
    if (error instanceof InputError) throw error;
    const isTorn = path.includes('\ufffd'); // what stands for bytes that are no UTF-8, and names no file
    throw new InputError(`cannot read the picture ${path}`, {
      found: isTorn ? 'a name that is not UTF-8' : reasonOf(error),
      advice: isTorn ? 'Give it a name in UTF-8' : undefined,
      cause: error,
    });
  }
}

/** What a picture is called, in messages and in answers. */
export function nameOfPicture(source: string | { name: string }): string {
  return typeof source === 'string' ? source : source.name;
}

/** The bytes of a picture that has them, or is read from its path. @throws InputError as `readPicture` does */
export async function pictureBytes(source: string | { bytes: Uint8Array }, most?: number): Promise<Uint8Array> {
  return typeof source === 'string' ? readPicture(source, most) : source.bytes;
}

/** @throws InputError when a picture has more bytes than it may have */
export function refuseLarge(bytes: number, most: number, name: string): void {
  if (bytes <= most) return;
  throw new InputError(`the picture ${name} is too large`, {
    found: `${bytes.toLocaleString('en')} bytes`,
    expected: `at most ${most.toLocaleString('en')}`,
  });
}

/** @throws InputError when a side of a picture has more pixels than it may have */
export function refuseLongSides(width: number, height: number, side: number, name: string): void {
  if (Math.max(width, height) <= side) return;
  throw new InputError(`the picture ${name} is too large`, {
    found: `${width.toLocaleString('en')} × ${height.toLocaleString('en')} pixels`,
    expected: `sides of at most ${side.toLocaleString('en')}`,
  });
}
