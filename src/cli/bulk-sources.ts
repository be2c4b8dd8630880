/** Finds the names of pictures for a queue: as `describe` finds pictures, and in lists and in S3 too. Reads no picture. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { InputError, reasonOf } from '../base/errors.ts';
import { isPictureName, isUnreadPictureName } from '../base/picture-names.ts';
import { readTextPieces } from '../base/text-file.ts';
import { LeftOut } from '../base/walk.ts';
import { isS3, S3Storage } from '../bulk/s3.ts';
import { refusalOf } from '../datasets/pictures.ts';
import { type FoundPictures, findPictures } from './find-pictures.ts';
import { isPattern } from './patterns.ts';
import { sourceOf } from './text-source.ts';

/**
 * The names of pictures, in the order of the arguments: folders (all below them), globs, pictures, `s3://BUCKET/PREFIX`,
 * and text files with a name a line; `-` for such a text on standard input.
 *
 * @param onFound called with what was left out of a folder, or is not read of what lies in S3
 * @throws InputError for an argument in which there are none, before names of those behind it are given
 */
export async function* pictureNames(
  args: readonly string[],
  onFound: (found: FoundPictures) => void,
): AsyncGenerator<string> {
  for (const arg of args) {
    if (isS3(arg)) yield* namesInS3(arg, onFound);
    else if (await isList(arg)) yield* namesInList(arg);
    else {
      const found = await findPictures([arg]);
      if (found.sources.length === 0 && found.errors[0]) throw found.errors[0];
      onFound(found);
      for (const source of found.sources) yield source as string; // standard input is a list here
    }
  }
}

/** @throws InputError when it is no pattern, and nothing is there */
async function isList(arg: string): Promise<boolean> {
  if (arg === '-') return true;
  try {
    const found = await stat(arg);
    return !found.isDirectory() && !isPictureName(basename(arg)) && !isUnreadPictureName(basename(arg));
  } catch (error) {
    if (await isPattern(arg)) return false;
    throw new InputError(`cannot read ${arg}`, { found: reasonOf(error), cause: error });
  }
}

async function* namesInList(path: string): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of readTextPieces(sourceOf(path), { what: 'list' })) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop()!;
    yield* lines.map(withoutEnd).filter((line) => line.trim() !== '');
  }
  if (rest.trim() !== '') yield withoutEnd(rest);
}

function withoutEnd(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

async function* namesInS3(address: string, onFound: (found: FoundPictures) => void): AsyncGenerator<string> {
  const storage = new S3Storage();
  const unread = new LeftOut();
  let isEmpty = true;
  try {
    for await (const name of storage.list(address, unread)) {
      isEmpty = false;
      yield name;
    }
  } finally {
    storage.close();
  }
  const refusal = refusalOf(unread, address);
  if (isEmpty) throw refusal ?? new InputError(`no pictures in ${address}`);
  if (refusal) onFound({ sources: [], errors: [refusal], unread, leftOut: new LeftOut() });
}
