/** SHA-256 by the Web Crypto API, which Node and browsers have alike. Knows no files. */

/**
 * @returns the hash of these bytes in hexadecimal digits; undefined in a page that came over plain HTTP, to which browsers
 *   give no cryptography
 */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
  if (!globalThis.crypto?.subtle) return undefined;
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
