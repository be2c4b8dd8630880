/** A caption in a text file beside its picture, `photo.txt` for `photo.jpg`, as trainers of other models read it. */
import { readFile } from 'node:fs/promises';
import { format, parse } from 'node:path';
import { InputError, reasonOf } from '../../base/errors.ts';
import { writeFileAtomically } from '../../base/files.ts';
import type { PictureTexts } from './picture-texts.ts';

/** A file beside a picture, of the same name with another ending. */
export function besidePicture(file: string, ending: string): string {
  const { dir, name, root } = parse(file);
  return format({ dir, name, root, ext: ending });
}

const placeOf = (file: string): string => besidePicture(file, '.txt');

export const sidecarTexts: PictureTexts = {
  placeOf,
  async has(file) {
    const path = placeOf(file);
    try {
      return (await readFile(path, 'utf8')).trim() !== '';
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
      throw new InputError(`cannot read ${path}`, { found: reasonOf(error), cause: error });
    }
  },
  write: (file, text) => writeFileAtomically(placeOf(file), `${text}\n`),
  close: async () => {},
};
