/** Picture files as bytes, under Node and in a browser alike. Knows no pixels. */
import { InputError, reasonOf } from '../base/errors.ts';
import { readBytes } from '../base/files.ts';

/**
 * Reads a picture file whole.
 *
 * @throws InputError that names the file when it is missing, a folder or may not be read
 */
export async function readPicture(path: string): Promise<Uint8Array> {
  try {
    return await readBytes(path);
  } catch (error) {
    throw new InputError(`cannot read the picture ${path}`, { found: reasonOf(error), cause: error });
  }
}
