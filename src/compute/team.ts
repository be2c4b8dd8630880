/**
 * The threads of an arena: all have the kernels on the same memory, and may call functions of a native library.
 * They share a piece of work as calls with other arguments (half of the rows each), which stand in the arena; how the
 * calls are given out is in `kernels/threads.ts`. It knows no product and no cell.
 *
 * One team for everything that is shared: the threads of OpenMP and of a second team would take the cores from each
 * other while they wait, awake, for what comes next.
 */
import { Worker } from 'node:worker_threads';
import type { Arena } from './arena.ts';

/** A C function whose types are all numbers, as koffi names them. */
export interface NativeSignature {
  name: string;
  result: string;
  parameters: readonly string[];
}

/** Functions of a native library that every thread may call. */
export interface NativeCalls {
  /** For the calling thread, in the order of their signatures. */
  ours: readonly Callable[];
  /** What the others find them by. */
  theirs: {
    /** Where the package koffi is, and the library. */
    koffi: string;
    library: string;
    functions: readonly NativeSignature[];
    /** A function (int) of the library that sets how many threads of its own a call takes: each thread sets 1. */
    setThreads: string;
  };
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

/**
 * Calls a function on all threads at once, and returns when all calls are done; a single one is made here and now.
 *
 * @param calls arguments of each call, at most as many as there are threads; no two may write to the same place
 * @returns the sum of the results; no result counts as 0
 */
export type SharedFunction = (calls: readonly (readonly number[])[]) => number;

/** What describes a call, in float64: the function's index, its result, how many arguments, the arguments. */
const SLOT = 24;
const [RESULT, COUNT, ARGUMENTS] = [1, 2, 3];

/** More threads than this wait for the memory, not for the processor. */
export const MOST_THREADS = 16;

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
    for (const { name, result, parameters } of native.functions) functions.push(library.func(name, result, parameters));
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

export class Team {
  readonly threads: number;
  /** The kernels' exports, on the calling thread. */
  readonly kernels: WebAssembly.Exports;
  readonly #control: ThreadKernels;
  /** The kernels, then the native functions. */
  readonly #functions: Map<string, Callable>;
  readonly #slots: Float64Array;
  readonly #workerData: object;
  #starting: Promise<void> | undefined;

  /**
   * @param module the compiled kernels
   * @param threads that work, the calling one among them
   * @param native functions that they can call besides the kernels
   */
  constructor(arena: Arena, module: WebAssembly.Module, threads: number, native?: NativeCalls) {
    const { memory } = arena;
    this.threads = threads;
    this.kernels = new WebAssembly.Instance(module, { env: { memory } }).exports;
    this.#control = this.kernels as unknown as ThreadKernels;
    const names = Object.keys(this.kernels);
    this.#functions = new Map(names.map((name) => [name, this.kernels[name] as Callable]));
    for (const [i, { name }] of native?.theirs.functions.entries() ?? []) this.#functions.set(name, native!.ours[i]!);
    this.#slots = new Float64Array(memory.buffer, arena.allocate(threads * SLOT * 8), threads * SLOT);
    this.#workerData = { module, memory, names, native: native?.theirs, slots: this.#slots };
  }

  /**
   * Starts the other threads, once; they end with the process and do not keep it alive. Nobody has to wait for them: a
   * thread that comes late, or can't be had, costs speed only, for the others do its share.
   */
  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /** A kernel or a native function, by its name. */
  shared(name: string): SharedFunction {
    const index = [...this.#functions.keys()].indexOf(name);
    const own = this.#functions.get(name);
    if (!own) throw new Error(`the threads know no function ${name}`);
    return (calls) => {
      if (calls.length === 1) return Number(own(...calls[0]!) ?? 0);
      void this.start();
      this.#describe(index, calls);
      const [control, slots] = [this.#control, this.#slots];
      control.openCalls(calls.length);
      for (let task = control.takeTask(); task >= 0; task = control.takeTask()) {
        slots[task * SLOT + RESULT] = Number(own(...calls[task]!) ?? 0);
      }
      control.close();
      let sum = 0;
      for (let task = 0; task < calls.length; task++) sum += slots[task * SLOT + RESULT]!;
      return sum;
    };
  }

  /** Ends the other threads. */
  close(): void {
    if (this.#starting) this.#control.stop();
  }

  #describe(index: number, calls: readonly (readonly number[])[]): void {
    const slots = this.#slots;
    for (const [task, values] of calls.entries()) {
      const at = task * SLOT;
      slots[at] = index;
      slots[at + COUNT] = values.length;
      for (let i = 0; i < values.length; i++) slots[at + ARGUMENTS + i] = values[i]!;
    }
  }

  async #start(): Promise<void> {
    const others = Array.from({ length: this.threads - 1 }, (_, i) => this.#startWorker(i + 1));
    await Promise.all(others);
  }

  #startWorker(index: number): Promise<void> {
    return new Promise((resolve) => {
      let worker: Worker;
      try {
        // No options of the main program: a loader for TypeScript would only delay the start.
        worker = new Worker(WORKER, { eval: true, execArgv: [], workerData: { ...this.#workerData, index } });
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
