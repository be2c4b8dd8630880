/** Opening a dataset of pictures and captions for a command, and showing what it takes to read it. */
import type { Command } from 'commander';
import type { CaptionDataset } from '../datasets/dataset.ts';
import { describeOddity } from '../datasets/oddities.ts';
import { readCaptionDataset } from '../datasets/read.ts';
import { parseShare } from './options.ts';
import type { Status } from './progress.ts';

export interface DatasetOptions {
  images?: string;
  valShare?: number;
}

const DATASETS = `
A dataset is told by what is there:
  a folder of pictures with metadata.jsonl, .csv or .tsv: columns file_name, text (or text1, text2 ...), split;
    captions.tsv may hold pairs without column names; or such a folder for each of train, val, test
  a folder with annotations/captions_train2017.json or the like, or with annotations.json (COCO)
  a folder with Flickr8k.token.txt or another token file and the lists of the splits (Flickr8k, Flickr30k)
  one of Karpathy's split files, dataset_*.json, or its folder
  one such .jsonl, .csv, .tsv or .json file of any name, with the pictures beside it or in --images`;

export function addDatasetOptions(command: Command): Command {
  return command
    .option('--images <folder>', 'where the pictures are, if not beside the captions')
    .option('--val-share <share>', 'share for validation where the dataset has no such split', parseShare(), 0.1)
    .addHelpText('after', DATASETS);
}

/** Reads a dataset and says what was found, and what was odd. */
export async function openDataset(path: string, options: DatasetOptions, status: Status): Promise<CaptionDataset> {
  const dataset = await readCaptionDataset(path, { images: options.images, valShare: options.valShare });
  const splits = [...dataset.splits].map(([split, { length }]) => `${length.toLocaleString('en')} ${split}`);
  status.say(`${dataset.name} (${dataset.format}): pictures ${splits.join(', ')}`);
  for (const oddity of dataset.report) status.warn(describeOddity(oddity));
  return dataset;
}
