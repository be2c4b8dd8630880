/** Files, by Node. A browser has `files.browser.ts` in its place. */
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError, reasonOf } from './errors.ts';
import { guardTemporary } from './temporary-files.ts';

/**
 * Writes a file so that a reader, a full disk or a killed process never sees half of it: to a temporary name beside
 * it, flushed to the disk, then renamed. Makes the folder where there is none. Ctrl-C leaves no temporary file.
 *
 * @param content all of it, or its parts one after another
 * @param options `mode`: its permissions. Default: those of a new file
 * @throws InputError that names the file when it can't be written, or what the parts throw; what stood there before is
 *   untouched
 */
export async function writeFileAtomically(
  path: string,
  content: string | Uint8Array | readonly Uint8Array[] | AsyncIterable<Uint8Array>,
  { mode }: { mode?: number } = {},
): Promise<void> {
  const temporary = temporaryBeside(path);
  const isDone = guardTemporary(temporary);
  try {
    await refuseSpecial(path);
    await makeFolder(dirname(path));
    const file = await open(temporary, 'wx');
    try {
      const parts = typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
      for await (const part of parts) await file.writeFile(part);
      if (mode !== undefined) await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw refused(path, error);
  } finally {
    isDone();
  }
}

/**
 * Makes a folder, and those that it is in, where they are not there. Not by Node's own `recursive`, which never comes back
 * from a file system that takes no folders and says that there is none to put them into (/proc).
 *
 * @throws what the system says
 */
export async function makeFolder(path: string): Promise<void> {
  const isThere = async (error: unknown) => {
    if ((await kindAt(path)) !== 'folder') throw error;
  };
  try {
    await mkdir(path);
  } catch (error) {
    const above = dirname(path);
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ENOENT' || above === path) return isThere(error);
    await makeFolder(above); // also where it is there by now: others may be making it
    await mkdir(path).catch(isThere);
  }
}

/**
 * A file is put in the place of what stands there, which for root takes /dev/null from the whole system, and a pipe from
 * who reads it.
 *
 * @throws InputError where a device, a pipe or a socket stands
 */
async function refuseSpecial(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (!found || found.isFile() || found.isDirectory()) return;
  const what = isDevice(found) ? 'a device' : 'a pipe';
  throw new InputError(`cannot write ${path}`, {
    found: what,
    expected: 'a file, which is written at once or not at all',
  });
}

function temporaryBeside(path: string): string {
  return `${path}.${randomBytes(6).toString('hex')}.tmp`;
}

const TEMPORARY = /\.[0-9a-f]{12}\.tmp$/;

/**
 * Deletes what processes that were killed while they wrote have left in a folder. Only for a folder that no other process
 * is writing to.
 */
export async function deleteTemporaries(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) if (TEMPORARY.test(name)) await rm(join(folder, name), { force: true });
}

/** What the system says about a file that it does not let be written; any other error as it is. */
function refused(path: string, error: unknown): unknown {
  if (!(error instanceof Error && 'syscall' in error)) return error;
  const isInFile = 'code' in error && (error.code === 'EEXIST' || error.code === 'ENOTDIR');
  return new InputError(`cannot write ${path}`, {
    found: isInFile ? 'a file where its folder is to be' : reasonOf(error),
    advice: isInFile
      ? 'Name another folder.'
      : 'Check the free space and the permissions of the folder; what stood there before is untouched.',
    cause: error,
  });
}

/**
 * Makes sure that a file can be written there, before long work for it. Makes the folder where there is none. What it
 * writes and deletes to find out is there for no turn, in which Ctrl-C could end the process.
 *
 * @throws InputError that names the file when it can't be written
 */
export async function ensureWritable(path: string): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    if ((await kindAt(path)) === 'folder') throw new InputError(`cannot write ${path}`, { found: 'a folder' });
    await refuseSpecial(path);
    await makeFolder(dirname(path));
    writeFileSync(temporary, '', { flag: 'wx' });
    rmSync(temporary);
  } catch (error) {
    throw refused(path, error);
  }
}

/**
 * Reads a file whole, or what comes through a pipe.
 *
 * @param check told its size, before it is read, or as it grows; what it throws is thrown
 * @throws what the system says, or an error that a device is no file
 */
export async function readBytes(
  path: string,
  check: (size: number) => void = () => {},
): Promise<Uint8Array<ArrayBuffer>> {
  const file = await open(path);
  try {
    const stats = await file.stat();
    check(stats.size);
    if (isDevice(stats)) throw new Error('a device, not a file');
    if (!stats.isFIFO()) return await file.readFile();
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const part of file.createReadStream({ autoClose: false })) {
      parts.push(part);
      size += part.length;
      check(size);
    }
    return Buffer.concat(parts);
  } finally {
    await file.close();
  }
}

/** Whether it is a device, such as /dev/zero: it may never come to an end. */
export function isDevice(stats: { isCharacterDevice(): boolean; isBlockDevice(): boolean }): boolean {
  return stats.isCharacterDevice() || stats.isBlockDevice();
}

/** Where a file or folder of this package is; the same from src/base and from dist/base. */
export function inPackage(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

/** Deletes a file, if it is there. */
export async function deleteFile(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** The path of a file in a folder. */
export function fileIn(folder: string, name: string): string {
  return join(folder, name);
}

/** What stands at a path, if anything does. */
export async function kindAt(path: string): Promise<'file' | 'folder' | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found) return found.isDirectory() ? 'folder' : 'file';
  return undefined;
}

/** The folder for what can be made again: extracted features, native libraries. `CAPTION_LM_CACHE` names another. */
export function cacheFolder(...parts: string[]): string {
  const root =
    process.env['CAPTION_LM_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'caption-lm');
  return join(root, ...parts);
}
