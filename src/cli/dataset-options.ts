/** Opening a dataset of pictures and captions for a command, and showing what it takes to read it. */
import type { Command } from 'commander';
import type { ExtractionEvents } from '../captioning/dataset-features.ts';
import type { CaptionDataset } from '../datasets/dataset.ts';
import { describeOddity } from '../datasets/oddities.ts';
import { readCaptionDataset } from '../datasets/read.ts';
import { share } from './options.ts';
import type { Status } from './progress.ts';

export interface DatasetOptions {
  images?: string;
  valShare?: number;
}

export function addDatasetOptions(command: Command): Command {
  return command
    .option('--images <folder>', 'where the pictures are, if not beside the captions')
    .option('--val-share <share>', 'share for validation where the dataset has no such split', share(), 0.1);
}

/** Reads a dataset and says what was found, and what was odd. */
export async function openDataset(path: string, options: DatasetOptions, status: Status): Promise<CaptionDataset> {
  const dataset = await readCaptionDataset(path, { images: options.images, valShare: options.valShare });
  const splits = [...dataset.splits].map(([split, { length }]) => `${length.toLocaleString('en')} ${split}`);
  status.say(`${dataset.name} (${dataset.format}): pictures ${splits.join(', ')}`);
  for (const oddity of dataset.report) status.warn(describeOddity(oddity));
  return dataset;
}

export function showExtraction(status: Status, signal: AbortSignal): ExtractionEvents {
  return {
    signal,
    onProgress: ({ done }, total) => status.update(() => `features of ${done}/${total} pictures`),
    onSkip: (message) => status.warn(message),
  };
}
