/**
 * The files in a folder, at any depth, as all commands find them. What systems leave in folders is passed over; links are
 * followed, never to a folder that was seen before. What is left out is counted by kind. Knows no kind of file.
 */

import { readdir, realpath, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { counted } from './counted.ts';
import { addTo } from './lists.ts';

/** Folders that systems and programs make beside what people put there. */
const SYSTEM_FOLDERS = new Set([
  '__MACOSX',
  '@eaDir',
  '#recycle',
  '#snapshot',
  '$RECYCLE.BIN',
  'System Volume Information',
  'lost+found',
  '.Trashes',
]);

/** Files of the same origin. */
const SYSTEM_FILES = new Set(['Thumbs.db', 'desktop.ini', 'ehthumbs.db', 'Icon\r']);

/** Whether a name in a folder is a system's, or hidden. */
export function isPassedOver(name: string): boolean {
  return name.startsWith('.') || SYSTEM_FOLDERS.has(name) || SYSTEM_FILES.has(name);
}

/** What was left out, by kind: '.heic files', 'broken links'. */
export class LeftOut {
  readonly #paths = new Map<string, string[]>();

  add(kind: string, path: string): void {
    addTo(this.#paths, kind, path);
  }

  /** Adds what was left out elsewhere. */
  join(other: LeftOut): void {
    for (const [kind, paths] of other.#paths) for (const path of paths) this.add(kind, path);
  }

  /** The paths of all that was left out. */
  get paths(): string[] {
    return [...this.#paths.values()].flat();
  }

  /** All of it in a line: "2 .heic files, 1 broken link"; undefined where nothing was left out. */
  inWords(): string | undefined {
    if (this.#paths.size === 0) return undefined;
    const counts = [...this.#paths].map(([kind, { length }]) => counted(length, kind));
    return counts.join(', ');
  }
}

/** What a file is by its name, for `LeftOut`. */
export function kindOf(name: string): string {
  return extname(name) === '' ? 'file without an ending' : `${extname(name).toLowerCase()} file`;
}

export interface Walked {
  /** In the order of their paths. */
  files: string[];
  leftOut: LeftOut;
}

/** Whether bytes of a name were lost when it became text, so that nothing is found by it. */
async function isUnreachable(path: string, name: string): Promise<boolean> {
  return name.includes('\ufffd') && (await stat(path).catch(() => undefined)) === undefined;
}

const nounOf = (kind: { isDirectory(): boolean }): string => (kind.isDirectory() ? 'folder' : 'file');

/**
 * Walks through a folder.
 *
 * @param isWanted tells by a file's name whether it is looked for
 */
export async function walk(folder: string, isWanted: (name: string) => boolean): Promise<Walked> {
  const files: string[] = [];
  const leftOut = new LeftOut();
  const seen = new Set<string>();
  const open = [folder.replace(/(?<=.)\/$/, '')];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const real = await realpath(place).catch(() => undefined);
    if (real !== undefined && seen.has(real)) {
      leftOut.add('link to a folder seen before', place);
      continue;
    }
    if (real !== undefined) seen.add(real);
    const entries = await readdir(place, { withFileTypes: true }).catch(() => undefined);
    if (!entries) {
      leftOut.add('folder that may not be read', place);
      continue;
    }
    for (const entry of entries) {
      const { name } = entry;
      const path = `${place === '/' ? '' : place}/${name}`;
      if (SYSTEM_FOLDERS.has(name) && !name.startsWith('.')) leftOut.add('system folder', path);
      if (isPassedOver(name)) continue;
      const kind = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
      if (!kind) leftOut.add('broken link', path);
      else if (await isUnreachable(path, name)) leftOut.add(`${nounOf(kind)} whose name is not UTF-8`, path);
      else if (kind.isDirectory()) open.push(path);
      else if (!kind.isFile()) leftOut.add('pipe or device', path);
      else if (isWanted(name)) files.push(path);
      else leftOut.add(kindOf(name), path);
    }
  }
  return { files: files.sort(), leftOut };
}
