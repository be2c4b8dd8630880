/**
 * Finds the pictures of a dataset on the disk; opens none. Each folder is listed once and remembered: a dataset has up
 * to 120,000 pictures, and to ask a network disk for each of them takes minutes.
 */

import { readdir } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path';
import { glob } from 'tinyglobby';

/** The endings by which files are taken for pictures, in lower case. */
export const PICTURE_ENDINGS = ['jpg', 'jpeg', 'png', 'webp', 'gif', 'tif', 'tiff', 'avif', 'svg'];

/** Whether a file's name has the ending of a picture and is not hidden. */
export function isPictureName(name: string): boolean {
  return !name.startsWith('.') && PICTURE_ENDINGS.includes(extname(name).slice(1).toLowerCase());
}

/** The pictures in a folder, at any depth, in the order of their paths; hidden ones are left out. */
export async function picturesBelow(folder: string): Promise<string[]> {
  const paths = await glob(`**/*.{${PICTURE_ENDINGS.join(',')}}`, { cwd: folder, caseSensitiveMatch: false });
  return paths.map((path) => `${folder.replace(/\/$/, '')}/${path}`).sort();
}

/** Names of the folders in which the known datasets and their mirrors keep pictures. */
const PICTURE_FOLDER = /image|photo|picture|dataset|flic?ke?r/i;

/** Finds pictures by their names in several folders. */
export class PictureFinder {
  /** The folders that are searched, in this order. */
  readonly roots: readonly string[];
  readonly #listings = new Map<string, Set<string>>();

  constructor(roots: readonly string[]) {
    this.roots = [...new Set(roots)];
  }

  /**
   * The path of the picture with this absolute path, or path relative to a root, or to the folder that a root is in:
   * `images/a.jpg` may lie in the root `photos/images`. Undefined where it is not.
   */
  async find(name: string): Promise<string | undefined> {
    const paths = isAbsolute(name) ? [name] : this.roots.map((root) => join(root, name));
    for (const path of [...paths, ...this.#beside(name)]) {
      const listing = this.#listings.get(dirname(path)) ?? (await this.#list(dirname(path)));
      if (listing.has(basename(path))) return path;
    }
    return undefined;
  }

  /** Where a picture may lie whose path begins with a root's own name. */
  #beside(name: string): string[] {
    const [, folder, rest] = /^([^/]+)\/(.+)$/.exec(name) ?? [];
    if (rest === undefined) return [];
    return this.roots.filter((root) => basename(resolve(root)) === folder).map((root) => join(root, rest));
  }

  async #list(folder: string): Promise<Set<string>> {
    const names = new Set(await readdir(folder).catch(() => []));
    this.#listings.set(folder, names);
    return names;
  }
}

/** A folder and those in it, `levels` deep, whose names promise pictures (`images`, `Flicker8k_Dataset`). */
export async function pictureFolders(folder: string, levels = 2): Promise<string[]> {
  if (levels === 0) return [folder];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const inside = entries
    .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && PICTURE_FOLDER.test(entry.name))
    .map((entry) => pictureFolders(join(folder, entry.name), levels - 1));
  return [folder, ...(await Promise.all(inside)).flat()];
}
