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
    throw new InputError(`cannot read the picture ${path}`, { found: reasonOf(error), cause: error });
  }
}

/** @throws InputError when a picture has more bytes than it may have */
export function refuseLarge(bytes: number, most: number, name: string): void {
  if (bytes <= most) return;
  throw new InputError(`the picture ${name} is too large`, {
    found: `${bytes.toLocaleString('en')} bytes`,
    expected: `at most ${most.toLocaleString('en')}`,
  });
}
