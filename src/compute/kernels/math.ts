/**
 * Four floats at a time: partial stores at the ends of rows, and the functions that WebAssembly lacks. It knows lanes,
 * no matrices.
 *
 * The functions clamp by pmin and pmax, one instruction each on x86-64 where min and max are eight; with x as the first
 * argument pmin and pmax too leave what is not a number as it is.
 */

/**
 * Stores the lanes of `x` that still belong to the row, `left` of them where fewer than four do.
 * Loads need no such care: the arena lets kernels read past the end of a row, and those lanes are never stored.
 */
@inline
export function storePartial(p: usize, x: v128, left: i32): void {
  if (left >= 4) {
    v128.store(p, x);
  } else {
    v128.store_lane<f32>(p, x, 0);
    if (left > 1) v128.store_lane<f32>(p, x, 1, 4);
    if (left > 2) v128.store_lane<f32>(p, x, 2, 8);
  }
}

/** a b + c: rounded once where the build has relaxed SIMD and the processor fused multiply-add, else twice. */
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** x between 0 and 6. */
@inline
export function relu6(x: v128): v128 {
  return f32x4.pmin(f32x4.pmax(x, f32x4.splat(0)), f32x4.splat(6));
}

@inline
export function activated(x: v128, relu: bool): v128 {
  return relu ? relu6(x) : x;
}

/** a b + c, rounded twice in all builds. */
@inline
function unfused(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(f32x4.mul(a, b), c);
}

/**
 * tanh by the rational function of degrees 9 and 8 that Eigen uses; exact to a few units in the last place. The limit is
 * the smallest x for which it is 1: it never exceeds that. Which one that is depends on how products are rounded, so that
 * they are rounded alike in both builds.
 */
@inline
export function tanh4(x: v128): v128 {
  const limit = f32x4.splat(7.90738964080810547);
  x = f32x4.pmin(f32x4.pmax(x, f32x4.neg(limit)), limit);
  const y = f32x4.mul(x, x);
  let p = f32x4.splat(1.394553628e-8);
  p = unfused(p, y, f32x4.splat(2.102733560e-5));
  p = unfused(p, y, f32x4.splat(3.520756727e-3));
  p = unfused(p, y, f32x4.splat(1.340216100e-1));
  p = unfused(f32x4.mul(x, y), p, x);
  let q = f32x4.splat(8.015776984e-7);
  q = unfused(q, y, f32x4.splat(3.326951409e-4));
  q = unfused(q, y, f32x4.splat(2.597254514e-2));
  q = unfused(q, y, f32x4.splat(4.673548340e-1));
  q = unfused(q, y, f32x4.splat(1));
  return f32x4.div(p, q);
}

/** The logistic function, by σ(x) = ½ + ½ tanh(½ x). */
@inline
export function sigmoid4(x: v128): v128 {
  const half = f32x4.splat(0.5);
  return multiplyAdd(half, tanh4(f32x4.mul(half, x)), half);
}

/** e^x by Cephes' expf: x = n ln 2 + r, a polynomial for e^r, and n added to the exponent. */
@inline
export function exp4(x: v128): v128 {
  x = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-87.3365)), f32x4.splat(88.3762));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504088896341)));
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let p = f32x4.splat(1.9875691500e-4);
  p = multiplyAdd(p, r, f32x4.splat(1.3981999507e-3));
  p = multiplyAdd(p, r, f32x4.splat(8.3334519073e-3));
  p = multiplyAdd(p, r, f32x4.splat(4.1665795894e-2));
  p = multiplyAdd(p, r, f32x4.splat(1.6666665459e-1));
  p = multiplyAdd(p, r, f32x4.splat(5.0000001201e-1));
  p = f32x4.add(multiplyAdd(p, f32x4.mul(r, r), r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(p, power);
}

/** The sum of the four lanes. */
@inline
export function sum4(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3))
  );
}

/** The largest of the four lanes. */
@inline
export function max4(x: v128): f32 {
  return max(
    max(f32x4.extract_lane(x, 0), f32x4.extract_lane(x, 1)),
    max(f32x4.extract_lane(x, 2), f32x4.extract_lane(x, 3)),
  );
}
