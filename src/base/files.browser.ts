/** In place of `files.ts` in a browser, where a path is an address, taken relative to the page. */
import { InputError } from './errors.ts';
import type * as node from './files.ts';

export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`.trim());
  return new Uint8Array(await response.arrayBuffer());
}

// The bundle is in dist/web. Its address is a constant of its own, because other bundlers take the argument of a
// `new URL(…, import.meta.url)` for a file that they should bring along.
const bundle = import.meta.url;
let packageAddress = new URL('../../', bundle);

/**
 * Says where the package's folders `dist` and `data` are, for pages whose own bundle has moved the code away from them.
 *
 * @param address of the folder that holds both, relative to the page: '/caption-lm/'
 */
export function setPackageAddress(address: string): void {
  packageAddress = new URL(address.replace(/\/?$/, '/'), location.href);
}

export function inPackage(path: string): string {
  return new URL(path, packageAddress).href;
}

export function fileIn(folder: string, name: string): string {
  return `${folder.replace(/\/$/, '')}/${name}`;
}

/** Takes every address for a folder's: only a fetch could tell, and the fetch of the file that is wanted will. */
export async function kindAt(): Promise<'folder'> {
  return 'folder';
}

export async function writeFileAtomically(path: string): Promise<never> {
  throw new InputError(`cannot write ${path}`, { found: 'a browser, which lets no page write files' });
}

export async function deleteFile(path: string): Promise<never> {
  throw new InputError(`cannot delete ${path}`, { found: 'a browser, which lets no page write files' });
}

({ readBytes, inPackage, fileIn, kindAt, writeFileAtomically, deleteFile }) satisfies Omit<
  typeof node,
  'cacheFolder' | 'deleteTemporaries' | 'ensureWritable' | 'isDevice' | 'makeFolder'
>;
