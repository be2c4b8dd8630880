/** Where a command reads a text from. */
import type { ByteSource } from '../base/byte-source.ts';

/** A file, or standard input for `-`. */
export function sourceOf(file: string): string | ByteSource {
  return file === '-' ? { name: 'standard input', blocks: process.stdin } : file;
}
