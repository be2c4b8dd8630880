/**
 * The threads of an arena: all have the kernels on the same memory, and may call one more function of a native library.
 * They share a piece of work as calls with other arguments (half of the rows each), which stand in the arena; how the
 * calls are given out is in `kernels/threads.ts`. It knows no product and no cell.
 *
 * One team for everything that is shared: the threads of OpenMP and of a second team would take the cores from each
 * other while they wait, awake, for what comes next.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Arena } from './arena.ts';

/** A function of a native library that all threads call, in a form that can be sent to them. All types are numbers. */
export interface NativeCall {
  /** Where the package koffi is, and the library. */
  koffi: string;
  library: string;
  /** Its C name, result and parameters, types as koffi names them. */
  name: string;
  result: string;
  parameters: readonly string[];
  /** A function (int) of the library that sets how many threads a call takes; it is called with 1. */
  setThreads: string;
}

/** What a team uses of the compiled kernels (`kernels/threads.ts`, `kernels/product.ts`). */
interface ThreadKernels {
  openCalls(tasks: number): void;
  takeTask(): number;
  close(): void;
  stop(): void;
}

/** Any kernel or native function. */
type Callable = (...values: number[]) => unknown;

/** What describes a call, in float64: the function's index, its result, how many arguments, the arguments. */
const SLOT = 20;
const [RESULT, COUNT, ARGUMENTS] = [1, 2, 3];

/** More threads than this wait for the memory, not for the processor. */
const MOST_THREADS = 16;

/** How long a worker may take to come up before the work goes on without waiting for it, in milliseconds. */
const PATIENCE = 2000;

/**
 * All that a worker does. A piece of text needs no file of its own to be found from `src`, from `dist` and from an
 * installed package alike.
 */
const WORKER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { module, memory, index, names, native, slots } = workerData;
  const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports;
  const functions = names.map((name) => kernels[name]);
  if (native) {
    const library = require(native.koffi).load(native.library);
    library.func(native.setThreads, 'void', ['int'])(1);
    functions.push(library.func(native.name, native.result, native.parameters));
  }
  const makeCall = (at) => {
    const first = at + ${ARGUMENTS};
    slots[at + ${RESULT}] = Number(functions[slots[at]](...slots.subarray(first, first + slots[at + ${COUNT}])) ?? 0);
  };
  parentPort.postMessage('ready');
  try {
    while (kernels.serve(index)) {
      for (let task = kernels.takeTask(); task >= 0; task = kernels.takeTask()) makeCall(task * ${SLOT});
      kernels.leave();
    }
  } catch (error) {
    kernels.fail();
    throw error;
  }
`;

/** The threads that this process may use. */
export function mostThreads(): number {
  return Math.min(availableParallelism(), MOST_THREADS);
}

export class Team {
  readonly threads: number;
  /** The kernels' exports, on the calling thread. */
  readonly kernels: WebAssembly.Exports;
  readonly #module: WebAssembly.Module;
  readonly #memory: WebAssembly.Memory;
  readonly #control: ThreadKernels;
  readonly #native: NativeCall | undefined;
  /** The kernels, then the native function. */
  readonly #names: string[];
  readonly #functions: Callable[];
  readonly #slots: Float64Array;
  #starting: Promise<void> | undefined;

  /**
   * @param module the compiled kernels
   * @param threads that work, the calling one among them
   * @param native a function that they can call besides, and the same one for the calling thread
   */
  constructor(arena: Arena, module: WebAssembly.Module, threads: number, native?: NativeCall, ours?: Callable) {
    this.threads = threads;
    this.#module = module;
    this.#memory = arena.memory;
    this.kernels = new WebAssembly.Instance(module, { env: { memory: arena.memory } }).exports;
    this.#control = this.kernels as unknown as ThreadKernels;
    this.#native = native;
    this.#names = Object.keys(this.kernels).filter((name) => typeof this.kernels[name] === 'function');
    this.#functions = this.#names.map((name) => this.kernels[name] as Callable);
    if (native && ours) {
      this.#names.push(native.name);
      this.#functions.push(ours);
    }
    const offset = arena.allocate(threads * SLOT * 8);
    this.#slots = new Float64Array(arena.memory.buffer, offset, threads * SLOT);
  }

  /**
   * Starts the other threads, once; they end with the process and do not keep it alive. Nobody has to wait for them: a
   * thread that comes late, or can't be had, costs speed only, for the others do its share.
   */
  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /** The number by which `run` knows a kernel or the native function. */
  functionOf(name: string): number {
    const index = this.#names.indexOf(name);
    if (index < 0) throw new Error(`the threads know no function ${name}`);
    return index;
  }

  /**
   * Calls a function several times, on all threads, and returns when all is done.
   *
   * @param calls arguments of each call, at most as many calls as there are threads; no two may write to the same place
   * @returns the sum of the results; nothing counts as 0
   */
  run(index: number, calls: readonly (readonly number[])[]): number {
    void this.start();
    const own = this.#functions[index]!;
    const slots = this.#slots;
    for (const [task, values] of calls.entries()) {
      const at = task * SLOT;
      slots[at] = index;
      slots[at + COUNT] = values.length;
      for (let i = 0; i < values.length; i++) slots[at + ARGUMENTS + i] = values[i]!;
    }
    const control = this.#control;
    control.openCalls(calls.length);
    for (let task = control.takeTask(); task >= 0; task = control.takeTask()) {
      slots[task * SLOT + RESULT] = Number(own(...calls[task]!) ?? 0);
    }
    control.close();
    let sum = 0;
    for (let task = 0; task < calls.length; task++) sum += slots[task * SLOT + RESULT]!;
    return sum;
  }

  /** Ends the other threads. */
  close(): void {
    if (this.#starting) this.#control.stop();
  }

  async #start(): Promise<void> {
    const others = Array.from({ length: this.threads - 1 }, (_, i) => this.#startWorker(i + 1));
    await Promise.all(others);
  }

  #startWorker(index: number): Promise<void> {
    const workerData = {
      module: this.#module,
      memory: this.#memory,
      index,
      names: this.#native ? this.#names.slice(0, -1) : this.#names,
      native: this.#native,
      slots: this.#slots,
    };
    return new Promise((resolve) => {
      let worker: Worker;
      try {
        // No options of the main program: a loader for TypeScript would only delay the start.
        worker = new Worker(WORKER, { eval: true, execArgv: [], workerData });
      } catch {
        resolve();
        return;
      }
      worker.unref();
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
}
