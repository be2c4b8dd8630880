/**
 * The threads of an arena: all have the kernels on the same memory, and may call functions of a native library.
 * They share a piece of work as calls with other arguments (half of the rows each), or as lists of calls that do not
 * depend on each other (all steps of half of the sequences each). How calls stand in the arena is in `calls.ts`, how
 * they are given out in `kernels/threads.ts`. A team knows no product and no cell.
 *
 * One team for everything that is shared: the threads of OpenMP and of a second team would take the cores from each
 * other while they wait, awake, for what comes next.
 */
import { counted } from '../base/counted.ts';
import { maySleep, startThread } from '../base/platform.ts';
import type { Arena } from './arena.ts';
import {
  type Call,
  type Callable,
  describe,
  makeHere,
  type NativeCalls,
  SLOT,
  sizeOf,
  sumOfResults,
  WORKER,
} from './calls.ts';

/** What a team uses of the compiled kernels (`kernels/threads.ts`, `kernels/product.ts`). */
interface ThreadKernels {
  openCalls(tasks: number): void;
  takeTask(): number;
  close(): void;
  stop(): void;
  stayAwake(): void;
}

/**
 * Calls a function on all threads at once, and returns when all calls are done; a single one is made here and now.
 *
 * @param calls arguments of each call, at most as many as there are threads; no two may write to the same place
 * @returns the sum of the results; no result counts as 0
 */
export type SharedFunction = (calls: readonly (readonly number[])[]) => number;

/** More threads than this wait for the memory, not for the processor. */
export const MOST_THREADS = 16;

export class Team {
  readonly threads: number;
  /** The kernels' exports, on the calling thread. */
  readonly kernels: WebAssembly.Exports;
  readonly #control: ThreadKernels;
  /** The kernels, then the native functions. */
  readonly #functions: Map<string, Callable>;
  readonly #callables: Callable[];
  readonly #arena: Arena;
  /** For each task, where its list of calls begins, in float64 of the arena, and how many it has. */
  readonly #lists: Float64Array;
  /** Where a call for each thread is described. */
  readonly #slots: Float64Array;
  /** Calls that are recorded, not made. */
  #recorded: Call[] | undefined;
  readonly #workerData: object;
  #starting: Promise<void> | undefined;

  /**
   * @param module the compiled kernels
   * @param threads that work, the calling one among them
   * @param native functions that they can call besides the kernels
   */
  constructor(arena: Arena, module: WebAssembly.Module, threads: number, native?: NativeCalls) {
    const { memory } = arena;
    this.#arena = arena;
    this.threads = threads;
    this.kernels = new WebAssembly.Instance(module, { env: { memory } }).exports;
    this.#control = this.kernels as unknown as ThreadKernels;
    if (!maySleep) this.#control.stayAwake();
    const names = Object.keys(this.kernels);
    this.#functions = new Map(names.map((name) => [name, this.kernels[name] as Callable]));
    for (const [i, { name }] of native?.theirs.functions.entries() ?? []) this.#functions.set(name, native!.ours[i]!);
    this.#callables = [...this.#functions.values()];
    this.#lists = floats(arena, threads * 2);
    this.#slots = floats(arena, threads * SLOT);
    this.#workerData = { module, memory, names, native: native?.theirs, lists: this.#lists };
  }

  /** How many threads it has, for people: '2 threads'. */
  get inWords(): string {
    return counted(this.threads, 'thread');
  }

  /**
   * Starts the other threads, once; they end with the process and do not keep it alive. Callers need not wait for them:
   * a thread that comes late, or can't be had, costs speed only, for the others do its share.
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
      if (this.#recorded) {
        for (const values of calls) this.#recorded.push({ index, values });
        return 0;
      }
      if (calls.length === 1) return Number(own(...calls[0]!) ?? 0);
      return this.#make(
        calls.map((values) => [{ index, values }]),
        this.#slots,
      );
    };
  }

  /**
   * Does `work` for each of `shares` parts of something, all parts at once, each on one thread from beginning to end: no
   * thread waits for another in between. While `work` runs, the functions of this team only record their calls, which
   * are made once all are recorded: results are there after `together`, not before, and no part may read or write what
   * another one writes. Functions that return more than a status can't be recorded.
   *
   * @param shares at most as many as there are threads; a single one is done here and now
   * @throws Error when a function of the library returned a status other than 0
   */
  together(shares: number, work: (share: number) => void): void {
    if (shares === 1) {
      work(0);
      return;
    }
    this.#arena.scratch(() => {
      const lists = Array.from({ length: shares }, (_, share) => this.#record(() => work(share)));
      const status = this.#make(lists, floats(this.#arena, sizeOf(lists.flat())));
      if (status !== 0) throw new Error(`calls of the library for matrix products returned status ${status}`);
    });
  }

  /** Whether calls are recorded and not made now: their arguments must stay as they are until `together` is over. */
  get recording(): boolean {
    return this.#recorded !== undefined;
  }

  /** As `Arena.scratch`, but what is allocated stays until the recorded calls are made. */
  scratch<T>(work: () => T): T {
    return this.recording ? work() : this.#arena.scratch(work);
  }

  #record(work: () => void): Call[] {
    const recorded: Call[] = [];
    this.#recorded = recorded;
    try {
      work();
    } finally {
      this.#recorded = undefined;
    }
    return recorded;
  }

  /** Makes lists of calls, each on one thread. @param room for their descriptions @returns the sum of the results */
  #make(lists: readonly (readonly Call[])[], room: Float64Array): number {
    void this.start();
    describe(lists, room, this.#lists);
    const control = this.#control;
    control.openCalls(lists.length);
    for (let task = control.takeTask(); task >= 0; task = control.takeTask()) {
      makeHere(lists[task]!, this.#callables, room, this.#lists[2 * task]! - room.byteOffset / 8);
    }
    control.close();
    return sumOfResults(lists, room);
  }

  /** Ends the other threads. */
  close(): void {
    if (this.#starting) this.#control.stop();
  }

  async #start(): Promise<void> {
    const others = Array.from({ length: this.threads - 1 }, (_, i) =>
      startThread(WORKER, { ...this.#workerData, index: i + 1 }),
    );
    await Promise.all(others);
  }
}

function floats(arena: Arena, count: number): Float64Array {
  const offset = arena.allocate(count * 8); // first: it may grow the memory
  return new Float64Array(arena.memory.buffer, offset, count);
}
