/** The colours of a word's map over a picture. Knows no element. */

/** The colours of values from 0 to 1, with how much of the picture they cover: dark to bright as in magma. */
const COLOURS = [
  [12, 8, 48, 0.62],
  [120, 28, 110, 0.5],
  [230, 80, 60, 0.42],
  [255, 200, 80, 0.4],
] as const;

/** A map's bytes from 0 to 255 as RGBA, four bytes a cell. */
export function colouredMap(map: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(4 * map.length);
  for (const [cell, byte] of map.entries()) {
    const at = (byte / 255) * (COLOURS.length - 1);
    const i = Math.min(Math.floor(at), COLOURS.length - 2);
    const [from, to] = [COLOURS[i]!, COLOURS[i + 1]!];
    for (let c = 0; c < 4; c++) {
      const value = from[c]! + (at - i) * (to[c]! - from[c]!);
      pixels[4 * cell + c] = c === 3 ? 255 * value : value;
    }
  }
  return pixels;
}
