/** Fetches the libraries for matrix products into the user's cache, without root. To delete the folder undoes it. */
import { cp, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InputError } from '../base/errors.ts';
import { cacheFolder, makeFolder } from '../base/files.ts';
import { libraryFiles, type NativeName, nativeFolder } from '../compute/product/libraries.ts';
import { unpackWheel } from './unpack-wheel.ts';
import { PRODUCT_WHEELS, type Wheel, wheelFor } from './wheels.ts';

/** What became of a library: there already, fetched now, or not made for this platform. */
export type SetupOutcome = 'present' | 'fetched' | 'unavailable';

/**
 * Fetches one library, unless it is there.
 *
 * @param onFetch called before a download, with its size in megabytes
 * @throws InputError when it can't be fetched: what failed and what it needs; nothing half done is left
 */
export async function setupProduct(name: NativeName, onFetch: (megabytes: number) => void): Promise<SetupOutcome> {
  const wheel = wheelFor(PRODUCT_WHEELS[name]);
  if (!wheel) return 'unavailable';
  const folder = join(nativeFolder(name), versionOf(wheel));
  if (await exists(folder)) return 'present';
  onFetch(wheel.megabytes);
  await buildFolder(folder, async (work) => {
    await unpackWheel(wheel, work);
    const kept = (await filesBelow(join(work, 'wheel'))).filter((file) => isLibrary(name, file));
    if (kept.length === 0) throw new InputError(`${wheel.requirement} holds none of ${libraryFiles(name).join(', ')}`);
    await mkdir(join(work, 'result'));
    for (const file of kept) await cp(file, join(work, 'result', basename(file)));
    return join(work, 'result');
  });
  return 'fetched';
}

/**
 * Makes a folder that is either there whole or not at all: built under another name and renamed at the end.
 *
 * @param build gets a folder to work in, which is deleted afterwards, and returns the one to keep
 */
export async function buildFolder(folder: string, build: (work: string) => Promise<string>): Promise<void> {
  await makeFolder(dirname(folder));
  const work = await mkdtemp(join(cacheFolder('native'), 'setup-'));
  try {
    const result = await build(work);
    await rename(result, folder).catch(async (error) => {
      if (!(await exists(folder))) throw error; // else another process was faster, with the same result
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** The library, or one that it brings along (the Fortran runtime of scipy's OpenBLAS lies beside it). */
function isLibrary(name: NativeName, file: string): boolean {
  return libraryFiles(name).includes(basename(file)) || /lib(gfortran|quadmath)/.test(basename(file));
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function versionOf({ requirement }: Wheel): string {
  return requirement.split('==')[1]!;
}
