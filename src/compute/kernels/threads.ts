/**
 * How the threads of an arena share work: each runs its own instance of this module on the same memory, and one control
 * block in the arena's first page tells them what to do. It knows no product: a job is a number of tasks, which the
 * threads take one by one until none is left.
 *
 *     main thread   open(tasks) … takeTask() … close()       close waits for the threads that have joined
 *     each worker   join() … takeTask() … leave()            join waits for the next open job
 *
 * The main thread takes tasks as well, so a worker that starts late, sleeps long or never came costs speed only.
 */

/** Above the constants that the compiler puts at the start of the page; one cache line for each word. */
const CONTROL: usize = 0x8000;
/** Odd while a job is open, even between jobs, STOPPED in the end. */
const STATE: usize = CONTROL;
/** The next task that no thread has taken. */
const NEXT: usize = CONTROL + 64;
/** Workers inside the job. */
const BUSY: usize = CONTROL + 128;
/** Number of tasks of the job. */
const TASKS: usize = CONTROL + 192;
/** Not 0 once a worker has died inside a job. */
const FAILED: usize = CONTROL + 256;
/** Where a job's own description may be kept, to the end of the page. */
export const DESCRIPTION: usize = CONTROL + 320;

const STOPPED: i32 = -2;

/**
 * How often a thread looks for a change before it sleeps, about 50 µs: products follow each other closely in training,
 * and to wake a sleeping thread takes longer than a small product.
 */
const LOOKS: i32 = 50_000;

/** Whether this thread must not sleep. */
let awake = false;

/** From now on this thread looks for as long as it must wait: a browser's main thread must not sleep. */
export function stayAwake(): void {
  awake = true;
}

/** The state that this worker has seen and dealt with. */
let seen: i32 = 0;

/** Offers `tasks` to the workers if it is worth their while. What describes the job must be written before. */
export function open(tasks: i32, shared: bool): void {
  close(); // where the job before ended in a trap
  atomic.store<i32>(NEXT, 0);
  store<i32>(TASKS, tasks);
  if (shared) {
    atomic.add<i32>(STATE, 1);
    atomic.notify(STATE, -1);
  }
}

/** The next task of the job, or -1 when all are taken. */
export function takeTask(): i32 {
  const task = atomic.add<i32>(NEXT, 1);
  return task < load<i32>(TASKS) ? task : -1;
}

/** Ends the job once every worker has left it. It may sleep, unless it was told to stay awake. */
export function close(): void {
  if (!(atomic.load<i32>(STATE) & 1)) return;
  // From here on no worker joins: one that has just counted itself in sees the changed state and leaves untouched.
  atomic.add<i32>(STATE, 1);
  for (let busy = atomic.load<i32>(BUSY); busy != 0; busy = atomic.load<i32>(BUSY)) waitForChange(BUSY, busy);
  if (atomic.load<i32>(FAILED)) unreachable(); // a trap: part of the result is missing
}

/** Waits for an open job and enters it; false when the work is over for good. */
export function join(): bool {
  while (true) {
    waitForChange(STATE, seen);
    seen = atomic.load<i32>(STATE);
    if (seen == STOPPED) return false;
    if (seen & 1) {
      atomic.add<i32>(BUSY, 1);
      if (atomic.load<i32>(STATE) == seen) return true;
      leave();
    }
  }
}

export function leave(): void {
  atomic.sub<i32>(BUSY, 1);
  atomic.notify(BUSY, 1);
}

/** In place of `leave`, from a worker that can't go on. */
export function fail(): void {
  atomic.store<i32>(FAILED, 1);
  leave();
}

/** Returns when the word has another value, or sooner. */
function waitForChange(word: usize, value: i32): void {
  for (let look = 0; look < LOOKS || awake; look++) if (atomic.load<i32>(word) != value) return;
  atomic.wait<i32>(word, value, -1);
}

/** Sends the workers home. */
export function stop(): void {
  atomic.store<i32>(STATE, STOPPED);
  atomic.notify(STATE, -1);
}
