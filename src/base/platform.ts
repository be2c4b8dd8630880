/**
 * What the program needs of the machine beside its files, by Node: threads and turns. A browser has `platform.browser.ts`
 * in its place.
 */
import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

/** Whether threads can share memory: in a browser only where the page is isolated from others. */
export const sharesMemory: boolean = true;

/** Whether this thread may sleep until another one wakes it: a browser's main thread may not. */
export const maySleep: boolean = true;

/**
 * How many threads may work at once: as many as there are processors, or as the user allows by OMP_NUM_THREADS, which
 * oneDNN and OpenBLAS go by too.
 */
export function threadsAllowed(): number {
  const allowed = Number.parseInt(process.env['OMP_NUM_THREADS'] ?? '', 10);
  return allowed > 0 ? allowed : availableParallelism();
}

/** Lets all that waits for this thread (input, timers, Ctrl-C) have its turn. */
export async function nextTurn(): Promise<void> {
  await setImmediate();
}

/** How long a thread may take to come up before the work goes on without waiting for it, in milliseconds. */
const PATIENCE = 2000;

/** How far a thread has come; its word is in memory that it shares with this one. */
const [CREATED, STARTING, UP, LEAVING] = [0, 1, 2, 3];

/** The words of the threads that were started. */
const threads: Int32Array[] = [];

/** Longer than any thread takes to load a library, in milliseconds: a thread that hangs must not keep the process. */
const LAST_PATIENCE = 10_000;

/**
 * Lets threads come up before the process ends: one that is ended while it loads a native module aborts the process,
 * after all work is done (`napi_throw` in the module's initialisation). A thread that has not begun to load is told not to.
 */
function awaitThreads(): void {
  for (const word of threads) {
    if (Atomics.compareExchange(word, 0, CREATED, LEAVING) === STARTING) Atomics.wait(word, 0, STARTING, LAST_PATIENCE);
  }
}

/**
 * Starts a thread, which ends with the program and does not keep it alive.
 *
 * @param program text of a function (data, ready, require): a piece of text needs no file of its own to be found from
 *   `src`, from `dist`, from an installed package and from a bundle alike
 * @param data the function's first argument
 * @returns when the thread has called `ready`, can't be had, or has kept all waiting for too long
 */
export function startThread(program: string, data: object): Promise<void> {
  const word = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const main = `const { parentPort, workerData: { data, word } } = require('node:worker_threads');
    const isUp = () => {
      Atomics.store(word, 0, ${UP});
      Atomics.notify(word, 0);
    };
    if (Atomics.compareExchange(word, 0, ${CREATED}, ${STARTING}) === ${CREATED}) {
      try {
        (${program})(data, () => { isUp(); parentPort.postMessage('ready'); }, require);
      } finally {
        isUp();
      }
    }`;
  return new Promise((resolve) => {
    let worker: Worker;
    try {
      // No options of the main program: a loader for TypeScript would only delay the start.
      worker = new Worker(main, { eval: true, execArgv: [], workerData: { data, word } });
    } catch {
      resolve();
      return;
    }
    worker.unref();
    if (threads.push(word) === 1) process.on('exit', awaitThreads);
    const settle = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(settle, PATIENCE).unref();
    worker.once('message', () => {
      worker.removeAllListeners('error'); // from here on an error is a defect, not a thread that can't be had
      settle();
    });
    worker.once('error', settle);
  });
}
