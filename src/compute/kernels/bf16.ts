/**
 * Rounding to bfloat16, the upper half of a float32. Round to nearest even, as the processor's own conversion does: half
 * of the lower part's range is added, and one more where the upper part is odd, before the lower part is cut off. The
 * NaNs that computing gives stay NaN. These kernels know no product.
 */

/** target[i] = bfloat16(factor * source[i]) for `count` floats; up to 7 values behind the last are overwritten. */
export function toBf16(target: usize, source: usize, count: i32, factor: f32): void {
  const by = f32x4.splat(factor);
  for (let left = count; left > 0; left -= 8, target += 16, source += 32) {
    const low = f32x4.mul(v128.load(source), by);
    const high = left > 4 ? f32x4.mul(v128.load(source, 16), by) : i32x4.splat(0);
    v128.store(target, i16x8.narrow_i32x4_u(rounded(low), rounded(high)));
  }
}

/** B[n, k] of float32, rows `row` bytes apart, becomes [k, n] of bfloat16. */
export function transposeToBf16(k: i32, n: i32, source: usize, row: usize, target: usize): void {
  const step = <usize>n << 1;
  for (let from = 0; from < k; from += 16) {
    const to = min(from + 16, k);
    for (let i = 0; i < n; i++) {
      const line = source + <usize>i * row;
      for (let j = from; j < to; j++) {
        const bits = load<u32>(line + (<usize>j << 2));
        store<u16>(target + <usize>j * step + (<usize>i << 1), <u16>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16));
      }
    }
  }
}

/** Four floats' upper halves, as 32-bit integers. */
@inline
function rounded(x: v128): v128 {
  const odd = v128.and(i32x4.shr_u(x, 16), i32x4.splat(1));
  return i32x4.shr_u(i32x4.add(i32x4.add(x, i32x4.splat(0x7fff)), odd), 16);
}
