/** The options that `seq` commands share, and what they mean for reading sequences. */
import { type Command, Option } from 'commander';
import * as v from 'valibot';
import { readConfig } from '../model/model-folder.ts';
import type { Pooling } from '../nn/pooling.ts';
import { PICTURE_READINGS, type PictureReading, type Task } from '../sequences/config.ts';
import type { SequenceReading } from '../sequences/data/read.ts';
import { addEncodingOption, type CommonOptions, type PictureOptions } from './options.ts';
import { type Status, showExtraction } from './progress.ts';
import type { TrainingOptions } from './training-options.ts';

/** The folder of a `seq` model by default. */
export const SEQ_FOLDER = 'seq-model';

export interface DataOptions {
  skipOdd?: boolean | undefined;
  encoding?: string | undefined;
}

/** The options of `seq train`, those of labellers and of translators. */
export interface SequenceTrainingOptions extends CommonOptions, PictureOptions, DataOptions, TrainingOptions {
  task: Task | 'translate';
  valFile?: string[];
  attention: boolean;
  folds?: number;
  valFraction: number;
  minCount: number;
  embedding: number;
  bidirectional: boolean;
  memory?: number;
  pool: Pooling;
  read: PictureReading;
  glimpses: number;
  cnn?: string;
}

const DATA = `
Sequences are told by what is there:
  --task classify
    a file of text TAB label lines, or a .csv with the columns text and label (or review and sentiment)
    a .jsonl file of {"text", "label"}
    several files, or a folder of them: a text a line, each file a class (neg.txt, pos.txt)
    vectors: a .csv (or UCI's .data) of numbers with the label last; a .jsonl of {"vector", "label"} or {"vectors", "label"}
    a folder with a folder of pictures for each class, which are read by a CNN; or of files with a text each
    of a folder with train, val or test for these the one that is needed
    a folder with IDX files as MNIST has them, or one of those files; gzipped or not
  --task tag
    a file of token TAB tag lines, with an empty line between sequences; or of CoNLL-2003's or CoNLL-U's columns;
    or a .csv table of the columns token, tag and sentence
    a .jsonl file of {"tokens", "tags"} or {"vectors", "labels"}
    video: a folder with a folder for each clip: pictures, in the order of their names (frame-2 before frame-10), which
    are read by a CNN, and labels.txt with a label a line
  --task translate
    a file of text TAB translation lines
    two files with a text a line: line 1 of the second is the translation of line 1 of the first`;

export function addDataOptions(command: Command): Command {
  return addEncodingOption(command)
    .option('--skip-odd', 'leave odd lines out, and say which, instead of refusing the file')
    .addHelpText('after', DATA);
}

export function addReadingOption(command: Command): Command {
  return command.addOption(
    new Option(
      '--read <how>',
      'pictures of IDX files as sequences: row by row, pixel by pixel, all at once, or where the network looks',
    )
      .choices(PICTURE_READINGS)
      .default('rows' satisfies PictureReading),
  );
}

/** Whether the model in a folder is a translator. @throws InputError when there is no model */
export async function isTranslator(folder: string): Promise<boolean> {
  const { kind } = await readConfig(folder, v.object({ kind: v.string() }));
  return kind === 'translation';
}

/** Options for reading sequences, by which a command shows what is odd, and how far the CNN is with pictures. */
export function readingFor(
  status: Status,
  { skipOdd, encoding, signal }: DataOptions & { signal?: AbortSignal },
): Pick<SequenceReading, 'skipOdd' | 'onOdd' | 'encoding' | 'signal' | 'onExtraction'> {
  return {
    skipOdd,
    encoding,
    onOdd: (message) => status.warn(message),
    signal,
    onExtraction: showExtraction(status, signal),
  };
}
