/** Damages bytes as disks, networks and enemies do. Knows no format. */
import type { Random } from '../../src/base/random.ts';

/** Integers that programs trip over. */
const FORGED = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];
/** What may stand for a number or a string in a text. */
const VALUES = [
  'null',
  '""',
  '[]',
  '{}',
  'true',
  '-1',
  '0',
  '1e999',
  '0.5',
  'NaN',
  '99999999999999999999',
  '"\\u0000"',
];

/**
 * Bytes with one to three changes: bits flipped, a piece cut out or said twice, the end cut off, a length forged. Every
 * second text has another value in the place of one number or string instead, by which it stays well-formed.
 */
export function mutate(bytes: Uint8Array, random: Random, isText = false): Uint8Array<ArrayBuffer> {
  if (isText && random.integer(2) === 0) return replaceValue(bytes, random);
  const ways = [flipBits, cutPiece, cutEnd, repeatPiece, forgeLength];
  let changed = new Uint8Array(bytes);
  // Most often one change, as of several the coarsest hides the others.
  for (let i = Math.max(1, random.integer(4)); i > 0; i--)
    changed = ways[random.integer(ways.length)]!(changed, random);
  return changed;
}

/** A place in bytes; each second one is among the first 64, where most formats say how long things are. */
function placeIn({ length }: Uint8Array, random: Random): number {
  return random.integer(Math.max(1, random.integer(2) === 0 ? Math.min(64, length) : length));
}

function flipBits(bytes: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  const changed = new Uint8Array(bytes);
  for (let i = 1 + random.integer(8); i > 0 && bytes.length > 0; i--) {
    const place = placeIn(bytes, random);
    changed[place] = changed[place]! ^ (1 << random.integer(8));
  }
  return changed;
}

function cutPiece(bytes: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  const begin = placeIn(bytes, random);
  const end = begin + 1 + random.integer(Math.max(1, Math.min(200, bytes.length - begin)));
  return joined(bytes.subarray(0, begin), bytes.subarray(end));
}

function cutEnd(bytes: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes.subarray(0, random.integer(bytes.length + 1)));
}

function repeatPiece(bytes: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  const begin = placeIn(bytes, random);
  const end = begin + 1 + random.integer(Math.max(1, Math.min(2000, bytes.length - begin)));
  return joined(bytes.subarray(0, end), bytes.subarray(begin));
}

function forgeLength(bytes: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  const changed = new Uint8Array(bytes);
  const width = 2 ** random.integer(4);
  const place = placeIn(bytes, random);
  if (place + width > changed.length) return changed;
  const view = new DataView(changed.buffer);
  const [value, isLittle] = [BigInt(FORGED[random.integer(FORGED.length)]!), random.integer(2) === 0];
  if (width === 1) view.setUint8(place, Number(value & 0xffn));
  else if (width === 2) view.setUint16(place, Number(value & 0xffffn), isLittle);
  else if (width === 4) view.setUint32(place, Number(value), isLittle);
  else view.setBigUint64(place, random.integer(2) === 0 ? value : value << 32n, isLittle);
  return changed;
}

function replaceValue(bytes: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  const text = Buffer.from(bytes).toString('latin1');
  // A string before a colon is a name.
  const values = [...text.matchAll(/-?\d+(?:\.\d+)?|"[^"\n]*"(?!")(?!\s*:)|true|false|null/g)];
  const value = values[random.integer(Math.max(1, values.length))];
  if (!value) return new Uint8Array(bytes);
  const [before, after] = [text.slice(0, value.index), text.slice(value.index + value[0].length)];
  return new Uint8Array(Buffer.from(before + VALUES[random.integer(VALUES.length)] + after, 'latin1'));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts));
}
