/**
 * The innermost loops of the matrix product. They know addresses and steps in bytes, no threads and no blocks.
 * With beta 0, C is only written: what it held before may be NaN.
 */
import { multiplyAdd } from './math';

/**
 * Rows and columns of C that are held in registers: 10 sums, 2 vectors of B, one of A and one product fill the 15
 * vector registers that V8 has on x86-64. (4 × 8 reached 80 % of the speed, 3 × 12 90 %, 6 × 8 spills: 65 %.) Where a
 * multiply-add is one instruction, no register is needed for the product, so that there is room for a sixth row.
 */
export const ROWS: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 5;
export const COLS: i32 = 8;

/**
 * sums[rows, 8] = A * B for 1 to ROWS rows; `a` is a panel of ROWS rows and `b` one of 8 columns, both `depth` long.
 * Rows of the sums lie `step` bytes apart.
 *
 * What else becomes of the sums is left to `addTile`: alpha and beta would take two of the registers that the loop needs.
 */
export function tile(rows: i32, a: usize, b: usize, depth: i32, sums: usize, step: usize): void {
  if (ROWS == 6 && rows == 6) tile6(a, b, depth, sums, step);
  else if (rows == 5) tile5(a, b, depth, sums, step);
  else if (rows == 4) tile4(a, b, depth, sums, step);
  else if (rows == 3) tile3(a, b, depth, sums, step);
  else if (rows == 2) tile2(a, b, depth, sums, step);
  else tile1(a, b, depth, sums, step);
}

export function tile6(a: usize, b: usize, depth: i32, sums: usize, step: usize): void {
  tileOf(6, a, b, depth, sums, step);
}

export function tile5(a: usize, b: usize, depth: i32, sums: usize, step: usize): void {
  tileOf(5, a, b, depth, sums, step);
}

export function tile4(a: usize, b: usize, depth: i32, sums: usize, step: usize): void {
  tileOf(4, a, b, depth, sums, step);
}

export function tile3(a: usize, b: usize, depth: i32, sums: usize, step: usize): void {
  tileOf(3, a, b, depth, sums, step);
}

export function tile2(a: usize, b: usize, depth: i32, sums: usize, step: usize): void {
  tileOf(2, a, b, depth, sums, step);
}

export function tile1(a: usize, b: usize, depth: i32, sums: usize, step: usize): void {
  tileOf(1, a, b, depth, sums, step);
}

/** Inlined with `rows` as a constant, so that only the rows that are there cost anything. */
@inline
function tileOf(rows: i32, a: usize, b: usize, depth: i32, sums: usize, step: usize): void {
  let x00 = f32x4.splat(0);
  let x01 = f32x4.splat(0);
  let x10 = f32x4.splat(0);
  let x11 = f32x4.splat(0);
  let x20 = f32x4.splat(0);
  let x21 = f32x4.splat(0);
  let x30 = f32x4.splat(0);
  let x31 = f32x4.splat(0);
  let x40 = f32x4.splat(0);
  let x41 = f32x4.splat(0);
  let x50 = f32x4.splat(0);
  let x51 = f32x4.splat(0);
  for (const end = b + (<usize>depth << 5); b < end; a += <usize>ROWS << 2, b += 32) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let y = v128.load32_splat(a);
    x00 = multiplyAdd(y, b0, x00);
    x01 = multiplyAdd(y, b1, x01);
    if (rows > 1) {
      y = v128.load32_splat(a, 4);
      x10 = multiplyAdd(y, b0, x10);
      x11 = multiplyAdd(y, b1, x11);
    }
    if (rows > 2) {
      y = v128.load32_splat(a, 8);
      x20 = multiplyAdd(y, b0, x20);
      x21 = multiplyAdd(y, b1, x21);
    }
    if (rows > 3) {
      y = v128.load32_splat(a, 12);
      x30 = multiplyAdd(y, b0, x30);
      x31 = multiplyAdd(y, b1, x31);
    }
    if (rows > 4) {
      y = v128.load32_splat(a, 16);
      x40 = multiplyAdd(y, b0, x40);
      x41 = multiplyAdd(y, b1, x41);
    }
    if (rows > 5) {
      y = v128.load32_splat(a, 20);
      x50 = multiplyAdd(y, b0, x50);
      x51 = multiplyAdd(y, b1, x51);
    }
  }
  storePair(sums, x00, x01);
  if (rows > 1) storePair(sums + step, x10, x11);
  if (rows > 2) storePair(sums + 2 * step, x20, x21);
  if (rows > 3) storePair(sums + 3 * step, x30, x31);
  if (rows > 4) storePair(sums + 4 * step, x40, x41);
  if (rows > 5) storePair(sums + 5 * step, x50, x51);
}

@inline
export function storePair(p: usize, low: v128, high: v128): void {
  v128.store(p, low);
  v128.store(p, high, 16);
}

/** sums[1, 32] = a * B for a row `a` in one piece and four panels of B, one after the other at `b`. */
export function wideRow(a: usize, b: usize, depth: i32, sums: usize): void {
  let x0 = f32x4.splat(0);
  let x1 = f32x4.splat(0);
  let x2 = f32x4.splat(0);
  let x3 = f32x4.splat(0);
  let x4 = f32x4.splat(0);
  let x5 = f32x4.splat(0);
  let x6 = f32x4.splat(0);
  let x7 = f32x4.splat(0);
  const panel = <usize>depth << 5;
  const p1 = b + panel;
  const p2 = p1 + panel;
  const p3 = p2 + panel;
  for (let k: usize = 0; k < panel; k += 32, a += 4) {
    const y = v128.load32_splat(a);
    x0 = multiplyAdd(y, v128.load(b + k), x0);
    x1 = multiplyAdd(y, v128.load(b + k, 16), x1);
    x2 = multiplyAdd(y, v128.load(p1 + k), x2);
    x3 = multiplyAdd(y, v128.load(p1 + k, 16), x3);
    x4 = multiplyAdd(y, v128.load(p2 + k), x4);
    x5 = multiplyAdd(y, v128.load(p2 + k, 16), x5);
    x6 = multiplyAdd(y, v128.load(p3 + k), x6);
    x7 = multiplyAdd(y, v128.load(p3 + k, 16), x7);
  }
  storePair(sums, x0, x1);
  storePair(sums + 32, x2, x3);
  storePair(sums + 64, x4, x5);
  storePair(sums + 96, x6, x7);
}

/** C[rows, cols] = alpha * sums + beta * C; rows of the sums lie `sumsStep` bytes apart. */
export function addTile(
  rows: i32,
  cols: i32,
  sums: usize,
  sumsStep: usize,
  c: usize,
  cStep: usize,
  alpha: f32,
  beta: f32,
): void {
  const factor = f32x4.splat(alpha);
  const keep = f32x4.splat(beta);
  for (; rows > 0; rows--, sums += sumsStep, c += cStep) {
    let j: usize = 0;
    for (const end = <usize>(cols & ~3) << 2; j < end; j += 16) {
      let x = f32x4.mul(v128.load(sums + j), factor);
      if (beta != 0) x = multiplyAdd(v128.load(c + j), keep, x);
      v128.store(c + j, x);
    }
    for (const end = <usize>cols << 2; j < end; j += 4) {
      const old: f32 = beta != 0 ? beta * load<f32>(c + j) : 0;
      store<f32>(c + j, alpha * load<f32>(sums + j) + old);
    }
  }
}
