/**
 * Finds the pictures of a dataset on the disk; opens none. Each folder is listed once and remembered: a dataset has up
 * to 120,000 pictures, and to ask a network disk for each of them takes minutes.
 */

import { readdir } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path';
import { editDistance } from '../base/edit-distance.ts';
import { InputError } from '../base/errors.ts';
import { isPictureName, isUnreadPictureName, PICTURE_ENDINGS } from '../base/picture-names.ts';
import { kindOf, LeftOut, type Walked, walk } from '../base/walk.ts';

/** The pictures below a folder. */
export interface PicturesBelow extends Walked {
  /** Pictures of formats that are not read, but for those that stand there in one that is read too, by the same name. */
  unread: LeftOut;
}

/** The pictures in a folder, at any depth, in the order of their paths, and what was left out. */
export async function picturesBelow(folder: string): Promise<PicturesBelow> {
  const walked = await walk(folder, (name) => isPictureName(name) || isUnreadPictureName(name));
  const files = walked.files.filter((file) => isPictureName(basename(file)));
  const read = new Set(files.map(withoutEnding));
  const unread = new LeftOut();
  for (const file of walked.files) {
    if (isPictureName(basename(file))) continue;
    const list = read.has(withoutEnding(file)) ? walked.leftOut : unread;
    list.add(kindOf(file), file);
  }
  return { files, leftOut: walked.leftOut, unread };
}

/** What is wrong with pictures of formats that are not read; undefined where there are none. */
export function refusalOf(unread: LeftOut, folder: string): InputError | undefined {
  const found = unread.inWords();
  if (found === undefined) return undefined;
  return new InputError(`pictures in ${folder} can't be read`, { found, advice: 'Convert them to JPEG first' });
}

function withoutEnding(file: string): string {
  return file.slice(0, file.length - extname(file).length);
}

/** Names of the folders in which the known datasets and their mirrors keep pictures. */
const PICTURE_FOLDER = /image|photo|picture|dataset|flic?ke?r/i;

/** The names in a folder. */
class Listing {
  readonly names: ReadonlySet<string>;
  #folded: Map<string, string> | undefined;

  constructor(names: readonly string[]) {
    this.names = new Set(names);
  }

  /** The name that is there for one that may differ in case or Unicode form. */
  find(name: string): string | undefined {
    if (this.names.has(name)) return name;
    if (!this.#folded) {
      this.#folded = new Map();
      for (const other of [...this.names].sort())
        if (!this.#folded.has(foldName(other))) this.#folded.set(foldName(other), other);
    }
    return this.#folded.get(foldName(name));
  }
}

/** Finds pictures by their names in several folders. */
export class PictureFinder {
  /** The folders that are searched, in this order. */
  readonly roots: readonly string[];
  readonly #listings = new Map<string, Listing>();

  constructor(roots: readonly string[]) {
    this.roots = [...new Set(roots)];
  }

  /**
   * The path of the picture with this absolute path, or path relative to a root, or to the folder that a root is in:
   * `images/a.jpg` may lie in the root `photos/images`. Where it is not there as it is written, other writings of it are
   * looked for (see `writingsOf`), in another case or Unicode form too. Undefined where none is there.
   *
   * @param byLastName whether a file may be taken that is called so but lies in another folder: where no other picture
   *   is called so
   */
  async find(name: string, byLastName = false): Promise<string | undefined> {
    for (const path of this.#placesOf(name)) {
      const { names } = await this.#list(dirname(path));
      if (names.has(basename(path))) return path;
    }
    for (const writing of writingsOf(name, byLastName)) {
      for (const root of isAbsolute(writing) ? ['/'] : ['', ...this.#beside(writing)]) {
        const found = await this.#findFolded(writing, root);
        if (found) return found;
      }
    }
    return undefined;
  }

  /** Of the names in the roots the one that is most like a name that is not there. */
  async nearest(name: string): Promise<string | undefined> {
    const wanted = foldName(basename(name.replaceAll('\\', '/')));
    let best: { name: string; distance: number } | undefined;
    for (const root of this.roots) {
      for (const other of [...(await this.#list(root)).names].filter(isPictureName).slice(0, LISTED)) {
        const distance = editDistance(wanted, foldName(other));
        if (distance < (best?.distance ?? 1 + wanted.length / 2)) best = { name: other, distance };
      }
    }
    return best?.name;
  }

  #placesOf(name: string): string[] {
    if (isAbsolute(name)) return [name];
    return [...this.roots.map((root) => join(root, name)), ...this.#beside(name).map((root) => join(root, rest(name)))];
  }

  /** The roots whose own name is the first folder of a path. */
  #beside(name: string): string[] {
    const first = name.split('/', 1)[0];
    return rest(name) === '' ? [] : this.roots.filter((root) => basename(resolve(root)) === first);
  }

  /** Goes down a path name by name. @param from where: a root that has the path's first name, or '' for all roots */
  async #findFolded(name: string, from: string): Promise<string | undefined> {
    const path = from === '' || from === '/' ? name : rest(name);
    for (const root of from === '' ? this.roots : [from]) {
      let place: string | undefined = root;
      for (const part of path.split('/')) {
        if (part === '' || part === '.') continue;
        if (part === '..') place = join(place, part);
        else {
          const there: string | undefined = (await this.#list(place)).find(part);
          place = there === undefined ? undefined : join(place, there);
        }
        if (place === undefined) break;
      }
      if (place !== undefined && place !== root) return place;
    }
    return undefined;
  }

  async #list(folder: string): Promise<Listing> {
    let listing = this.#listings.get(folder);
    if (!listing) {
      listing = new Listing(await readdir(folder).catch(() => []));
      this.#listings.set(folder, listing);
    }
    return listing;
  }
}

/** Names that are compared with one that is not there. */
const LISTED = 5000;

/**
 * What is equal for names that differ in case, in how accents are composed, in the kind of a space (macOS puts a narrow one
 * into the names of screenshots), or in signs that are not seen.
 */
export function foldName(name: string): string {
  return name
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .toUpperCase()
    .toLowerCase()
    .trim();
}

/** A path without its first name; empty where it has no other. */
function rest(path: string): string {
  return path.slice(path.indexOf('/') + 1 || path.length);
}

/** Endings of one kind of file: a picture may have got another of them since its name was written. */
const JPEG_ENDING = /\.(jpg|jpeg|jpe|jfif)$/i;

/**
 * Other writings of a picture's path, the likeliest first: with `/` for `\`, percent signs decoded, with `\` for `/`,
 * without the address of a server or disk, with another ending of JPEG, or each ending of a picture where it has none, a
 * number as COCO writes it, and the ends of an absolute path, the longest first.
 *
 * @param byLastName also the last name alone
 */
function writingsOf(name: string, byLastName: boolean): string[] {
  const slashed = name.replaceAll('\\', '/');
  const unpacked = slashed.replaceAll('/', '\\'); // an archive of Windows, by a program that takes \ for a sign of the name
  const plain = [name, slashed, decoded(slashed), unpacked].map((path) =>
    path
      .replace(/^(?:\w{2,}:)?\/\/[^?#]*[?#].*$/s, (address) => address.replace(/[?#].*$/s, ''))
      .replace(/^.*\/\?d=|^\/data\/upload\/\d+\/[0-9a-f]{8}-/s, '/') // Label Studio's
      .replace(/^file:\/\/|^[a-z]:(?=\/)/i, ''),
  );
  const writings = [...new Set(plain)].flatMap(withEndings);
  return writings.flatMap((path) => {
    const paths = [path];
    if (/^\/|^\w+:\/\//.test(path)) {
      for (let end = rest(path.replace(/^\/+/, '')); end.includes('/'); end = rest(end)) paths.push(end);
    }
    return byLastName ? [...paths, basename(path)] : paths;
  });
}

/** A path, and others that differ from it in their ending. */
function withEndings(path: string): string[] {
  if (JPEG_ENDING.test(path))
    return [path, ...['jpg', 'jpeg', 'jpe', 'jfif'].map((end) => path.replace(JPEG_ENDING, `.${end}`))];
  if (isPictureName(basename(path))) return [path];
  const number = /^(\d{1,12})(\.0)?$/.exec(path)?.[1]; // an id, which may have become a fraction in a spreadsheet
  const stems = number === undefined ? [path] : [path, number, number.padStart(12, '0')];
  return [path, ...stems.flatMap((stem) => PICTURE_ENDINGS.map((end) => `${stem}.${end}`))];
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // a percent sign that is one
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
