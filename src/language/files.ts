/** Which files a text is made of, and copies of what can be read but once. Knows no tokens. */
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ByteSource, nameOfSource, readBlocks } from '../base/byte-source.ts';
import { InputError } from '../base/errors.ts';
import { writeFileAtomically } from '../base/files.ts';
import { kindOfBinary, TELLING_BYTES } from '../base/text-decoding.ts';
import { LeftOut, walk } from '../base/walk.ts';

export interface TextFiles {
  files: string[];
  /** What was left out of folders: pictures, archives, other files that hold no text. */
  leftOut: LeftOut;
}

/**
 * The files of a text: those that are named, and for a folder all texts in it, at any depth, in the order of their names.
 * What is hidden or a system's is passed over.
 *
 * @param readsBytes whether files of any kind are read: nothing else is left out then
 * @throws InputError when a folder has none
 */
export async function textFilesOf(paths: readonly string[], readsBytes: boolean): Promise<TextFiles> {
  const found: TextFiles = { files: [], leftOut: new LeftOut() };
  for (const path of paths) {
    const isFolder = (await stat(path).catch(() => undefined))?.isDirectory(); // reading it says what is wrong
    if (!isFolder) found.files.push(path);
    else for (const file of await filesBelow(path, readsBytes, found.leftOut)) found.files.push(file);
  }
  return found;
}

async function filesBelow(folder: string, readsBytes: boolean, leftOut: LeftOut): Promise<string[]> {
  const walked = await walk(folder, () => true);
  const texts: string[] = [];
  for (const file of walked.files) {
    const binary = readsBytes ? undefined : kindOfBinary(await startOf(file));
    if (binary === undefined) texts.push(file);
    else walked.leftOut.add('file that holds no text', file);
  }
  leftOut.join(walked.leftOut);
  if (texts.length > 0) return texts;
  throw new InputError(`no text in the folder ${folder}`, {
    found: walked.leftOut.inWords(),
    expected: 'a folder with text files',
  });
}

/** The first bytes of a file; none where it can't be read, of which the reading will tell. */
async function startOf(path: string): Promise<Buffer> {
  const file = await open(path).catch(() => undefined);
  try {
    const { bytesRead = 0, buffer = Buffer.alloc(0) } =
      (await file?.read(Buffer.alloc(TELLING_BYTES), 0, TELLING_BYTES)) ?? {};
    return buffer.subarray(0, bytesRead);
  } catch {
    return Buffer.alloc(0);
  } finally {
    await file?.close();
  }
}

/**
 * Files of a text that can be read several times: what comes from a pipe is copied to a folder first.
 *
 * @param folder for the copies, which is made when there are any
 * @throws InputError when a pipe can't be read, or a copy can't be written
 */
export async function copyPipes(sources: readonly (string | ByteSource)[], folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const [i, source] of sources.entries()) {
    const found = typeof source === 'string' ? await stat(source).catch(() => undefined) : undefined;
    const isPipe = typeof source !== 'string' || (found && !found.isFile() && !found.isDirectory());
    if (!isPipe) {
      files.push(source);
      continue;
    }
    const copy = join(folder, String(i), nameOfSource(source).replaceAll(/[/\\]/g, '-'));
    await writeFileAtomically(copy, readBlocks(source, { what: 'text' }));
    files.push(copy);
  }
  return files;
}
