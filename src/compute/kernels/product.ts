/**
 * The matrix product C = alpha * op(A) * op(B) + beta * C on one or more threads, after Goto and van de Geijn, "Anatomy
 * of High-Performance Matrix Multiplication" (ACM TOMS 34(3), 2008).
 *
 * op(B) is packed into panels of 8 columns and op(A) into panels of 4 rows (`pack.ts`), so that the innermost loop
 * (`tile.ts`) reads both from front to back. A transposed operand is only another pair of steps: element (i, j) lies at
 * `base + i * rowStep + j * colStep`, in bytes, and one of the two steps is 4.
 *
 *     packed op(B)[k, n]:   for each DEPTH rows of k, one after the other:
 *                             panel 0 (k = 0: 8 columns, k = 1: 8 columns, …), panel 1, …
 *
 * C is cut into tasks for the threads (`threads.ts`). Every element of C is summed in the same order whoever does the
 * task, so a result does not depend on the number of threads.
 */
import { pack } from './pack';
import { close, DESCRIPTION, join, leave, open, stop, takeTask } from './threads';
import { COLS, edgeTile, ROWS, rowTile, rowTimesColumns, rowTimesRows, tile } from './tile';

/** Rows of k in a block: a panel of B (16 KB) stays in the L1 cache. */
const DEPTH: i32 = 512;
/** Rows of A in a block: the packed block (at most 128 KB) stays in the L2 cache. */
const BLOCK: i32 = 64;
/** Rows of k for which a B that was not packed before is packed at a time, and floats that it may take (4 MB). */
const BAND: i32 = 2048;
const BAND_SIZE: i32 = 1 << 20;
/** Up to so many rows, to pack B takes longer than to multiply by it where it lies. */
const FEW: i32 = 3;
/** Multiplications that are worth waking other threads for. */
const WORTH: f64 = 60_000;
/** Tasks for each thread: more balance the load, fewer reuse a packed block of A more often. */
const SHARES: i32 = 4;
/** Floats of scratch memory of one thread: a packed block of A and a spare tile. */
const THREAD_SIZE: i32 = BLOCK * DEPTH + ROWS * COLS;

const PACK: i32 = 0;
const TILES: i32 = 1;
const FEW_ROWS: i32 = 2;

/** What the threads do now, written by the main thread before it opens a job. Steps in bytes. */
@unmanaged
class Job {
  kind: i32;
  m: i32;
  n: i32;
  k: i32;
  a: usize;
  aRow: usize;
  aCol: usize;
  b: usize;
  bRow: usize;
  bCol: usize;
  c: usize;
  cRow: usize;
  alpha: f32;
  beta: f32;
  packed: usize;
  /** Rows and columns of C in one task. */
  rows: i32;
  cols: i32;
  /** Set once: */
  threads: i32;
  scratch: usize;
}

const job = changetype<Job>(DESCRIPTION);

/** This thread: 0 is the main one. */
let thread: i32 = 0;
/** The block of A that this thread has packed last, in the current job: first row and first k. */
let packedRow: i32 = -1;
let packedK: i32 = -1;

/** Floats of scratch memory that `threads` threads need. */
export function productScratch(threads: i32): i32 {
  return BAND_SIZE + threads * THREAD_SIZE;
}

/** Called once, on the main thread: how many threads there will be, and their scratch memory. */
export function productStart(threads: i32, scratch: usize): void {
  job.threads = threads;
  job.scratch = scratch;
}

/** The life of a worker thread: takes part in every job until `productStop`. */
export function productServe(index: i32): void {
  thread = index;
  while (join()) {
    work();
    leave();
  }
}

/** Ends all workers. */
export function productStop(): void {
  job.threads = 1;
  stop();
}

/** Floats of a packed op(B)[k, n]. */
export function productPackedSize(k: i32, n: i32): i32 {
  return k * roundUp(n, COLS);
}

/** Packs op(B)[k, n] to `target`. */
export function productPack(k: i32, n: i32, b: usize, bRow: usize, bCol: usize, target: usize): void {
  job.kind = PACK;
  job.k = k;
  job.n = n;
  job.b = b;
  job.bRow = bRow;
  job.bCol = bCol;
  job.packed = target;
  job.cols = share(n);
  // A packed float costs about as much as 16 multiplications.
  run(divideUp(n, job.cols), 16.0 * <f64>k * <f64>n);
}

/** Rows of a transposed matrix that are written side by side: a cache line of what is read. */
const STRIP: i32 = 16;

/** Transposes B[n, k], rows `bRow` apart, to rows of n rounded up to a multiple of 4 floats; on this thread alone. */
export function productTranspose(k: i32, n: i32, b: usize, bRow: usize, target: usize): void {
  const width = roundUp(n, 4);
  for (let from = 0; from < k; from += STRIP) {
    const to = target + ((<usize>from * <usize>width) << 2);
    pack(b + (<usize>from << 2), bRow, 4, n, min(STRIP, k - from), width, to);
  }
}

/** C[m, n] = alpha * op(A)[m, k] * B + beta * C with op(B)[k, n] packed before. */
export function productPacked(
  m: i32,
  n: i32,
  k: i32,
  alpha: f32,
  a: usize,
  aRow: usize,
  aCol: usize,
  packed: usize,
  beta: f32,
  c: usize,
  cRow: usize,
): void {
  job.kind = TILES;
  describe(m, n, k, alpha, a, aRow, aCol, beta, c, cRow);
  job.packed = packed;
  const blocks = divideUp(m, BLOCK);
  job.rows = roundUp(divideUp(m, blocks), ROWS);
  const groups = max(1, divideUp(job.threads * SHARES, blocks));
  job.cols = roundUp(divideUp(n, groups), COLS);
  run(divideUp(m, job.rows) * divideUp(n, job.cols), <f64>m * <f64>n * <f64>k);
}

/** C[m, n] = alpha * op(A)[m, k] * op(B)[k, n] + beta * C. */
export function productMultiply(
  m: i32,
  n: i32,
  k: i32,
  alpha: f32,
  a: usize,
  aRow: usize,
  aCol: usize,
  b: usize,
  bRow: usize,
  bCol: usize,
  beta: f32,
  c: usize,
  cRow: usize,
): void {
  if (m <= FEW && (bCol == 4 || aCol == 4)) {
    job.kind = FEW_ROWS;
    describe(m, n, k, alpha, a, aRow, aCol, beta, c, cRow);
    job.b = b;
    job.bRow = bRow;
    job.bCol = bCol;
    job.cols = share(n);
    run(divideUp(n, job.cols), <f64>m * <f64>n * <f64>k);
    return;
  }
  const band = min(k, BAND);
  const cols = (BAND_SIZE / band) & ~(COLS - 1);
  for (let k0 = 0; k0 < k; k0 += band) {
    const depth = min(band, k - k0);
    for (let n0 = 0; n0 < n; n0 += cols) {
      const width = min(cols, n - n0);
      const a0 = a + <usize>k0 * aCol;
      const b0 = b + <usize>k0 * bRow + <usize>n0 * bCol;
      productPack(depth, width, b0, bRow, bCol, job.scratch);
      const keep: f32 = k0 ? 1 : beta;
      productPacked(m, width, depth, alpha, a0, aRow, aCol, job.scratch, keep, c + (<usize>n0 << 2), cRow);
    }
  }
}

function describe(
  m: i32,
  n: i32,
  k: i32,
  alpha: f32,
  a: usize,
  aRow: usize,
  aCol: usize,
  beta: f32,
  c: usize,
  cRow: usize,
): void {
  job.m = m;
  job.n = n;
  job.k = k;
  job.alpha = alpha;
  job.a = a;
  job.aRow = aRow;
  job.aCol = aCol;
  job.beta = beta;
  job.c = c;
  job.cRow = cRow;
}

/** Columns for one task where tasks need not share anything: whole cache lines. */
function share(n: i32): i32 {
  return roundUp(divideUp(n, job.threads * SHARES), 2 * COLS);
}

function run(tasks: i32, multiplications: f64): void {
  open(tasks, tasks > 1 && job.threads > 1 && multiplications > WORTH);
  work();
  close();
}

function work(): void {
  packedRow = -1;
  for (let task = takeTask(); task >= 0; task = takeTask()) {
    if (job.kind == PACK) packColumns(task);
    else if (job.kind == TILES) multiplyTiles(task);
    else multiplyFewRows(task);
  }
}

function packColumns(task: i32): void {
  const from = task * job.cols;
  const cols = min(job.cols, job.n - from);
  for (let k = 0; k < job.k; k += DEPTH) {
    const depth = min(DEPTH, job.k - k);
    const source = job.b + <usize>from * job.bCol + <usize>k * job.bRow;
    pack(source, job.bCol, job.bRow, cols, depth, COLS, panelAt(k, from, depth));
  }
}

/** Where the panel that begins with column `col` of the block that begins with row `k` lies in the packed B. */
@inline
function panelAt(k: i32, col: i32, depth: i32): usize {
  return job.packed + ((<usize>k * <usize>roundUp(job.n, COLS) + <usize>col * <usize>depth) << 2);
}

function multiplyTiles(task: i32): void {
  const groups = divideUp(job.n, job.cols);
  const row = (task / groups) * job.rows;
  const rows = min(job.rows, job.m - row);
  const from = (task % groups) * job.cols;
  const to = min(from + job.cols, job.n);
  for (let k = 0; k < job.k; k += DEPTH) {
    const depth = min(DEPTH, job.k - k);
    const beta: f32 = k ? 1 : job.beta;
    if (job.m == 1 && job.aCol == 4) multiplyRow(k, depth, from, to, beta);
    else multiplyBlock(row, rows, k, depth, from, to, beta);
  }
}

function multiplyRow(k: i32, depth: i32, from: i32, to: i32, beta: f32): void {
  const a = job.a + (<usize>k << 2);
  for (let col = from; col < to; col += COLS) {
    const c = job.c + (<usize>col << 2);
    rowTile(a, panelAt(k, col, depth), depth, c, min(COLS, to - col), job.alpha, beta, spareTile());
  }
}

function multiplyBlock(row: i32, rows: i32, k: i32, depth: i32, from: i32, to: i32, beta: f32): void {
  const block = packedA();
  if (packedRow != row || packedK != k) {
    pack(job.a + <usize>row * job.aRow + <usize>k * job.aCol, job.aRow, job.aCol, rows, depth, ROWS, block);
    packedRow = row;
    packedK = k;
  }
  const alpha = job.alpha;
  const cRow = job.cRow;
  for (let col = from; col < to; col += COLS) {
    const panel = panelAt(k, col, depth);
    const cols = min(COLS, to - col);
    let a = block;
    let c = job.c + <usize>row * cRow + (<usize>col << 2);
    for (let left = rows; left > 0; left -= ROWS) {
      if (left >= ROWS && cols == COLS) tile(a, panel, depth, c, cRow, alpha, beta);
      else edgeTile(a, panel, depth, c, cRow, min(ROWS, left), cols, alpha, beta, spareTile());
      a += <usize>depth << 4;
      c += cRow << 2;
    }
  }
}

/** A few rows of A times a B that is read where it lies. */
function multiplyFewRows(task: i32): void {
  const from = task * job.cols;
  const cols = min(job.cols, job.n - from);
  const b = job.b + <usize>from * job.bCol;
  for (let i = 0; i < job.m; i++) {
    const a = job.a + <usize>i * job.aRow;
    const c = job.c + <usize>i * job.cRow + (<usize>from << 2);
    if (job.bCol == 4) rowTimesRows(a, job.aCol, b, job.bRow, job.k, c, cols, job.alpha, job.beta);
    else rowTimesColumns(a, b, job.bCol, job.k, c, cols, job.alpha, job.beta);
  }
}

/** This thread's part of the scratch memory: a packed block of A, then a spare tile. */
@inline
function packedA(): usize {
  return job.scratch + (<usize>(BAND_SIZE + thread * THREAD_SIZE) << 2);
}

@inline
function spareTile(): usize {
  return packedA() + (<usize>(BLOCK * DEPTH) << 2);
}

@inline
function divideUp(x: i32, by: i32): i32 {
  return (x + by - 1) / by;
}

@inline
function roundUp(x: i32, to: i32): i32 {
  return divideUp(x, to) * to;
}
