/** What captions depend on, as a few signs: that a work of many days is gone on with by the same model and options. */
import { createHash } from 'node:crypto';
import { InputError, reasonOf } from '../../base/errors.ts';
import { fileIn, kindAt, readBytes } from '../../base/files.ts';
import type { Cnn } from '../../vision/cnn.ts';
import { preprocessingKey } from '../../vision/pixels.ts';
import { CONFIDENCE_FILES } from '../confidence/calibration.ts';
import { shippedCaptioner } from '../open.ts';

/** The files of a captioner's folder that its captions depend on; not all of them are in each. */
const FILES = ['config.json', 'vocabulary.json', 'weights.safetensors', ...CONFIDENCE_FILES];

/**
 * The captioners of these folders with their CNN, as 16 hexadecimal digits: other ones where a byte of a model is another.
 *
 * @throws InputError that names a file which can't be read
 */
export async function modelFingerprint(
  cnn: Pick<Cnn, 'key' | 'preprocessing'>,
  folders: readonly string[] = [shippedCaptioner()],
): Promise<string> {
  const hash = createHash('sha256').update(`${cnn.key} ${preprocessingKey(cnn.preprocessing)}`);
  for (const folder of folders) {
    for (const name of FILES) {
      const path = fileIn(folder, name);
      if ((await kindAt(path)) !== 'file') continue;
      const bytes = await readBytes(path).catch((error: unknown) => {
        throw new InputError(`cannot read ${path}`, { found: reasonOf(error), cause: error });
      });
      hash.update(`\0${name} ${bytes.length}\0`).update(bytes);
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/**
 * A model with the options that captions are written with.
 *
 * @param options plain values, in an order that is always the same; what is undefined counts as left out
 * @returns `MODEL-OPTIONS`, of 16 and 8 hexadecimal digits
 */
export function fingerprint(model: string, options: Readonly<Record<string, unknown>>): string {
  return `${model}-${createHash('sha256').update(JSON.stringify(options)).digest('hex').slice(0, 8)}`;
}
