/**
 * A product, or the packing of a factor, as a job of independent tasks for the threads (`threads.ts`): which part of C
 * belongs to which task, and what a thread does for one task. Every element of C is summed in the same order on
 * whichever thread, so a result does not depend on the number of threads.
 */
import { directTile } from './direct-tile';
import { pack } from './pack';
import { rowTimesColumns, rowTimesRows } from './row';
import { DESCRIPTION, takeTask } from './threads';
import { addTile, COLS, ROWS, tile, wideRow } from './tile';

/** Rows of k in a block: a panel of B (16 KB) stays in the L1 cache. */
const DEPTH: i32 = 512;
/** Rows of A in a block, a multiple of ROWS: the packed block (120 KB) stays in the L2 cache. */
export const BLOCK: i32 = 60;
/**
 * Columns of C up to which A is multiplied as it lies: to pack a float takes about as long as 16 multiplications. Beyond
 * them a packed A is read faster, unless the loop waits for its multiply-adds.
 */
const NARROW: i32 = ASC_FEATURE_RELAXED_SIMD ? 512 : 64;
/** Floats that a job of one thread alone takes. */
const OWN_JOB: i32 = 32;
/** Floats of scratch memory of one thread: the sums of a tile, a packed block of A, a job of its own. */
export const THREAD_SCRATCH: i32 = BLOCK * DEPTH + ROWS * COLS + OWN_JOB;

/** Kinds of job. */
export const PACK: i32 = 0;
export const TILES: i32 = 1;
export const FEW_ROWS: i32 = 2;
/** Calls of functions that the threads' own programs know (`team.ts`). */
export const CALLS: i32 = 3;

/** What the threads do now, written by the main thread before it opens the job. Steps in bytes. */
@unmanaged
export class Job {
  kind: i32;
  m: i32;
  n: i32;
  k: i32;
  alpha: f32;
  a: usize;
  aRow: usize;
  aCol: usize;
  b: usize;
  bRow: usize;
  bCol: usize;
  /** op(B) in panels of 8 columns: what PACK writes and TILES reads. */
  packed: usize;
  beta: f32;
  c: usize;
  cRow: usize;
  /** Rows and columns of C in one task; multiples of a tile's, except at the edges. */
  rows: i32;
  cols: i32;
  /** THREAD_SCRATCH floats for each thread. */
  scratch: usize;
}

/** The job of all threads; from `beginAlone` to the end of `doAlone`, that of this one. */
export let job = changetype<Job>(DESCRIPTION);

/** The block of A that this thread has packed last, in the current job: first row and first k. */
let packedRow: i32 = -1;
let packedK: i32 = -1;

/** Takes tasks of the open job until none is left; `thread` numbers the threads from 0. */
export function work(thread: i32): void {
  const scratch = scratchOf(job.scratch, thread);
  packedRow = -1;
  for (let task = takeTask(); task >= 0; task = takeTask()) {
    if (job.kind == PACK) packColumns(task);
    else if (job.kind == TILES) multiplyTiles(task, scratch);
    else multiplyFewRows(task);
  }
}

/** A job that this thread alone describes, and does all tasks of: for what each thread computes for itself. */
export function beginAlone(thread: i32): void {
  const scratch = job.scratch;
  job = changetype<Job>(scratchOf(scratch, thread) + ((<usize>(THREAD_SCRATCH - OWN_JOB)) << 2));
  job.scratch = scratch;
}

export function doAlone(thread: i32, tasks: i32): void {
  const scratch = scratchOf(job.scratch, thread);
  packedRow = -1;
  for (let task = 0; task < tasks; task++) multiplyTiles(task, scratch);
  job = changetype<Job>(DESCRIPTION);
}

@inline
function scratchOf(scratch: usize, thread: i32): usize {
  return scratch + ((<usize>thread * <usize>THREAD_SCRATCH) << 2);
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

/** Where the panel that begins with column `col` lies in the packed B, of the block that begins with row `k`. */
@inline
function panelAt(k: i32, col: i32, depth: i32): usize {
  return job.packed + ((<usize>k * <usize>roundUp(job.n, COLS) + <usize>col * <usize>depth) << 2);
}

function multiplyTiles(task: i32, scratch: usize): void {
  const groups = divideUp(job.n, job.cols);
  const row = (task / groups) * job.rows;
  const from = (task % groups) * job.cols;
  const to = min(from + job.cols, job.n);
  for (let k = 0; k < job.k; k += DEPTH) {
    const depth = min(DEPTH, job.k - k);
    const beta: f32 = k ? 1 : job.beta;
    const col = job.m == 1 && job.aCol == 4 ? multiplyWideRow(k, depth, from, to, beta, scratch) : from;
    if (col < to) multiplyBlock(row, k, depth, col, to, beta, scratch);
  }
}

/** The columns of a single row, 32 at a time; returns the first that is left. */
function multiplyWideRow(k: i32, depth: i32, from: i32, to: i32, beta: f32, sums: usize): i32 {
  const a = job.a + (<usize>k << 2);
  let col = from;
  for (; col + 4 * COLS <= to; col += 4 * COLS) {
    wideRow(a, panelAt(k, col, depth), depth, sums);
    addTile(1, 4 * COLS, sums, 0, job.c + (<usize>col << 2), 0, job.alpha, beta);
  }
  return col;
}

/** C[row.., from..to] += A[row.., k..] * B[k.., from..to], tile by tile down the columns of each panel. */
function multiplyBlock(row: i32, k: i32, depth: i32, from: i32, to: i32, beta: f32, sums: usize): void {
  const rows = min(job.rows, job.m - row);
  const isDirect = job.aCol == 4 && job.n <= NARROW;
  let block = job.a + <usize>row * job.aRow + <usize>k * job.aCol;
  let blockStep = <usize>ROWS * job.aRow;
  if (!isDirect) {
    const packed = sums + (<usize>(ROWS * COLS) << 2);
    if (packedRow != row || packedK != k) {
      pack(block, job.aRow, job.aCol, rows, depth, ROWS, packed);
      packedRow = row;
      packedK = k;
    }
    block = packed;
    blockStep = <usize>(ROWS * depth) << 2;
  }
  const alpha = job.alpha;
  const isPlain = alpha == 1 && beta == 0;
  const aRow = job.aRow;
  const cRow = job.cRow;
  for (let col = from; col < to; col += COLS) {
    const panel = panelAt(k, col, depth);
    const cols = min(COLS, to - col);
    const isWhole = isPlain && cols == COLS;
    const step = isWhole ? cRow : <usize>COLS << 2;
    let a = block;
    let c = job.c + <usize>row * cRow + (<usize>col << 2);
    for (let left = rows; left > 0; left -= ROWS) {
      const high = min(ROWS, left);
      const target = isWhole ? c : sums;
      if (isDirect) directTile(high, a, aRow, panel, depth, target, step);
      else tile(high, a, panel, depth, target, step);
      if (!isWhole) addTile(high, cols, sums, step, c, cRow, alpha, beta);
      a += blockStep;
      c += <usize>ROWS * cRow;
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

@inline
export function divideUp(x: i32, by: i32): i32 {
  return (x + by - 1) / by;
}

@inline
export function roundUp(x: i32, to: i32): i32 {
  return divideUp(x, to) * to;
}
