/** Where the native libraries of the matrix products are looked for: file names and folders, not how they are called. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cacheFolder } from '../../base/files.ts';

export type NativeName = 'onednn' | 'openblas';

/** The files that the wheels hold and, as second choice, the names under which systems install the library. */
const LIBRARIES: Record<NativeName, { files: readonly string[]; system: readonly string[] }> = {
  // Wheel onednn-cpu-gomp.
  onednn: { files: ['libdnnl.so.3'], system: ['libdnnl.so.3', 'libdnnl.so.2'] },
  // Wheel scipy-openblas32.
  openblas: {
    files: ['libscipy_openblas.so', 'libscipy_openblas.dylib', 'libscipy_openblas.dll'],
    system: ['libopenblas.so.0'],
  },
};

/** Part of macOS. */
export const ACCELERATE = '/System/Library/Frameworks/Accelerate.framework/Accelerate';

/** Names under which wheels hold the library. */
export function libraryFiles(name: NativeName): readonly string[] {
  return LIBRARIES[name].files;
}

/** The folder that the setup command brings a library to, in whatever layout; to delete it undoes the setup. */
export function nativeFolder(name: NativeName): string {
  return cacheFolder('native', name);
}

/** Paths and names to try, the best first. */
export function libraryCandidates(name: NativeName): string[] {
  return [...librariesSetUp(name), ...LIBRARIES[name].system];
}

/** Paths of what the setup command has brought, the newest version first. */
export function librariesSetUp(name: NativeName): string[] {
  const folder = nativeFolder(name);
  let entries: string[] = [];
  try {
    entries = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch {
    // Never set up.
  }
  const found = entries.filter((entry) => LIBRARIES[name].files.includes(basename(entry)));
  return found
    .map((entry) => join(folder, entry))
    .sort()
    .reverse();
}
