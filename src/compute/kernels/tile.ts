/**
 * The innermost loops of the matrix product. They know addresses and steps in bytes, no threads and no blocks.
 * With beta 0, C is only written: what it held before may be NaN.
 */

/** Rows and columns of C that are held in registers: 8 sums, 2 vectors of B, 1 of A, of 16 registers. */
export const ROWS: i32 = 4;
export const COLS: i32 = 8;

@inline
function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(f32x4.mul(a, b), c);
}

/** C[4, 8] = alpha * A * B + beta * C; `a` is a panel of 4 rows, `b` one of 8 columns, `depth` long. */
export function tile(a: usize, b: usize, depth: i32, c: usize, rowStep: usize, alpha: f32, beta: f32): void {
  let x00 = f32x4.splat(0);
  let x01 = x00;
  let x10 = x00;
  let x11 = x00;
  let x20 = x00;
  let x21 = x00;
  let x30 = x00;
  let x31 = x00;
  for (const end = b + (<usize>depth << 5); b < end; a += 16, b += 32) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let y = v128.load32_splat(a);
    x00 = multiplyAdd(y, b0, x00);
    x01 = multiplyAdd(y, b1, x01);
    y = v128.load32_splat(a, 4);
    x10 = multiplyAdd(y, b0, x10);
    x11 = multiplyAdd(y, b1, x11);
    y = v128.load32_splat(a, 8);
    x20 = multiplyAdd(y, b0, x20);
    x21 = multiplyAdd(y, b1, x21);
    y = v128.load32_splat(a, 12);
    x30 = multiplyAdd(y, b0, x30);
    x31 = multiplyAdd(y, b1, x31);
  }
  finishRow(c, x00, x01, alpha, beta);
  c += rowStep;
  finishRow(c, x10, x11, alpha, beta);
  c += rowStep;
  finishRow(c, x20, x21, alpha, beta);
  c += rowStep;
  finishRow(c, x30, x31, alpha, beta);
}

@inline
function finishRow(c: usize, low: v128, high: v128, alpha: f32, beta: f32): void {
  const by = f32x4.splat(alpha);
  low = f32x4.mul(low, by);
  high = f32x4.mul(high, by);
  if (beta != 0) {
    const keep = f32x4.splat(beta);
    low = multiplyAdd(v128.load(c), keep, low);
    high = multiplyAdd(v128.load(c, 16), keep, high);
  }
  v128.store(c, low);
  v128.store(c, high, 16);
}

/** The same for a tile that reaches over the edge of C: `rows` × `cols` of it are kept. `spare` holds 4 × 8 floats. */
export function edgeTile(
  a: usize,
  b: usize,
  depth: i32,
  c: usize,
  rowStep: usize,
  rows: i32,
  cols: i32,
  alpha: f32,
  beta: f32,
  spare: usize,
): void {
  tile(a, b, depth, spare, <usize>COLS << 2, alpha, 0);
  for (let i = 0; i < rows; i++, c += rowStep, spare += <usize>COLS << 2) addScaled(c, spare, cols, beta);
}

/** c = x + beta * c, `count` floats. */
@inline
function addScaled(c: usize, x: usize, count: i32, beta: f32): void {
  for (let j = 0; j < count; j++, c += 4, x += 4) {
    const old: f32 = beta != 0 ? beta * load<f32>(c) : 0;
    store<f32>(c, load<f32>(x) + old);
  }
}

/** C[1, 8] = alpha * a * B + beta * C for one row `a` in one piece; `b` is a panel of 8 columns. */
export function rowTile(a: usize, b: usize, depth: i32, c: usize, cols: i32, alpha: f32, beta: f32, spare: usize): void {
  let x0 = f32x4.splat(0);
  let x1 = x0;
  let y0 = x0;
  let y1 = x0;
  let z0 = x0;
  let z1 = x0;
  let w0 = x0;
  let w1 = x0;
  let k = 0;
  // Four sums for each column: one alone would wait for its own last addition.
  for (; k + 4 <= depth; k += 4, a += 16, b += 128) {
    let y = v128.load32_splat(a);
    x0 = multiplyAdd(y, v128.load(b), x0);
    x1 = multiplyAdd(y, v128.load(b, 16), x1);
    y = v128.load32_splat(a, 4);
    y0 = multiplyAdd(y, v128.load(b, 32), y0);
    y1 = multiplyAdd(y, v128.load(b, 48), y1);
    y = v128.load32_splat(a, 8);
    z0 = multiplyAdd(y, v128.load(b, 64), z0);
    z1 = multiplyAdd(y, v128.load(b, 80), z1);
    y = v128.load32_splat(a, 12);
    w0 = multiplyAdd(y, v128.load(b, 96), w0);
    w1 = multiplyAdd(y, v128.load(b, 112), w1);
  }
  for (; k < depth; k++, a += 4, b += 32) {
    const y = v128.load32_splat(a);
    x0 = multiplyAdd(y, v128.load(b), x0);
    x1 = multiplyAdd(y, v128.load(b, 16), x1);
  }
  x0 = f32x4.add(f32x4.add(x0, y0), f32x4.add(z0, w0));
  x1 = f32x4.add(f32x4.add(x1, y1), f32x4.add(z1, w1));
  if (cols == COLS) {
    finishRow(c, x0, x1, alpha, beta);
  } else {
    finishRow(spare, x0, x1, alpha, 0);
    addScaled(c, spare, cols, beta);
  }
}

/**
 * C[1, cols] = alpha * a * B + beta * C for one row `a`, B not packed, its rows `bStep` apart. Eight rows of B are added
 * up at a time, so that B is read once, from front to back.
 */
export function rowTimesRows(
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  depth: i32,
  c: usize,
  cols: i32,
  alpha: f32,
  beta: f32,
): void {
  if (beta == 0) {
    memory.fill(c, 0, <usize>cols << 2);
  } else if (beta != 1) {
    for (let j = 0; j < cols; j++) store<f32>(c + (<usize>j << 2), beta * load<f32>(c + (<usize>j << 2)));
  }
  const whole = cols & ~3;
  let k = 0;
  for (; k + 4 <= depth; k += 4, b += bStep << 2) {
    const s0 = alpha * load<f32>(a);
    const s1 = alpha * load<f32>(a + aStep);
    const s2 = alpha * load<f32>(a + 2 * aStep);
    const s3 = alpha * load<f32>(a + 3 * aStep);
    a += aStep << 2;
    const y0 = f32x4.splat(s0);
    const y1 = f32x4.splat(s1);
    const y2 = f32x4.splat(s2);
    const y3 = f32x4.splat(s3);
    let p0 = b;
    let p1 = p0 + bStep;
    let p2 = p1 + bStep;
    let p3 = p2 + bStep;
    let q = c;
    for (const end = c + (<usize>whole << 2); q < end; q += 16, p0 += 16, p1 += 16, p2 += 16, p3 += 16) {
      const sum01 = multiplyAdd(y1, v128.load(p1), f32x4.mul(y0, v128.load(p0)));
      const sum23 = multiplyAdd(y3, v128.load(p3), f32x4.mul(y2, v128.load(p2)));
      v128.store(q, f32x4.add(v128.load(q), f32x4.add(sum01, sum23)));
    }
    for (let j = whole; j < cols; j++, q += 4, p0 += 4, p1 += 4, p2 += 4, p3 += 4) {
      const sum = s0 * load<f32>(p0) + s1 * load<f32>(p1) + (s2 * load<f32>(p2) + s3 * load<f32>(p3));
      store<f32>(q, load<f32>(q) + sum);
    }
  }
  for (; k < depth; k++, a += aStep, b += bStep) {
    const s = alpha * load<f32>(a);
    for (let j: usize = 0; j < <usize>cols << 2; j += 4) store<f32>(c + j, load<f32>(c + j) + s * load<f32>(b + j));
  }
}

/** The same for a transposed B: element j of C is the inner product of `a`, in one piece, with row j of B. */
export function rowTimesColumns(
  a: usize,
  b: usize,
  bStep: usize,
  depth: i32,
  c: usize,
  cols: i32,
  alpha: f32,
  beta: f32,
): void {
  for (let j = 0; j < cols; j++, b += bStep, c += 4) {
    const old: f32 = beta != 0 ? beta * load<f32>(c) : 0;
    store<f32>(c, alpha * innerProduct(a, b, depth) + old);
  }
}

function innerProduct(a: usize, b: usize, depth: i32): f32 {
  let x0 = f32x4.splat(0);
  let x1 = x0;
  let x2 = x0;
  let x3 = x0;
  let k = 0;
  for (; k + 16 <= depth; k += 16, a += 64, b += 64) {
    x0 = multiplyAdd(v128.load(a), v128.load(b), x0);
    x1 = multiplyAdd(v128.load(a, 16), v128.load(b, 16), x1);
    x2 = multiplyAdd(v128.load(a, 32), v128.load(b, 32), x2);
    x3 = multiplyAdd(v128.load(a, 48), v128.load(b, 48), x3);
  }
  const x = f32x4.add(f32x4.add(x0, x1), f32x4.add(x2, x3));
  let sum =
    f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
  for (; k < depth; k++, a += 4, b += 4) sum += load<f32>(a) * load<f32>(b);
  return sum;
}
