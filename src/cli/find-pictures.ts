/** Finds the pictures that the arguments of a command name. */
import { stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { InputError } from '../base/errors.ts';
import { PICTURE_ENDINGS } from '../base/picture-names.ts';
import { LeftOut } from '../base/walk.ts';
import { picturesBelow, refusalOf } from '../datasets/pictures.ts';
import type { PictureSource } from '../vision/extract.ts';
import { filesMatching, isPattern, NO_MATCH } from './patterns.ts';
import type { Status } from './progress.ts';

export interface FoundPictures {
  sources: PictureSource[];
  /** One error for each argument that names no picture, or a folder with pictures of formats that are not read. */
  errors: InputError[];
  /** Those pictures. */
  unread: LeftOut;
  /** What else was left out of folders. */
  leftOut: LeftOut;
}

/** The pictures of files, folders (all below them), globs and `-` (standard input), in the order of the arguments. */
export async function findPictures(args: readonly string[]): Promise<FoundPictures> {
  const found: FoundPictures = { sources: [], errors: [], unread: new LeftOut(), leftOut: new LeftOut() };
  for (const arg of args) {
    try {
      for (const source of await expand(arg, found)) found.sources.push(source);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      found.errors.push(error);
    }
  }
  return found;
}

/**
 * Says which pictures were not found and what was left out.
 *
 * @param verbose whether they are named
 * @param prefix of warnings
 */
export function sayFound(
  { errors, unread, leftOut }: Omit<FoundPictures, 'sources'>,
  status: Status,
  { verbose = false, prefix = 'caption: ' }: { verbose?: boolean | undefined; prefix?: string } = {},
): void {
  for (const { message } of errors) status.warn(`${prefix}${message}`);
  if (verbose) status.sayPaths(unread);
  status.sayLeftOut(leftOut, verbose);
}

async function expand(arg: string, found: FoundPictures): Promise<PictureSource[]> {
  if (arg === '-') return [{ name: '-', bytes: await buffer(process.stdin) }];
  const there = await stat(arg).catch(() => undefined);
  if (there?.isDirectory()) {
    const { files, unread, leftOut } = await picturesBelow(arg);
    found.unread.join(unread);
    found.leftOut.join(leftOut);
    const refusal = refusalOf(unread, arg);
    if (!refusal) return nonEmpty(arg, files, leftOut.inWords());
    found.errors.push(refusal);
    return files;
  }
  if (there || !(await isPattern(arg))) return [arg]; // a file that is not there is reported where it is read
  return nonEmpty(arg, await filesMatching(arg), NO_MATCH);
}

function nonEmpty(arg: string, paths: string[], found: string | undefined): string[] {
  if (paths.length > 0) return paths;
  throw new InputError(`no pictures in ${arg}`, {
    found,
    expected: `files that end in ${PICTURE_ENDINGS.join(', ')}`,
  });
}
