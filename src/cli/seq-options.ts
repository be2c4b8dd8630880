/** Options of the commands that read sequences. */
import { type Command, Option } from 'commander';
import * as v from 'valibot';
import { foldersIn } from '../datasets/reader.ts';
import { readConfig } from '../model/model-folder.ts';
import { PICTURE_READINGS, type PictureReading, type SequenceConfig } from '../sequences/config.ts';
import { findClips, readClips } from '../sequences/data/clips.ts';
import type { SequenceData } from '../sequences/data/example.ts';
import { type ReadOptions, readSequences } from '../sequences/data/read.ts';
import type { Cnn } from '../vision/cnn.ts';
import type { CnnBackend } from '../vision/cnn-backends.ts';
import type { Status } from './progress.ts';
import { loadCnnOf, lookAt, readPictureClasses } from './seq-pictures.ts';

/** Where `seq` keeps its model when nothing is said. */
export const SEQ_FOLDER = 'seq-model';

export interface DataOptions {
  skipOdd?: boolean | undefined;
}

const DATA = `
Sequences are told by what is there:
  --task classify
    a file of text TAB label lines, or a .csv with the columns text and label
    a .jsonl file of {"text", "label"}
    several files, or a folder of them: a text a line, each file a class (neg.txt, pos.txt)
    vectors: a .csv of numbers with the label last; a .jsonl of {"vector", "label"} or {"vectors", "label"}
    a folder with a folder of pictures for each class, which are read by a CNN
    a folder with IDX files as MNIST has them, or one of those files; gzipped or not
  --task tag
    a file of token TAB tag lines, with an empty line between sequences
    a .jsonl file of {"tokens", "tags"} or {"vectors", "labels"}
    video: a folder with a folder for each clip: pictures, in the order of their names (frame-2 before frame-10), which
    are read by a CNN, and labels.txt with a label a line
  --task translate
    a file of text TAB translation lines
    two files with a text a line: line 1 of the second is the translation of line 1 of the first`;

export function addDataOptions(command: Command): Command {
  return command
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

/** Whether the model in a folder is a translator. @throws InputError when there is no model, or it is none of `seq` */
export async function isTranslator(folder: string): Promise<boolean> {
  const { kind } = await readConfig(folder, v.object({ kind: v.string() }));
  return kind === 'translation';
}

/** A CNN, with its name as `--cnn` takes it. */
interface NamedCnn {
  name?: string | undefined;
  cnn: Cnn;
}

/** Sequences, and the CNN that made vectors of pictures. */
interface Opened {
  data: SequenceData;
  cnn?: NonNullable<SequenceConfig['cnn']>;
}

/**
 * Reads sequences and says what was odd.
 *
 * @param openCnn gives the CNN where there are pictures to read
 */
export async function openSequences(
  paths: readonly string[],
  { skipOdd, ...options }: DataOptions & Pick<ReadOptions, 'task' | 'use' | 'reading' | 'labelled'>,
  openCnn: () => Promise<NamedCnn>,
  status: Status,
): Promise<Opened> {
  const odd = { skipOdd, onOdd: (message: string) => status.warn(message) };
  const [path = ''] = paths;
  const clips = options.task === 'tag' ? await findClips(paths) : [];
  const classes = options.task === 'classify' && paths.length === 1 ? await foldersIn(path) : [];
  if (clips.length + classes.length === 0) return { data: await readSequences(paths, { ...options, ...odd }) };
  const { name, cnn } = await openCnn();
  const data =
    clips.length > 0
      ? await readClips(paths, { ...odd, D: cnn.featureSize, look: (frames) => lookAt(frames, cnn, status) })
      : await readPictureClasses(path, classes, cnn, status);
  return { data, cnn: { name, key: cnn.key } };
}

/** The CNN of a model, for data that it is measured on. */
export function cnnOf(config: SequenceConfig, cnnBackend: CnnBackend): () => Promise<NamedCnn> {
  return async () => ({ name: config.cnn?.name, cnn: await loadCnnOf(config, cnnBackend) });
}
