/** The options of commands that read a dataset of pictures and captions, and reading it by them. */
import type { Command } from 'commander';
import { UsageError } from '../base/errors.ts';
import type { CaptionDataset } from '../datasets/dataset.ts';
import { captionsByLanguage, languagesInWords } from '../datasets/languages.ts';
import { describeOddity } from '../datasets/oddities.ts';
import { readCaptionDataset } from '../datasets/read.ts';
import { refuseInapplicable } from './given-options.ts';
import { addEncodingOption, parseShare } from './options.ts';
import { printable } from './printable.ts';
import type { Status } from './progress.ts';

export interface DatasetOptions {
  images?: string;
  valShare?: number;
  encoding?: string;
  columnPicture?: string;
  columnText?: string;
}

const DATASETS = `
A dataset is told by what is there:
  a folder of pictures with metadata.jsonl, .csv or .tsv: columns file_name, text (or text1, text2 ...), split, language;
    captions.tsv may hold pairs without column names; or such a folder for each of train, val, test
  a folder of pictures with a text beside each: p1.jpg, p1.txt with a caption a line
  a folder with annotations/captions_train2017.json or the like, or with annotations.json (COCO)
  a folder with Flickr8k.token.txt or another token file and the lists of the splits (Flickr8k, Flickr30k)
  a folder with a .json for each split (VizWiz, Roboflow, BLIP, AI Challenger)
  one of Karpathy's split files, dataset_*.json, or its folder
  one such .jsonl, .csv, .tsv or .json file of any name, with the pictures beside it or in --images`;

/** Adds `--images`, how tables are read, and what a dataset may be. */
export function addImagesOption(command: Command): Command {
  return addEncodingOption(command)
    .option('--images <folder>', 'where the pictures are, if not beside the captions')
    .option(
      '--column-picture <name>',
      "a table's column of pictures, if it has no usual name such as file_name or image",
    )
    .option('--column-text <name>', "a table's column of captions, if it has no usual name such as text or caption")
    .addHelpText('after', DATASETS);
}

/** Adds the options of a dataset that is split for training and validation. */
export function addDatasetOptions(command: Command): Command {
  return addImagesOption(command).option(
    '--val-share <share>',
    'share for validation where a dataset has no such split; 0 to learn from all of it',
    parseShare({ zero: true }),
    0.1,
  );
}

/** How datasets are read. */
export interface DatasetsReading extends DatasetOptions {
  /** The language of each dataset's captions, where it is said, as `ReadSettings` has it. */
  languages?: readonly (string | undefined)[] | undefined;
}

/** Reads a dataset, as `openDatasets` does. */
export async function openDataset(
  path: string,
  options: DatasetsReading,
  status: Status,
  command: Command,
): Promise<CaptionDataset> {
  return (await openDatasets([path], options, status, command))[0]!;
}

/**
 * Reads datasets and shows their splits, and what is odd in them.
 *
 * @throws InputError as `readCaptionDataset` does; UsageError for --images with several datasets, and for a --val-share
 *   that none of them has a use for
 */
export async function openDatasets(
  paths: readonly string[],
  { images, valShare, languages, encoding, columnPicture, columnText }: DatasetsReading,
  status: Status,
  command: Command,
): Promise<CaptionDataset[]> {
  if (paths.length > 1 && images !== undefined) {
    throw new UsageError('--images does not apply to several datasets', {
      advice: 'Put the captions of each dataset beside its pictures.',
    });
  }
  const named = columnPicture !== undefined || columnText !== undefined;
  const columns = named ? { picture: columnPicture, text: columnText } : undefined;
  const datasets: CaptionDataset[] = [];
  for (const [i, path] of paths.entries()) {
    const settings = { images, valShare, language: languages?.[i], encoding, columns };
    datasets.push(await readCaptionDataset(path, settings));
  }
  if (datasets.every((dataset) => dataset.valShare === undefined)) {
    const where = datasets.map((dataset) => `${dataset.name}, ${whyNotSplit(dataset)}`);
    refuseInapplicable(command, ['valShare'], where.join('; '));
  }
  for (const dataset of datasets) {
    const { name, format, splits, report } = dataset;
    const sizes = [...splits].map(([split, { length }]) => `${length.toLocaleString('en')} ${split}`);
    const spoken = captionsByLanguage(dataset);
    const inLanguages = spoken.size > 0 ? `; captions ${languagesInWords(spoken)}` : '';
    status.say(`${name} (${format}): pictures ${sizes.join(', ')}${inLanguages}`);
    for (const oddity of report) status.say(printable(describeOddity(oddity)));
  }
  return datasets;
}

function whyNotSplit({ splits }: CaptionDataset): string {
  if (splits.has('val')) return 'which has a val split';
  return splits.has('train')
    ? 'which has too few training pictures to hold any out'
    : 'which has no training pictures to hold any out of';
}
