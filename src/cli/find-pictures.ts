/** Which pictures the arguments of a command mean. */
import { stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { glob, isDynamicPattern } from 'tinyglobby';
import { InputError } from '../base/errors.ts';
import { PICTURE_ENDINGS, picturesBelow } from '../datasets/pictures.ts';
import type { PictureSource } from '../vision/extract.ts';

export interface FoundPictures {
  sources: PictureSource[];
  /** One for each argument that means no picture. */
  errors: InputError[];
}

/** Pictures for files, folders (all pictures below them), globs and `-` for standard input, in that order. */
export async function findPictures(args: readonly string[]): Promise<FoundPictures> {
  const found: FoundPictures = { sources: [], errors: [] };
  for (const arg of args) {
    try {
      found.sources.push(...(await expand(arg)));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      found.errors.push(error);
    }
  }
  return found;
}

async function expand(arg: string): Promise<PictureSource[]> {
  if (arg === '-') return [{ name: '-', bytes: await buffer(process.stdin) }];
  const found = await stat(arg).catch(() => undefined);
  if (found?.isDirectory()) return nonEmpty(arg, await picturesBelow(arg));
  if (found || !isDynamicPattern(arg)) return [arg]; // a file that is not there is reported where it is read
  return nonEmpty(arg, await matches(arg));
}

async function matches(pattern: string): Promise<string[]> {
  return (await glob(pattern, { absolute: isAbsolute(pattern), caseSensitiveMatch: false })).sort();
}

function nonEmpty(arg: string, paths: string[]): string[] {
  if (paths.length > 0) return paths;
  throw new InputError(`no pictures in ${arg}`, { expected: `files that end in ${PICTURE_ENDINGS.join(', ')}` });
}
