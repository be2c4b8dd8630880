/** Sizes in words, for lines that people read. */

/** "850 MB", "1.2 GB": rounded up, as what has to have room. */
export function bytesInWords(bytes: number): string {
  return bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
