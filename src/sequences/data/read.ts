/** Finds out what files hold, and reads them as sequences with labels. */
import { stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { InputError } from '../../base/errors.ts';
import { foldersIn, listFolder } from '../../datasets/files.ts';
import type { OddLines } from '../../datasets/odd-lines.ts';
import { filesInWords } from '../../report/files-in-words.ts';
import { cachedFeatures, type ExtractionEvents } from '../../vision/cached-features.ts';
import { loadCnn } from '../../vision/load-cnn.ts';
import type { PictureReading, Task } from '../config.ts';
import { findClips, readClips } from './clips.ts';
import { type Examples, isWords, lengthOf, type SequenceData } from './example.ts';
import { findIdx, isIdx, readIdx } from './idx.ts';
import { type NamedCnn, readPictureClasses } from './pictures.ts';
import { readCsv, readRecords } from './records.ts';
import { readTaggedLines } from './tags.ts';
import { readClassFiles, readLabelledLines } from './texts.ts';

/** How sequences are read. */
export interface SequenceReading extends OddLines {
  task: Task;
  /** Whether every sequence must have labels. Default: true */
  labelled?: boolean | undefined;
  /** Which of several files in a folder is meant. Default: train */
  use?: 'train' | 'test' | undefined;
  /** How pictures of an IDX file are read. Default: rows */
  reading?: PictureReading | undefined;
  /** Loads the CNN, where there are pictures for it to read. Default: the one that ships */
  openCnn?: (() => Promise<NamedCnn>) | undefined;
  /** Tells how pictures become vectors, and can stop it. */
  onExtraction?: ExtractionEvents | undefined;
}

/**
 * The sequences of a file or folder, or of several files that are a class each.
 *
 * @throws InputError when something can't be read, or is not what it should be, with file and line
 */
export async function readSequences(paths: readonly string[], options: SequenceReading): Promise<SequenceData> {
  const name = filesInWords(paths.map((path) => basename(path)));
  const [path = ''] = paths;
  const pictures = await readPictures(paths, options);
  if (pictures) return { name, ...pictures };
  const found = paths.length > 1 ? await readClassFiles(paths, options) : await read(path, options);
  check(name, found, options);
  return { name, ...found };
}

/** Clips, or folders of pictures that are a class each; undefined where paths are neither. */
async function readPictures(
  paths: readonly string[],
  options: SequenceReading,
): Promise<Omit<SequenceData, 'name'> | undefined> {
  const { task, openCnn = async (): Promise<NamedCnn> => ({ cnn: await loadCnn() }), onExtraction } = options;
  const [path = ''] = paths;
  const clips = task === 'tag' ? await findClips(paths) : [];
  const classes = task === 'classify' && paths.length === 1 ? await foldersIn(path) : [];
  if (clips.length + classes.length === 0) return undefined;
  const { name, cnn } = await openCnn();
  const look = (frames: readonly string[]) => cachedFeatures(frames, cnn, onExtraction);
  const found =
    clips.length > 0
      ? await readClips(paths, { ...options, D: cnn.featureSize, look })
      : await readPictureClasses(classes, cnn, onExtraction);
  return { ...found, cnn: { name, key: cnn.key } };
}

async function read(path: string, options: SequenceReading): Promise<Examples> {
  const { task, use = 'train', reading = 'rows' } = options;
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) {
    const pictures = await findIdx(path, use);
    if (pictures) return readIdx(pictures, reading);
    return readClassFiles(await textFilesIn(path), options);
  }
  if (isIdx(path)) return readIdx(path, reading);
  if (/\.(jsonl|ndjson)$/.test(path)) return readRecords(path, options);
  if (path.endsWith('.csv')) return readCsv(path, options);
  return task === 'tag' ? readTaggedLines(path, options) : readLabelledLines(path, options);
}

async function textFilesIn(folder: string): Promise<string[]> {
  const names = (await listFolder(folder)).filter((name) => !name.startsWith('.') && extname(name) !== '');
  if (names.length >= 2) return names.map((name) => join(folder, name));
  throw new InputError(`no labelled sequences in the folder ${folder}`, {
    found: names.length === 0 ? 'no files' : `only ${names[0]}`,
    expected: 'a text file for each class, or IDX files as MNIST has them',
  });
}

/** @throws InputError when some sequences are words and some vectors, or have not as many labels as the task asks for */
function check(name: string, { D, examples }: Examples, { task, labelled = true }: SequenceReading): void {
  for (const [i, { inputs, labels }] of examples.entries()) {
    if (isWords(inputs) !== (D === 0)) {
      throw new InputError(`${name} holds words and vectors`, { expected: 'sequences of one kind' });
    }
    const expected = task === 'tag' ? lengthOf(inputs, D) : 1;
    if (labels.length === expected || (labels.length === 0 && !labelled)) continue;
    throw new InputError(`${name} does not have a label for each ${task === 'tag' ? 'step' : 'sequence'}`, {
      found: `${labels.length} for sequence ${i + 1}, of ${lengthOf(inputs, D)} steps`,
      expected: String(expected),
      advice:
        task === 'tag' ? 'Use the task classify for one label a sequence.' : 'Use the task tag for labels in step.',
      settings: ['task'],
    });
  }
}
