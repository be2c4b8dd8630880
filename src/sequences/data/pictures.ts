/**
 * Reads pictures as sequences of one step, a CNN's vector of each. Classes are folders of pictures:
 *
 *     flowers/
 *       daisy/  1.jpg  2.jpg  …
 *       rose/   …
 */
import { basename } from 'node:path';
import { InputError } from '../../base/errors.ts';
import { PICTURE_ENDINGS } from '../../base/picture-names.ts';
import type { Engine } from '../../compute/engine.ts';
import { picturesBelow, refusalOf } from '../../datasets/pictures.ts';
import { cachedFeatures, type ExtractionEvents } from '../../vision/cached-features.ts';
import type { Cnn } from '../../vision/cnn.ts';
import type { CnnBackend } from '../../vision/cnn-backends.ts';
import type { PictureSource } from '../../vision/extract.ts';
import { loadCnn } from '../../vision/load-cnn.ts';
import { nameOfPicture } from '../../vision/read-picture.ts';
import type { SequenceConfig } from '../config.ts';
import type { Examples, SequenceExample } from './example.ts';

/** A CNN, with its name as `loadCnn` takes it where it is not the one that ships. */
export interface NamedCnn {
  name?: string | undefined;
  cnn: Cnn;
}

/** The vectors of pictures that could be read. */
export interface SeenPictures {
  /** [D] each. */
  vectors: Float32Array[];
  names: string[];
  /** The number of pictures that could not be read. */
  skipped: number;
}

/**
 * Reads the pictures of folders that are a class each, labelled by the folders' names.
 *
 * @param onOdd told what is left out: pictures of formats that are not read, other files, folders without any
 * @throws InputError when no folder has pictures
 */
export async function readPictureClasses(
  folders: readonly string[],
  cnn: Cnn,
  events: ExtractionEvents = {},
  onOdd?: (message: string) => void,
): Promise<Examples> {
  const examples: SequenceExample[] = [];
  for (const folder of folders) {
    const { files, leftOut, unread } = await picturesBelow(folder);
    const refusal = refusalOf(unread, folder);
    if (refusal) onOdd?.(refusal.message);
    const left = leftOut.inWords();
    if (left !== undefined) onOdd?.(`${folder}: left out ${left}`);
    if (files.length === 0) onOdd?.(`${folder}: left out, as there are no pictures in it`);
    const { vectors } = await seePictures(files, cnn, events);
    for (const inputs of vectors) examples.push({ inputs, labels: [basename(folder)] });
  }
  if (examples.length === 0) {
    throw new InputError(`no pictures in ${folders.join(', ')}`, {
      expected: `files that end in ${PICTURE_ENDINGS.join(', ')}`,
    });
  }
  return { D: cnn.featureSize, examples };
}

/** The CNN's vectors of pictures, from the cache where it has them; pictures that can't be read are left out. */
export async function seePictures(
  pictures: readonly PictureSource[],
  cnn: Cnn,
  events: ExtractionEvents = {},
): Promise<SeenPictures> {
  const D = cnn.featureSize;
  const { features, skipped } = await cachedFeatures(pictures, cnn, events);
  const rows = [...pictures.keys()].filter((row) => !skipped.has(row));
  return {
    vectors: rows.map((row) => features.slice(row * D, (row + 1) * D)),
    names: rows.map((row) => nameOfPicture(pictures[row]!)),
    skipped: skipped.size,
  };
}

/**
 * Loads the CNN that made the vectors which a model was trained on.
 *
 * @param engine as `loadCnn` takes it
 * @throws InputError when the model does not read pictures, or the CNN installed now would make other vectors
 */
export async function loadCnnOfLabeller(
  { cnn: trainedWith }: SequenceConfig,
  backend: CnnBackend,
  engine?: Engine,
): Promise<NamedCnn> {
  if (!trainedWith) {
    throw new InputError('the model does not read pictures', { expected: 'a model that was trained on pictures' });
  }
  const { name, key } = trainedWith;
  const cnn = await loadCnn(name, backend, engine);
  if (cnn.key === key) return { name, cnn };
  throw new InputError('the model was trained with another CNN', { found: cnn.key, expected: key });
}
