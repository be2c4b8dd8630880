/**
 * The matrix product C = alpha * op(A) * op(B) + beta * C on one or more threads, after Goto and van de Geijn, "Anatomy
 * of High-Performance Matrix Multiplication" (ACM TOMS 34(3), 2008).
 *
 * op(B) is packed into panels of COLS columns and op(A) into panels of ROWS rows (`pack.ts`), so that the innermost loop
 * (`tile.ts`) reads both from front to back. A transposed operand is only another pair of steps: element (i, j) lies at
 * `base + i * rowStep + j * colStep`, in bytes, and one of the two steps is 4.
 *
 *     packed op(B)[k, n]:   for each 512 rows of k, one after the other:
 *                             panel 0 (k = 0: COLS columns, k = 1: COLS columns, …), panel 1, …
 */
import {
  BLOCK,
  beginAlone,
  CALLS,
  divideUp,
  doAlone,
  FEW_ROWS,
  job,
  PACK,
  roundUp,
  THREAD_SCRATCH,
  TILES,
  work,
} from './job';
import { close, join, leave, open } from './threads';
import { COLS, ROWS } from './tile';

/** Rows of k for which a B that was not packed before is packed at a time, and floats that it may take (4 MB). */
const BAND: i32 = 2048;
const BAND_SIZE: i32 = 1 << 20;
/** Up to so many rows, to pack B takes longer than to multiply by it where it lies. */
const FEW: i32 = 5;
/** Multiplications that are worth sharing with other threads: 10 µs of work, twice what it takes to wake one. */
const WORTH: f64 = 250_000;
/** Tasks for each thread: more balance the load, fewer reuse a packed block of A more often. */
const SHARES: i32 = 4;
/** Columns of C that a thread takes at least where it reads B row by row: shorter runs slow the memory down. */
const RUN: i32 = 512;

/** Which thread this is. */
let thread: i32 = 0;
/** Threads that take part, on the main thread. */
let threads: i32 = 1;
/** Where a B that was not packed before is packed, on the main thread: BAND_SIZE floats. */
let band: usize = 0;

/** Floats of scratch memory that products on `count` threads need. */
export function productScratch(count: i32): i32 {
  return BAND_SIZE + count * THREAD_SCRATCH;
}

/** Called once, on the main thread: how many threads there will be, and their scratch memory. */
export function productStart(count: i32, scratch: usize): void {
  threads = count;
  band = scratch;
  job.scratch = scratch + (<usize>BAND_SIZE << 2);
}

/**
 * A worker thread, from 1, takes part in every job. Returns true inside a job of calls, which its own program makes:
 * `takeTask` until there is none, then `leave`, then this again; false when the work is over for good.
 */
export function serve(index: i32): bool {
  thread = index;
  while (join()) {
    if (job.kind == CALLS) return true;
    work(thread);
    leave();
  }
  return false;
}

/** Opens a job of calls; the main thread takes tasks as the workers do, then ends it by `close`. */
export function openCalls(tasks: i32): void {
  close(); // before the kind is changed: where the job before ended in a trap, a worker may still be in it
  job.kind = CALLS;
  open(tasks, true);
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
  job.cols = roundUp(divideUp(n, threads * SHARES), 2 * COLS);
  // A packed float costs about as much as 16 multiplications.
  run(divideUp(n, job.cols), 16.0 * <f64>k * <f64>n);
}

/** C[m, n] = alpha * op(A)[m, k] * op(B)[k, n] + beta * C with op(B) packed before. */
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
  job.rows = rowsOfTask(m);
  const blocks = divideUp(m, BLOCK);
  job.cols = roundUp(divideUp(n, max(1, divideUp(threads * SHARES, blocks))), 4 * COLS);
  run(divideUp(m, job.rows) * divideUp(n, job.cols), <f64>m * <f64>n * <f64>k);
}

/** The same with alpha 1 and A as it is, on the thread that calls it. */
export function productPackedAlone(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRow: usize,
  packed: usize,
  beta: f32,
  c: usize,
  cRow: usize,
): void {
  beginAlone(thread);
  describe(m, n, k, 1, a, aRow, 4, beta, c, cRow);
  job.packed = packed;
  job.rows = rowsOfTask(m);
  job.cols = roundUp(n, 4 * COLS);
  doAlone(thread, divideUp(m, job.rows));
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
    job.cols = max(RUN, roundUp(divideUp(n, threads), 2 * COLS));
    run(divideUp(n, job.cols), <f64>m * <f64>n * <f64>k);
    return;
  }
  const rows = min(k, BAND);
  const cols = (BAND_SIZE / rows) & ~(COLS - 1);
  for (let k0 = 0; k0 < k; k0 += rows) {
    const depth = min(rows, k - k0);
    const keep: f32 = k0 ? 1 : beta;
    for (let n0 = 0; n0 < n; n0 += cols) {
      const width = min(cols, n - n0);
      productPack(depth, width, b + <usize>k0 * bRow + <usize>n0 * bCol, bRow, bCol, band);
      const a0 = a + <usize>k0 * aCol;
      productPacked(m, width, depth, alpha, a0, aRow, aCol, band, keep, c + (<usize>n0 << 2), cRow);
    }
  }
}

/** At most a block of rows, as many for each task as can be. */
@inline
function rowsOfTask(m: i32): i32 {
  return roundUp(divideUp(m, divideUp(m, BLOCK)), ROWS);
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

function run(tasks: i32, multiplications: f64): void {
  open(tasks, tasks > 1 && threads > 1 && multiplications > WORTH);
  work(0);
  close();
}
