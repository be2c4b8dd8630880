/**
 * The split that is read of a folder which is parted into them:
 *
 *     flowers/                   SST-2/
 *       train/  daisy/  rose/      train.tsv
 *       test/   daisy/  rose/      dev.tsv
 *
 * Knows no format.
 */
import { basename, join } from 'node:path';
import { kindAt } from '../../base/files.ts';
import type { Split } from '../../datasets/dataset.ts';
import { foldersIn, listFolder } from '../../datasets/files.ts';
import { SPLIT_NAMES, splitInName } from '../../datasets/split-names.ts';
import type { Task } from '../config.ts';

/** What the files of a split may be called. */
const DATA_FILE = /^(?!readme|licen[cs]e|classes)[^.].*\.(tsv|csv|txt|jsonl|ndjson|conllu?)(\.gz)?$/i;

/** The splits that serve a use, the best first. */
const SERVING: Readonly<Record<'train' | 'test', readonly Split[]>> = { train: ['train'], test: ['test', 'val'] };

export interface SplitChoice {
  task: Task;
  /** Default: train */
  use?: 'train' | 'test' | undefined;
  /** Whether a file has no labels, as tests of competitions have none: another split serves better then. */
  isUnlabelled: (path: string) => Promise<boolean>;
  /** Told which split is read. */
  onOdd?: ((message: string) => void) | undefined;
}

/** The path of the split for a use in a folder of splits; any other path as it is. */
export async function splitIn(
  path: string,
  { task, use = 'train', isUnlabelled, onOdd }: SplitChoice,
): Promise<string> {
  if ((await kindAt(path)) !== 'folder') return path;
  const parts = (await splitFolders(path, task)) ?? (await splitFiles(path));
  const serving = SERVING[use].flatMap((split) => parts?.get(split) ?? []);
  if (!parts || serving.length === 0) return path;
  const unlabelled = await Promise.all(serving.map((name) => isUnlabelled(join(path, name))));
  const chosen = serving[Math.max(0, unlabelled.indexOf(false))]!;
  const others = [...parts.values()].filter((name) => name !== chosen);
  onOdd?.(`${path}: reads ${chosen}${others.length > 0 ? `, not ${others.join(', ')}` : ''}`);
  return join(path, chosen);
}

/**
 * The folders of splits where there are no others. A clip of video may be called like a split, and a class so that a split
 * is in its name: these have no folders in them.
 */
async function splitFolders(path: string, task: Task): Promise<Map<Split, string> | undefined> {
  const folders = await foldersIn(path);
  const nested = await Promise.all(folders.map((folder) => foldersIn(folder)));
  const haveFolders = nested.every(({ length }) => length > 0);
  if (task === 'tag' && !haveFolders) return undefined;
  return bySplit(
    folders.map((folder) => basename(folder)),
    (name) => SPLIT_NAMES.get(name.toLowerCase()) ?? (haveFolders ? splitInName(name) : undefined),
  );
}

/** The files of several splits where there are no others. */
async function splitFiles(path: string): Promise<Map<Split, string> | undefined> {
  const names = (await listFolder(path)).filter((name) => DATA_FILE.test(name));
  return names.length > 1 ? bySplit(names, splitInName) : undefined;
}

/** Names by what they are the split of; undefined where there are none, one is of none, or two of the same. */
function bySplit(
  names: readonly string[],
  splitOf: (name: string) => Split | undefined,
): Map<Split, string> | undefined {
  const parts = new Map<Split, string>();
  for (const name of names) {
    const split = splitOf(name);
    if (!split || parts.has(split)) return undefined;
    parts.set(split, name);
  }
  return parts.size > 0 ? parts : undefined;
}
