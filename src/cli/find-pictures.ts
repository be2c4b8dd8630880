/** Finds the pictures that the arguments of a command name. */
import { stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { glob, isDynamicPattern } from 'tinyglobby';
import { InputError } from '../base/errors.ts';
import { LeftOut } from '../base/walk.ts';
import { PICTURE_ENDINGS, picturesBelow } from '../datasets/pictures.ts';
import type { PictureSource } from '../vision/extract.ts';

export interface FoundPictures {
  sources: PictureSource[];
  /** One error for each argument that names no picture. */
  errors: InputError[];
  /** What was left out of folders. */
  leftOut: LeftOut;
}

/** The pictures of files, folders (all below them), globs and `-` (standard input), in the order of the arguments. */
export async function findPictures(args: readonly string[]): Promise<FoundPictures> {
  const found: FoundPictures = { sources: [], errors: [], leftOut: new LeftOut() };
  for (const arg of args) {
    try {
      for (const source of await expand(arg, found.leftOut)) found.sources.push(source);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      found.errors.push(error);
    }
  }
  return found;
}

async function expand(arg: string, leftOut: LeftOut): Promise<PictureSource[]> {
  if (arg === '-') return [{ name: '-', bytes: await buffer(process.stdin) }];
  const found = await stat(arg).catch(() => undefined);
  if (found?.isDirectory()) {
    const walked = await picturesBelow(arg);
    leftOut.join(walked.leftOut);
    return nonEmpty(arg, walked.files, walked.leftOut);
  }
  if (found || !isDynamicPattern(arg)) return [arg]; // a file that is not there is reported where it is read
  return nonEmpty(arg, await matches(arg));
}

async function matches(pattern: string): Promise<string[]> {
  return (await glob(pattern, { absolute: isAbsolute(pattern), caseSensitiveMatch: false })).sort();
}

function nonEmpty(arg: string, paths: string[], leftOut?: LeftOut): string[] {
  if (paths.length > 0) return paths;
  throw new InputError(`no pictures in ${arg}`, {
    found: leftOut?.inWords(),
    expected: `files that end in ${PICTURE_ENDINGS.join(', ')}`,
  });
}
