/**
 * A CNN that has learned, as the two files of a folder: it lies in the folder of the model that it learned with, and goes
 * with it where that goes. Knows no network.
 */
import { fileIn, readBytes, writeFileAtomically } from '../base/files.ts';

export interface CnnFiles {
  /** As `Cnn.key`. */
  key: string;
  config: string | Uint8Array;
  /** Filters in half precision. */
  weights: Uint8Array;
}

/** The folder of the CNN within that of the model. */
export const CNN_FOLDER = 'cnn' as const;

export const CNN_CONFIG = 'config.json';
export const CNN_WEIGHTS = 'weights.safetensors';

/** @throws InputError when a file can't be written */
export async function writeCnnFiles(folder: string, { config, weights }: CnnFiles): Promise<void> {
  await writeFileAtomically(fileIn(folder, CNN_WEIGHTS), weights);
  await writeFileAtomically(fileIn(folder, CNN_CONFIG), config);
}

/** @throws what the system says when one of the files can't be read */
export async function readCnnFiles(folder: string, key: string): Promise<CnnFiles> {
  const [config, weights] = await Promise.all([CNN_CONFIG, CNN_WEIGHTS].map((name) => readBytes(fileIn(folder, name))));
  return { key, config: config!, weights: weights! };
}
