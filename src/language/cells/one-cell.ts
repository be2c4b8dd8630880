/** What one cell does over a whole text: where it is strongest, and after which tokens it is high or low. Knows no words. */
import { countValues } from './follower.ts';

/** A token, by its place in the text, and the cell's value after it. */
export interface StrongPlace {
  token: number;
  value: number;
}

/**
 * The places where a cell is highest, or lowest: highest first, none closer to another than `apart` tokens. Where a cell
 * is as high at more places than are wanted, those are taken from all parts of the text.
 *
 * @param sign 1 for the highest values, -1 for the lowest
 */
export function strongestPlaces(
  values: Int8Array,
  sign: 1 | -1,
  { top, apart }: { top: number; apart: number },
): StrongPlace[] {
  const counts = countValues(values);
  const found: StrongPlace[] = [];
  for (let level = 127; level > 0 && found.length < top; level--) {
    const value = sign * level;
    if (counts[value + 128] === 0) continue;
    const places: number[] = [];
    for (let token = values.indexOf(value); token >= 0; ) {
      const near = found.find((other) => Math.abs(other.token - token) < apart);
      if (!near) places.push(token);
      token = values.indexOf(value, (near?.token ?? token) + apart);
    }
    const room = Math.min(places.length, top - found.length);
    for (let i = 0; i < room; i++) found.push({ token: places[Math.floor((i * places.length) / room)]!, value });
  }
  return found;
}

/** A token of those that a text has, and what a cell says after it. */
export interface AfterToken {
  kind: number;
  /** How often it occurs. */
  count: number;
  mean: number;
}

/**
 * After which tokens a cell is highest on average, and after which lowest: highest first.
 *
 * @param kinds which of the different tokens each one of the text is, from 0
 * @param different how many there are
 * @param least how often one must occur to be told of
 */
export function meansAfterTokens(
  values: Int8Array,
  kinds: ArrayLike<number>,
  different: number,
  least: number,
): AfterToken[] {
  const sums = new Float64Array(different);
  const counts = new Uint32Array(different);
  for (let t = 0; t < values.length; t++) {
    const kind = kinds[t]!;
    sums[kind]! += values[t]!;
    counts[kind]!++;
  }
  const means = Array.from(counts, (count, kind) => ({ kind, count, mean: sums[kind]! / count }));
  return means.filter(({ count }) => count >= least).sort((a, b) => b.mean - a.mean);
}
