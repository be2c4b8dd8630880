/** Pictures as sequences: what the CNN says of each, one step or a frame of a clip. */
import { basename } from 'node:path';
import { InputError } from '../base/errors.ts';
import { cacheFolder } from '../base/files.ts';
import type { SequenceConfig } from '../sequences/config.ts';
import type { Example, SequenceData } from '../sequences/data/example.ts';
import type { Cnn } from '../vision/cnn.ts';
import type { CnnBackend } from '../vision/cnn-backends.ts';
import { type CollectedFeatures, collectFeatures, type PictureSource } from '../vision/extract.ts';
import { loadCnn } from '../vision/load-cnn.ts';
import { findPictures } from './find-pictures.ts';
import { type Status, showFeatures } from './progress.ts';
import { interruptible } from './run.ts';

/** The pictures of folders that are a class each, as examples. @throws InputError when a folder has none */
export async function readPictureClasses(
  path: string,
  folders: readonly string[],
  cnn: Cnn,
  status: Status,
): Promise<SequenceData> {
  const examples: Example[] = [];
  for (const folder of folders) {
    const { sources, errors } = await findPictures([folder]);
    if (errors[0]) throw errors[0];
    const { vectors } = await featuresOf(sources, cnn, status);
    examples.push(...vectors.map((inputs) => ({ inputs, labels: [basename(folder)] })));
  }
  return { name: basename(path), D: cnn.featureSize, examples };
}

/** What the CNN says of pictures, from the cache where it is there; those that can't be read are named and left out. */
export async function featuresOf(
  pictures: readonly PictureSource[],
  cnn: Cnn,
  status: Status,
): Promise<{ vectors: Float32Array[]; names: string[]; skipped: number }> {
  const D = cnn.featureSize;
  const { features, skipped } = await lookAt(pictures, cnn, status);
  const rows = [...pictures.keys()].filter((row) => !skipped.has(row));
  return {
    vectors: rows.map((row) => features.slice(row * D, (row + 1) * D)),
    names: rows.map((row) => nameOf(pictures[row] ?? '')),
    skipped: skipped.size,
  };
}

/** The features of pictures, from the cache where it has them; each that can't be read is named. */
export function lookAt(pictures: readonly PictureSource[], cnn: Cnn, status: Status): Promise<CollectedFeatures> {
  return interruptible((signal) => {
    const show = showFeatures(status, signal);
    return collectFeatures(pictures, cnn, {
      cache: cacheFolder('features'),
      signal,
      onProgress: (progress) => show(progress, pictures.length),
      onSkip: ({ error }) => status.warn(error.message),
    });
  });
}

/** The CNN that a model's vectors came from. @throws InputError when it is another one now, or there was none */
export async function loadCnnOf({ cnn: trained }: SequenceConfig, cnnBackend: CnnBackend): Promise<Cnn> {
  if (!trained) {
    throw new InputError('the model does not read pictures', { expected: 'a model that was trained on pictures' });
  }
  const cnn = await loadCnn(trained.name, cnnBackend);
  if (cnn.key === trained.key) return cnn;
  throw new InputError('the model was trained with another CNN', { found: cnn.key, expected: trained.key });
}

function nameOf(picture: PictureSource): string {
  return typeof picture === 'string' ? picture : picture.name;
}
