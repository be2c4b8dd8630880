/**
 * Finds the pictures of a dataset on the disk. Each folder is listed once and asked in memory from then on: a dataset
 * has up to 120,000 pictures, and as many questions to a network disk take minutes. Does not open any picture.
 */

import { readdir } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { glob } from 'tinyglobby';

/** Endings of the names of pictures, in lower case. */
export const PICTURE_ENDINGS = ['jpg', 'jpeg', 'png', 'webp', 'gif', 'tif', 'tiff', 'avif', 'svg'];

/** Whether a file is a picture by its name, and not a hidden one. */
export function isPictureName(name: string): boolean {
  return !name.startsWith('.') && PICTURE_ENDINGS.includes(extname(name).slice(1).toLowerCase());
}

/** The pictures in a folder, at any depth, in the order of their paths; hidden ones are left out. */
export async function picturesBelow(folder: string): Promise<string[]> {
  const paths = await glob(`**/*.{${PICTURE_ENDINGS.join(',')}}`, { cwd: folder, caseSensitiveMatch: false });
  return paths.map((path) => `${folder.replace(/\/$/, '')}/${path}`).sort();
}

/** Folder names under which the known datasets and their mirrors keep pictures. */
const PICTURE_FOLDER = /image|photo|picture|dataset|flic?ke?r/i;

export class PictureFinder {
  /** The folders that are looked in, in this order. */
  readonly roots: readonly string[];
  readonly #listings = new Map<string, Set<string>>();

  constructor(roots: readonly string[]) {
    this.roots = [...new Set(roots)];
  }

  /** The path of a picture that is named relative to one of the roots, or undefined. */
  async find(name: string): Promise<string | undefined> {
    for (const root of this.roots) {
      const path = join(root, name);
      const listing = this.#listings.get(dirname(path)) ?? (await this.#list(dirname(path)));
      if (listing.has(basename(path))) return path;
    }
    return undefined;
  }

  async #list(folder: string): Promise<Set<string>> {
    const names = new Set(await readdir(folder).catch(() => []));
    this.#listings.set(folder, names);
    return names;
  }
}

/** The folder itself and those in it, two levels deep, whose names promise pictures (`images`, `Flicker8k_Dataset`). */
export async function pictureFolders(folder: string, levels = 2): Promise<string[]> {
  if (levels === 0) return [folder];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const inside = entries
    .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && PICTURE_FOLDER.test(entry.name))
    .map((entry) => pictureFolders(join(folder, entry.name), levels - 1));
  return [folder, ...(await Promise.all(inside)).flat()];
}
