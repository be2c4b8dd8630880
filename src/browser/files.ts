/** Stands in for `src/base/files.ts` in a browser, where a path is an address, taken relative to the page. */
import { InputError } from '../base/errors.ts';
import type * as node from '../base/files.ts';

export async function readBytes(path: string | URL): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`.trim());
  return new Uint8Array(await response.arrayBuffer());
}

export function fileIn(folder: string, name: string): string {
  return `${folder.replace(/\/$/, '')}/${name}`;
}

/** Only a fetch could tell, and the one of the file that is wanted will. */
export async function kindAt(): Promise<'folder'> {
  return 'folder';
}

export async function writeFileAtomically(path: string): Promise<never> {
  throw new InputError(`cannot write ${path}`, { found: 'a browser, which lets no page write files' });
}

({ readBytes, fileIn, kindAt, writeFileAtomically }) satisfies Omit<typeof node, 'cacheFolder'>;
