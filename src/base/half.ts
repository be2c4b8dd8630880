/** Half-precision floats (IEEE 754 binary16) in bulk. Knows nothing of files or tensors. */

/** Rounds each float to the nearest half, ties to even; beyond ±65519 becomes infinite. */
export function toHalf(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) halves[i] = roundToHalf(bits[i]!);
  return halves;
}

/**
 * Widens halves to floats; every half has an exact float.
 *
 * @param values where they go, as long as `halves`; new memory by default
 */
export function fromHalf(halves: Uint16Array, values: Float32Array = new Float32Array(halves.length)): Float32Array {
  if (!widened) {
    widened = new Float32Array(65_536);
    for (let half = 0; half < widened.length; half++) widened[half] = widen(half);
  }
  for (let i = 0; i < halves.length; i++) values[i] = widened[halves[i]!]!;
  return values;
}

/** The float of each of the 65,536 halves: a look-up is several times faster than taking the bits apart. */
let widened: Float32Array | undefined;

function roundToHalf(float: number): number {
  const sign = (float >>> 16) & 0x8000;
  const magnitude = float & 0x7fff_ffff;
  if (magnitude > 0x7f80_0000) return sign | 0x7e00; // not a number
  if (magnitude >= 0x4780_0000) return sign | 0x7c00; // 65,536 and more
  if (magnitude >= 0x3880_0000) return sign | shiftToEven(magnitude - (112 << 23), 13); // exponent bias 127 to 15
  // Below 2^-14 halves are multiples of 2^-24; the float is significand · 2^(exponent - 150).
  const shift = 126 - (magnitude >>> 23);
  return shift > 24 ? sign : sign | shiftToEven((magnitude & 0x7f_ffff) | 0x80_0000, shift);
}

/** x / 2^by, rounded to the nearest integer, ties to the even one. */
function shiftToEven(x: number, by: number): number {
  const justUnderHalf = 2 ** (by - 1) - 1;
  return (x + justUnderHalf + ((x >>> by) & 1)) >>> by;
}

function widen(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent ? sign * (1 + fraction / 1024) * 2 ** (exponent - 15) : sign * fraction * 2 ** -24;
}
