/** Reads labelled sequences: recognises what files and folders hold, and leaves it to the reader of that format. */
import { basename, extname, join } from 'node:path';
import { InputError } from '../../base/errors.ts';
import { kindAt } from '../../base/files.ts';
import { isPictureName } from '../../base/picture-names.ts';
import { readTextPieces } from '../../base/text-file.ts';
import { isPassedOver, walk } from '../../base/walk.ts';
import { firstLineOf } from '../../datasets/delimited.ts';
import { foldersIn, listFolder } from '../../datasets/files.ts';
import type { OddLines } from '../../datasets/odd-lines.ts';
import { filesInWords } from '../../report/files-in-words.ts';
import { cachedFeatures, type ExtractionEvents } from '../../vision/cached-features.ts';
import { loadCnn } from '../../vision/load-cnn.ts';
import type { PictureReading, Task } from '../config.ts';
import { findClips, readClips } from './clips.ts';
import { checkExamples, type Examples, type SequenceData } from './example.ts';
import { findIdx, isIdx, readIdx } from './idx.ts';
import { withKnownLabels } from './known-labels.ts';
import { type NamedCnn, readPictureClasses } from './pictures.ts';
import { findColumns, hasTextsAlone, readCsv, readRecords } from './records.ts';
import { splitIn } from './splits.ts';
import { readTaggedTable } from './tagged-table.ts';
import { readTaggedLines } from './tags.ts';
import { isTextName, readTextFolders } from './text-folders.ts';
import { isLabelledHeader, readClassFiles, readLabelledLines } from './texts.ts';

/** How sequences are read. */
export interface SequenceReading extends OddLines {
  task: Task;
  /** Whether every sequence must have labels. Default: true */
  labelled?: boolean | undefined;
  /** The labels of the model that is measured: a sequence with another is odd. Default: all may come */
  labels?: readonly string[] | undefined;
  /** Which file or folder is read of a folder with one for training and one for tests. Default: train */
  use?: 'train' | 'test' | undefined;
  /** How pictures of an IDX file are read. Default: rows */
  reading?: PictureReading | undefined;
  /** Loads the CNN that reads pictures, where there are any. Default: the one that ships */
  openCnn?: (() => Promise<NamedCnn>) | undefined;
  /** Progress of the CNN, and the signal that stops it. */
  onExtraction?: ExtractionEvents | undefined;
}

/**
 * Reads the sequences of a file or folder, or of several files or folders that are a class each. Of a folder that is parted
 * into splits, `train` and `test` for one, the split is read that serves `use`.
 *
 * @param given at least one path
 * @throws InputError when a file can't be read, or that names the odd lines or clips
 */
export async function readSequences(given: readonly string[], options: SequenceReading): Promise<SequenceData> {
  const name = filesInWords(given.map((path) => basename(path)));
  const isUnlabelled = async (path: string) =>
    options.labelled !== false && TABLE.test(path) && hasTextsAlone(await columnsOf(path, options));
  const paths = await Promise.all(given.map((path) => splitIn(path, { ...options, isUnlabelled })));
  const ofFolders = await readFolders(paths, options);
  if (ofFolders) return withKnownLabels({ name, ...ofFolders }, options);
  const found = paths.length > 1 ? await readClassFiles(paths, options) : await readPath(paths[0]!, options);
  const data = { name, ...found };
  checkExamples(data, options.task, options.labelled);
  return withKnownLabels(data, options);
}

/** Reads clips of video, or folders of pictures or texts that are a class each; undefined where the paths are neither. */
async function readFolders(
  paths: readonly string[],
  options: SequenceReading,
): Promise<Omit<SequenceData, 'name'> | undefined> {
  const { task, openCnn = async (): Promise<NamedCnn> => ({ cnn: await loadCnn() }), onExtraction, onOdd } = options;
  const links: string[] = [];
  const clips = task === 'tag' ? await findClips(paths) : [];
  const folders = task === 'classify' ? await classFolders(paths, (path) => links.push(path)) : [];
  const unlabelled = folders.filter((folder) => folders.length > 2 && UNLABELLED.test(basename(folder)));
  const classes = folders.filter((folder) => !unlabelled.includes(folder));
  if (clips.length + classes.length === 0) return undefined;
  for (const path of paths) {
    const system = (await listFolder(path)).filter((name) => isPassedOver(name) && !name.startsWith('.'));
    if (system.length > 0) onOdd?.(`${path}: left out ${system.join(', ')}, which a system has made`);
  }
  for (const folder of unlabelled) onOdd?.(`${folder}: left out, without labels`);
  for (const link of links) onOdd?.(`${link}: left out, a link to folders that are read already`);
  const areTexts = !(await hold(classes, isPictureName)) && (await hold(classes, isTextName));
  if (areTexts) return readTextFolders(classes, options);
  const { name, cnn } = await openCnn();
  const look = (frames: readonly string[]) => cachedFeatures(frames, cnn, onExtraction);
  const found =
    clips.length > 0
      ? await readClips(paths, { ...options, D: cnn.featureSize, look })
      : await readPictureClasses(classes, cnn, onExtraction, onOdd);
  return { ...found, cnn: { name, key: cnn.key } };
}

/** Whether a file that is wanted lies in any of these folders, at any depth. */
async function hold(folders: readonly string[], isWanted: (name: string) => boolean): Promise<boolean> {
  for (const folder of folders) if ((await walk(folder, isWanted)).files.length > 0) return true;
  return false;
}

/** The folders that are a class each: those in one folder, or several that are named; none of other paths. */
async function classFolders(paths: readonly string[], onLink: (path: string) => void): Promise<readonly string[]> {
  if (paths.length === 1) return foldersIn(paths[0]!, onLink);
  const kinds = await Promise.all(paths.map((path) => kindAt(path)));
  return kinds.every((kind) => kind === 'folder') ? paths : [];
}

async function readPath(path: string, options: SequenceReading): Promise<Examples> {
  const { task, use = 'train', reading = 'rows' } = options;
  if ((await kindAt(path)) === 'folder') {
    const pictures = await findIdx(path, use);
    if (pictures) return readIdx(pictures, reading);
    return readClassFiles(await textFilesIn(path, task), options);
  }
  if (isIdx(path)) return readIdx(path, reading);
  if (/\.(jsonl|ndjson)(\.gz)?$/i.test(path)) return readRecords(path, options);
  if (/\.(csv|data)(\.gz)?$/i.test(path)) {
    return (task === 'tag' ? await readTaggedTable(path, options) : undefined) ?? readCsv(path, options);
  }
  if (task === 'classify' && TABLE.test(path)) {
    const columns = await columnsOf(path, options);
    if (findColumns(columns) && !isLabelledHeader(columns)) return readCsv(path, options);
  }
  return task === 'tag' ? readTaggedLines(path, options) : readLabelledLines(path, options);
}

/** Names of folders beside those of classes, of texts that have none: the IMDb reviews' `unsup`. */
const UNLABELLED = /^(unsup|unsupervised|unlabel+ed)$/i;

/** Names of tables between tabs. */
const TABLE = /\.tsv(\.gz)?$/i;

/** The columns that the first line of a table between tabs names, if it does. */
async function columnsOf(path: string, options: SequenceReading): Promise<string[]> {
  for await (const piece of readTextPieces(path, options)) return firstLineOf(piece).split('\t');
  return [];
}

/** What a folder may hold that is read for a task. */
const HELD: Readonly<Record<Task, string>> = {
  classify: 'a text file or a folder for each class, or IDX files as MNIST has them',
  tag: 'a folder of pictures for each clip',
};

/** The files of a folder that are a class each. @throws InputError when it does not hold several texts, or they are tagged */
async function textFilesIn(folder: string, task: Task): Promise<string[]> {
  const names = (await listFolder(folder)).filter((name) => !isPassedOver(name) && extname(name) !== '');
  const pictures = names.filter(isPictureName).length;
  if (task === 'classify' && names.length > 1 && pictures === 0) return names.map((name) => join(folder, name));
  throw new InputError(`no labelled sequences in the folder ${folder}`, {
    found: pictures > 0 ? `${pictures} of its ${names.length} files are pictures` : filesInWords(names) || 'no files',
    expected: HELD[task],
    advice: task === 'tag' && names.length > 0 ? 'Name one of its files.' : undefined,
  });
}
