/**
 * Reads the split files of Karpathy and Fei-Fei (2015, "Deep Visual-Semantic Alignments for Generating Image
 * Descriptions"): `dataset_coco.json`, `dataset_flickr8k.json`, `dataset_flickr30k.json`, with the pictures beside the
 * file. `restval` (the rest of COCO's val2014) joins `train`, as in all published results on these splits.
 */

import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { InputError } from '../base/errors.ts';
import { readJson } from '../base/json.ts';
import { anyInteger } from '../base/schema.ts';
import type { ListedPicture, ListedSplit } from './assemble.ts';
import type { Split } from './dataset.ts';
import { listFolder } from './files.ts';
import { PictureFinder, pictureFolders } from './pictures.ts';
import type { DatasetReader, FoundDataset } from './reader.ts';

const SPLIT_OF = { train: 'train', restval: 'train', val: 'val', test: 'test' } as const satisfies Record<
  string,
  Split
>;

const karpathySplit = v.object({
  dataset: v.optional(v.string()),
  images: v.array(
    v.object({
      filename: v.pipe(v.string(), v.nonEmpty()),
      filepath: v.optional(v.string()),
      cocoid: v.optional(anyInteger),
      split: v.picklist(Object.keys(SPLIT_OF) as (keyof typeof SPLIT_OF)[]),
      sentences: v.array(v.object({ raw: v.string() })),
    }),
  ),
});

export const karpathyReader: DatasetReader = {
  looksFor: "dataset_*.json (Karpathy's splits)",
  find: findKarpathy,
};

/** Recognises a folder by the name of the one split file in it. */
async function findKarpathy(folder: string): Promise<FoundDataset | undefined> {
  const names = (await listFolder(folder)).filter((name) => /^dataset(_\w+)?\.json$/.test(name));
  if (names.length > 1) {
    throw new InputError(`${folder} holds several datasets`, {
      found: names.join(', '),
      advice: 'Name one of the files.',
    });
  }
  return names[0] === undefined ? undefined : karpathyFile(join(folder, names[0]));
}

/** The dataset of a split file, named by its path. */
export function karpathyFile(path: string): FoundDataset {
  return { format: 'karpathy', read: (_, images) => readKarpathy(path, images ?? dirname(path)) };
}

async function readKarpathy(path: string, root: string): Promise<ListedSplit[]> {
  const { images } = await readJson(path, karpathySplit, 'Karpathy split file');
  const finder = new PictureFinder(await pictureFolders(root));
  const pictures: Record<Split, ListedPicture[]> = { train: [], val: [], test: [] };
  for (const { filename, filepath = '', cocoid, split, sentences } of images) {
    pictures[SPLIT_OF[split]].push({
      id: cocoid === undefined ? filename : String(cocoid),
      name: join(filepath, filename),
      captions: sentences.map(({ raw }) => raw),
    });
  }
  return (['train', 'val', 'test'] as const).map((split) => ({ split, pictures: pictures[split], finder }));
}
