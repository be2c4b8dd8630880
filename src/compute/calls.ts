/**
 * Calls as threads hand them to each other: described in the arena, in float64, one after the other,
 *
 *     function's index | its result | how many arguments | the arguments     function's index | …
 *
 * and lists of them, one for each task: where it begins, how many calls it has. It knows no function.
 */

/** Any kernel or native function. */
export type Callable = (...values: number[]) => unknown;

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

const [RESULT, COUNT, ARGUMENTS] = [1, 2, 3];
/** Room for a call of most arguments. */
export const SLOT = 24;

/** A call that is to be made: the function's index, and its arguments. */
export interface Call {
  index: number;
  values: readonly number[];
}

/** Float64s that the descriptions of calls take. */
export function sizeOf(calls: readonly Call[]): number {
  return calls.reduce((sum, { values }) => sum + ARGUMENTS + values.length, 0);
}

/** Describes lists of calls in `room`, which is part of the arena, and says in `lists` where each is. */
export function describe(calls: readonly (readonly Call[])[], room: Float64Array, lists: Float64Array): void {
  let at = 0;
  for (const [task, list] of calls.entries()) {
    lists[2 * task] = room.byteOffset / 8 + at;
    lists[2 * task + 1] = list.length;
    for (const { index, values } of list) {
      room[at] = index;
      room[at + COUNT] = values.length;
      for (let i = 0; i < values.length; i++) room[at + ARGUMENTS + i] = values[i]!;
      at += ARGUMENTS + values.length;
    }
  }
}

/** Makes the calls of a list here. @param at where the list is described in `room` */
export function makeHere(list: readonly Call[], functions: readonly Callable[], room: Float64Array, at: number): void {
  for (const { index, values } of list) {
    room[at + RESULT] = Number(functions[index]!(...values) ?? 0);
    at += ARGUMENTS + values.length;
  }
}

/** The sum of the results of all calls, which were made. */
export function sumOfResults(calls: readonly (readonly Call[])[], room: Float64Array): number {
  let [sum, at] = [0, 0];
  for (const list of calls) {
    for (const { values } of list) {
      sum += room[at + RESULT]!;
      at += ARGUMENTS + values.length;
    }
  }
  return sum;
}

/** All that a worker does, as `startThread` takes it. */
export const WORKER = `(data, ready, require) => {
  const { module, memory, index, names, native, lists } = data;
  const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports;
  const functions = names.map((name) => kernels[name]);
  if (native) {
    const library = require(native.koffi).load(native.library);
    library.func(native.setThreads, 'void', ['int'])(1);
    for (const { name, result, parameters } of native.functions) functions.push(library.func(name, result, parameters));
  }
  let floats = new Float64Array(memory.buffer);
  const makeCalls = (task) => {
    if (floats.byteLength < memory.buffer.byteLength) floats = new Float64Array(memory.buffer); // the arena has grown
    let at = lists[2 * task];
    for (let left = lists[2 * task + 1]; left > 0; left--) {
      const first = at + ${ARGUMENTS};
      const values = new Array(floats[at + ${COUNT}]); // to spread one is many times as fast as a typed array
      for (let i = 0; i < values.length; i++) values[i] = floats[first + i];
      floats[at + ${RESULT}] = Number(functions[floats[at]](...values) ?? 0);
      at = first + values.length;
    }
  };
  ready();
  try {
    while (kernels.serve(index)) {
      for (let task = kernels.takeTask(); task >= 0; task = kernels.takeTask()) makeCalls(task);
      kernels.leave();
    }
  } catch (error) {
    kernels.fail();
    throw error;
  }
}`;
