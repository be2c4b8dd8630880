/** Writes the same five pictures with the same captions in every format, for the contract suite. */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type DatasetFormat, SPLITS, type Split } from '../../src/datasets/dataset.ts';

export interface SamplePicture {
  split: Split;
  number: number;
  captions: string[];
}

export const SAMPLE: readonly SamplePicture[] = [
  { split: 'train', number: 391895, captions: ['A man rides a motorbike.', 'Man on a dirt road, "hills" behind'] },
  { split: 'train', number: 522418, captions: ['A woman cuts a cake .', 'un gâteau; 蛋糕 ', 'A woman cuts a cake .!'] },
  { split: 'train', number: 184613, captions: ['A boy with an umbrella'] },
  { split: 'val', number: 318219, captions: ['Two dogs.', 'Dogs run'] },
  { split: 'test', number: 554625, captions: ['A child at a desk'] },
];

export interface Layout {
  title: string;
  format: DatasetFormat;
  /** The files that hold the captions; returns what is to be read, relative to the folder. */
  write(folder: string, pictures: readonly SamplePicture[]): Promise<string>;
  /** Where the picture lies, relative to the folder. */
  place(picture: SamplePicture): string;
  id(picture: SamplePicture): string;
}

/** Some programs begin every file by a byte order mark. */
const BOM = '\uFEFF';

const jpg = ({ number }: SamplePicture) => `${String(number).padStart(12, '0')}.jpg`;
const quote = (field: string) => `"${field.replaceAll('"', '""')}"`;
const bySplit = (pictures: readonly SamplePicture[]) =>
  SPLITS.map((split) => [split, pictures.filter((picture) => picture.split === split)] as const).filter(
    ([, ofSplit]) => ofSplit.length > 0,
  );

function coco(title: string, file: (split: Split) => string, place: Layout['place'], name = jpg): Layout {
  return {
    title,
    format: 'coco',
    place,
    id: ({ number }) => String(number),
    async write(folder, pictures) {
      for (const [split, ofSplit] of bySplit(pictures)) {
        const images = ofSplit.map((picture) => ({ id: picture.number, file_name: name(picture), height: 1 }));
        const annotations = ofSplit.flatMap(({ number, captions }) =>
          captions.map((caption, i) => ({ id: number * 10 + i, image_id: number, caption })),
        );
        await writeText(join(folder, file(split)), BOM + JSON.stringify({ info: {}, images, annotations }));
      }
      return '.';
    },
  };
}

function flickr(title: string, token: string, list: (split: Split) => string, images: string, listed = jpg): Layout {
  return {
    title,
    format: 'flickr',
    place: (picture) => join(images, jpg(picture)),
    id: jpg,
    async write(folder, pictures) {
      const lines = pictures.flatMap((picture) => picture.captions.map((text, i) => `${jpg(picture)}#${i}\t${text}\n`));
      await writeText(join(folder, token), BOM + lines.join(''));
      for (const [split, ofSplit] of bySplit(pictures)) {
        await writeText(join(folder, dirname(token), list(split)), ofSplit.map((p) => `${listed(p)}\n`).join(''));
      }
      return '.';
    },
  };
}

function karpathy(
  title: string,
  reads: string,
  more: (picture: SamplePicture) => object,
  place: Layout['place'],
): Layout {
  return {
    title,
    format: 'karpathy',
    place,
    id: (picture) => ('cocoid' in more(picture) ? String(picture.number) : jpg(picture)),
    async write(folder, pictures) {
      const images = pictures.map((picture) => ({
        filename: jpg(picture),
        split: picture.split,
        sentences: picture.captions.map((raw) => ({ raw, tokens: [] })),
        ...more(picture),
      }));
      await writeText(join(folder, 'dataset_sample.json'), BOM + JSON.stringify({ dataset: 'sample', images }));
      return reads;
    },
  };
}

function table(title: string, file: string, row: (name: string, caption: string) => string, header = ''): Layout {
  return {
    title,
    format: 'table',
    place: (picture) => join(picture.split, jpg(picture)),
    id: jpg,
    async write(folder, pictures) {
      for (const [split, ofSplit] of bySplit(pictures)) {
        const rows = ofSplit.flatMap((picture) => picture.captions.map((caption) => row(jpg(picture), caption)));
        await writeText(join(folder, split, file), `${BOM}${[header, ...rows].filter(Boolean).join('\r\n')}\r\n`);
      }
      return '.';
    },
  };
}

/** A table of all pictures, in one folder, whose rows say the split. */
function tableOfSplits(title: string, file: string, write: (pictures: readonly SamplePicture[]) => string): Layout {
  return {
    title,
    format: 'table',
    place: jpg,
    id: jpg,
    async write(folder, pictures) {
      await writeText(join(folder, file), BOM + write(pictures));
      return '.';
    },
  };
}

const flickrList = (split: Split) => `Flickr_8k.${split === 'val' ? 'dev' : split}Images.txt`;

/** Captions by the names of pictures, in the folder of each split. */
const jsonByName: Layout = {
  title: 'JSON of any name in the folder of each split',
  format: 'json',
  place: (picture) => join(picture.split, jpg(picture)),
  id: jpg,
  async write(folder, pictures) {
    for (const [split, ofSplit] of bySplit(pictures)) {
      const captions = Object.fromEntries(ofSplit.map((picture) => [jpg(picture), picture.captions]));
      await writeText(join(folder, split, 'by-name.json'), BOM + JSON.stringify(captions));
    }
    return '.';
  },
};

export const LAYOUTS: readonly Layout[] = [
  coco(
    'COCO 2017',
    (split) => `annotations/captions_${split}2017.json`,
    (p) => join(`${p.split}2017`, jpg(p)),
  ),
  coco(
    'COCO 2014',
    (split) => `annotations/captions_${split}2014.json`,
    (p) => join(`${p.split}2014`, `COCO_${p.split}2014_${jpg(p)}`),
    (p) => `COCO_${p.split}2014_${jpg(p)}`,
  ),
  coco(
    'COCO 2014 in images/',
    (split) => `annotations/captions_${split}2014.json`,
    (p) => join('images', `${p.split}2014`, jpg(p)),
  ),
  coco(
    'COCO without years, all pictures in images/',
    (split) => `captions_${split}.json`,
    (p) => join('images', jpg(p)),
  ),
  flickr('Flickr8k', 'Flickr8k.token.txt', flickrList, 'Flicker8k_Dataset'),
  flickr('Flickr8k, texts in a folder', 'Flickr8k_text/Flickr8k.token.txt', flickrList, 'images'),
  flickr(
    'Flickr30k',
    'results_20130124.token',
    (split) => `${split}.txt`,
    'flickr30k-images',
    (p) => jpg(p).replace('.jpg', ''),
  ),
  karpathy(
    'Karpathy file of Flickr8k',
    'dataset_sample.json',
    () => ({}),
    (p) => join('images', jpg(p)),
  ),
  karpathy('Karpathy file in a folder, pictures beside', '.', () => ({}), jpg),
  karpathy(
    'Karpathy file of COCO',
    'dataset_sample.json',
    ({ number, split }) => ({ cocoid: number, filepath: `${split}2014`, split: split === 'train' ? 'restval' : split }),
    (p) => join(`${p.split}2014`, jpg(p)),
  ),
  table('metadata.jsonl', 'metadata.jsonl', (name, text) => JSON.stringify({ file_name: name, text, width: 640 })),
  table('metadata.csv', 'metadata.csv', (name, text) => `${name},${quote(text)}`, 'file_name,text'),
  table('metadata.tsv with columns by name', 'metadata.tsv', (name, text) => `${text}\t${name}`, 'caption\timage'),
  table('pairs in captions.tsv', 'captions.tsv', (name, text) => `${name}\t${text}`),
  tableOfSplits('metadata.jsonl with splits and lists of captions', 'metadata.jsonl', (pictures) =>
    pictures
      .map((p) => JSON.stringify({ file_name: jpg(p), captions: p.captions, split: p.split }).concat('\n'))
      .join(''),
  ),
  tableOfSplits('metadata.csv with splits', 'metadata.csv', (pictures) => {
    const names = { train: 'restval', val: 'Validation', test: 'test' };
    const rows = pictures.flatMap((p) => p.captions.map((text) => `${names[p.split]},${jpg(p)},${quote(text)}\n`));
    return `split,file_name,text\n${rows.join('')}`;
  }),
  jsonByName,
  table('captions.txt of Kaggle', 'captions.txt', (name, text) => `${name},${quote(text)}`, 'image,caption'),
];

/** Writes the captions and an empty file for each picture; returns the path to read. */
export async function writeDataset(folder: string, layout: Layout, pictures = SAMPLE): Promise<string> {
  for (const picture of pictures) await writeText(join(folder, layout.place(picture)), '');
  return join(folder, await layout.write(folder, pictures));
}

export async function writeText(path: string, text: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** An empty folder that goes when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'caption-datasets-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
