/**
 * The innermost loops of the matrix product where A is read as it lies: to pack it would take longer than what it is
 * multiplied by is wide. They know addresses and steps in bytes, no threads and no blocks.
 */
import { multiplyAdd } from './math';
import { storePair } from './tile';

/** sums[rows, 8] = A * B for 1 to 6 rows of A, each in one piece, and a panel of 8 columns of B; see `tile`. */
export function directTile(rows: i32, a: usize, aRow: usize, b: usize, depth: i32, sums: usize, step: usize): void {
  if (rows == 6) directTile6(a, aRow, b, depth, sums, step);
  else if (rows == 5) directTile5(a, aRow, b, depth, sums, step);
  else if (rows == 4) directTile4(a, aRow, b, depth, sums, step);
  else if (rows == 3) directTile3(a, aRow, b, depth, sums, step);
  else if (rows == 2) directTile2(a, aRow, b, depth, sums, step);
  else directTile1(a, aRow, b, depth, sums, step);
}

export function directTile6(a: usize, aRow: usize, b: usize, depth: i32, sums: usize, step: usize): void {
  directTileOf(6, a, aRow, b, depth, sums, step);
}

export function directTile5(a: usize, aRow: usize, b: usize, depth: i32, sums: usize, step: usize): void {
  directTileOf(5, a, aRow, b, depth, sums, step);
}

export function directTile4(a: usize, aRow: usize, b: usize, depth: i32, sums: usize, step: usize): void {
  directTileOf(4, a, aRow, b, depth, sums, step);
}

export function directTile3(a: usize, aRow: usize, b: usize, depth: i32, sums: usize, step: usize): void {
  directTileOf(3, a, aRow, b, depth, sums, step);
}

export function directTile2(a: usize, aRow: usize, b: usize, depth: i32, sums: usize, step: usize): void {
  directTileOf(2, a, aRow, b, depth, sums, step);
}

export function directTile1(a: usize, aRow: usize, b: usize, depth: i32, sums: usize, step: usize): void {
  directTileOf(1, a, aRow, b, depth, sums, step);
}

/** Inlined with `rows` as a constant, so that only the rows that are there cost anything. */
@inline
function directTileOf(rows: i32, a0: usize, aRow: usize, b: usize, depth: i32, sums: usize, step: usize): void {
  let a1 = a0 + aRow;
  let a2 = a1 + aRow;
  let a3 = a2 + aRow;
  let a4 = a3 + aRow;
  let a5 = a4 + aRow;
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
  for (const end = b + (<usize>depth << 5); b < end; b += 32) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let y = v128.load32_splat(a0);
    x00 = multiplyAdd(y, b0, x00);
    x01 = multiplyAdd(y, b1, x01);
    a0 += 4;
    if (rows > 1) {
      y = v128.load32_splat(a1);
      x10 = multiplyAdd(y, b0, x10);
      x11 = multiplyAdd(y, b1, x11);
      a1 += 4;
    }
    if (rows > 2) {
      y = v128.load32_splat(a2);
      x20 = multiplyAdd(y, b0, x20);
      x21 = multiplyAdd(y, b1, x21);
      a2 += 4;
    }
    if (rows > 3) {
      y = v128.load32_splat(a3);
      x30 = multiplyAdd(y, b0, x30);
      x31 = multiplyAdd(y, b1, x31);
      a3 += 4;
    }
    if (rows > 4) {
      y = v128.load32_splat(a4);
      x40 = multiplyAdd(y, b0, x40);
      x41 = multiplyAdd(y, b1, x41);
      a4 += 4;
    }
    if (rows > 5) {
      y = v128.load32_splat(a5);
      x50 = multiplyAdd(y, b0, x50);
      x51 = multiplyAdd(y, b1, x51);
      a5 += 4;
    }
  }
  storePair(sums, x00, x01);
  if (rows > 1) storePair(sums + step, x10, x11);
  if (rows > 2) storePair(sums + 2 * step, x20, x21);
  if (rows > 3) storePair(sums + 3 * step, x30, x31);
  if (rows > 4) storePair(sums + 4 * step, x40, x41);
  if (rows > 5) storePair(sums + 5 * step, x50, x51);
}
