/**
 * Calling C libraries through koffi, the only file that imports it. It knows no matrices: it loads a library for good,
 * finds its functions and gives the address of an arena.
 */
import { createRequire } from 'node:module';
import { reasonOf } from '../../base/errors.ts';
import type { NativeCalls, NativeSignature } from '../calls.ts';

/** A C function; it returns what its result type says. */
export type NativeFunction = (...values: (number | string)[]) => unknown;

export interface NativeLibrary {
  readonly path: string;
  /** A function of the library; types as koffi names them. Addresses are passed as numbers, of type `uint64`. */
  func(name: string, result: string, parameters: readonly string[]): NativeFunction;
  /**
   * Functions for all threads of a team, each on its own: the library's threads would sleep, or spin on the cores that
   * other work could have meanwhile. From here on a call takes one thread.
   *
   * @param threads the library's functions that say, and set, how many threads a call takes
   * @throws Error when the library lacks one of them
   */
  shared(
    functions: readonly NativeSignature[],
    threads: { get: string; set: string },
  ): { native: NativeCalls; threads: number };
  /** The `count` C integers that an address points at. */
  integersAt(address: unknown, count: number): number[];
}

/** dlopen: bind all symbols now, and never unload. */
const RTLD_NOW = 0x2;
const RTLD_NODELETE = 0x1000;

/** How many threads a library would take for a call, by its path: asked before it is told to take one. */
const threadsOf = new Map<string, number>();

/**
 * Loads the first library that can be loaded.
 *
 * @param candidates paths, or names that the system's loader looks for
 * @throws Error that says why each could not be loaded, or that koffi is missing
 */
export async function loadLibrary(candidates: readonly string[]): Promise<NativeLibrary> {
  const koffi = await importKoffi();
  const failures: string[] = [];
  for (const path of candidates) {
    try {
      const library = koffi.load(path);
      if (process.platform === 'linux') {
        // koffi unloads its libraries when the process ends, while their threads still spin in the code that goes: a
        // segmentation fault after all work is done. A second, permanent handle keeps the code where it is.
        koffi.load(null).func('dlopen', 'void *', ['str', 'int'])(path, RTLD_NOW | RTLD_NODELETE);
      }
      return {
        path,
        func: (name, result, parameters) => library.func(name, result, [...parameters]),
        shared(functions, { get, set }) {
          const threads = threadsOf.get(path) ?? Number(library.func(get, 'int', [])());
          threadsOf.set(path, threads);
          library.func(set, 'void', ['int'])(1);
          const where = { koffi: createRequire(import.meta.url).resolve('koffi'), library: path };
          const ours = functions.map(({ name, result, parameters }) => library.func(name, result, [...parameters]));
          return { native: { ours, theirs: { ...where, functions, setThreads: set } }, threads };
        },
        integersAt: (address, count) => [...koffi.decode(address, 'int', count)],
      };
    } catch (error) {
      failures.push(`${path}: ${reasonOf(error).replace('Failed to load shared library: ', '')}`);
    }
  }
  throw new Error(failures.join('; ') || 'no such library is known for this platform');
}

/**
 * The address of byte 0 of a shared memory, as a number (addresses have 48 bits). It stays true when the memory grows,
 * and for as long as the memory is not freed: a driver keeps it beside the address.
 */
export async function addressOf(memory: WebAssembly.Memory): Promise<number> {
  const koffi = await importKoffi();
  return Number(koffi.address(new Uint8Array(memory.buffer)));
}

/** Signals that a thread gets for what it does itself: ILL, TRAP, ABRT, BUS, FPE, SEGV. By their numbers on Linux. */
const OWN_SIGNALS = [4, 5, 6, 7, 8, 11];
const SIG_BLOCK = 0;

/**
 * Leaves signals to the process's other threads, those of V8: this one, and those that it starts from here on, are not
 * interrupted by any, and handlers of signals work as before. For libraries whose code moves the stack pointer elsewhere
 * for a while, to where a signal would then write what it has to remember. A profiler that interrupts a thread to see
 * where it is (`--cpu-prof`) does not see it any more. On Linux; elsewhere it does nothing.
 */
export async function leaveSignalsToOthers(): Promise<void> {
  if (process.platform !== 'linux') return;
  const libc = (await importKoffi()).load(null);
  const set = Buffer.alloc(128); // sigset_t
  libc.func('sigfillset', 'int', ['void *'])(set);
  const remove = libc.func('sigdelset', 'int', ['void *', 'int']);
  for (const signal of OWN_SIGNALS) remove(set, signal);
  libc.func('pthread_sigmask', 'int', ['int', 'void *', 'void *'])(SIG_BLOCK, set, null);
}

async function importKoffi() {
  try {
    return (await import('koffi')).default;
  } catch (cause) {
    throw new Error('the optional package koffi, which calls native libraries, is not installed', { cause });
  }
}
