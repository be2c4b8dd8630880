/**
 * Photos that one dataset measures on and another one learns from: datasets overlap (Flickr30k holds Flickr8k, COCO's
 * photos are in many others). Knows no file format.
 */

import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { addTo } from '../base/lists.ts';
import type { CaptionDataset, CaptionedPicture } from './dataset.ts';
import { Oddities, type Oddity } from './oddities.ts';

/** A photo that a dataset measures on. */
interface Measured {
  file: string;
  /** The number of its dataset. */
  dataset: number;
}

/**
 * Leaves out of what each dataset learns from the photos that another one has in its val or test split, be it under
 * another name: they are told by their bytes. Only files of equal size are read.
 *
 * @returns the datasets, without a train split where nothing of it is left, and what was left out
 */
export async function withoutHeldOut(
  datasets: readonly CaptionDataset[],
): Promise<{ datasets: CaptionDataset[]; leftOut: Oddity | undefined }> {
  const measured = await measuredBySize(datasets);
  const hashes = new Map<string, string | undefined>();
  const hashOf = async (file: string) => {
    if (!hashes.has(file)) hashes.set(file, await contentOf(file));
    return hashes.get(file);
  };
  const isHeldOut = async (file: string, size: number | undefined, dataset: number) => {
    for (const other of (size !== undefined && measured.get(size)) || []) {
      if (other.dataset === dataset) continue;
      const hash = await hashOf(file);
      if (hash !== undefined && hash === (await hashOf(other.file))) return true;
    }
    return false;
  };

  const oddities = new Oddities();
  const learned: CaptionDataset[] = [];
  for (const [i, dataset] of datasets.entries()) {
    const train = dataset.splits.get('train') ?? [];
    const sizes = await sizesOf(train);
    const kept: CaptionedPicture[] = [];
    for (const [j, picture] of train.entries()) {
      if (!(await isHeldOut(picture.file, sizes[j], i))) kept.push(picture);
      else oddities.add('training pictures left out, as another dataset measures on the same photo', picture.id);
    }
    const splits = new Map(dataset.splits);
    if (kept.length > 0) splits.set('train', kept);
    else splits.delete('train');
    learned.push({ ...dataset, splits });
  }
  return { datasets: learned, leftOut: oddities.list()[0] };
}

async function measuredBySize(datasets: readonly CaptionDataset[]): Promise<Map<number, Measured[]>> {
  const measured = new Map<number, Measured[]>();
  for (const [dataset, { splits }] of datasets.entries()) {
    const pictures = [...(splits.get('val') ?? []), ...(splits.get('test') ?? [])];
    for (const [i, size] of (await sizesOf(pictures)).entries()) {
      if (size !== undefined) addTo(measured, size, { file: pictures[i]!.file, dataset });
    }
  }
  return measured;
}

/** The files' sizes in bytes; undefined for one that is gone, of which the reading of the pictures will tell. */
function sizesOf(pictures: readonly { file: string }[]): Promise<(number | undefined)[]> {
  return Promise.all(
    pictures.map(({ file }) =>
      stat(file).then(
        ({ size }) => size,
        () => undefined,
      ),
    ),
  );
}

async function contentOf(file: string): Promise<string | undefined> {
  const bytes = await readFile(file).catch(() => undefined);
  return bytes && createHash('sha256').update(bytes).digest('hex');
}
