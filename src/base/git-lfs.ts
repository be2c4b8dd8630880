/** Pointers that Git LFS leaves in place of files that were not fetched (its specification is in the repository of git-lfs). */
import { InputError } from './errors.ts';

const START = 'version https://git-lfs.github.com/spec/';

/** @throws InputError when the bytes of a file are such a pointer */
export function refuseLfsPointer(bytes: Uint8Array, path: string): void {
  if (bytes[0] !== START.charCodeAt(0)) return;
  if (new TextDecoder('latin1').decode(bytes.subarray(0, START.length)) !== START) return;
  throw new InputError(`${path} was not fetched`, {
    found: 'a pointer of Git LFS in its place',
    advice: 'Fetch it by `git lfs pull`.',
  });
}
