/**
 * Long work that can be interrupted: a generator that yields, several times a second, the share of the work that is
 * done, and returns the result. Its caller decides whether everything else waits meanwhile. Where a function `x` has such
 * a form, that is `xSteps`. This file knows nothing of the work.
 */
import { nextTurn } from './platform.ts';

/** Work that yields its share done, from 0 to 1. */
export type Steps<Result> = Generator<number, Result, void>;

export interface Turns {
  /** Called between two steps with the share of the work that is done. */
  onProgress?: ((share: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Milliseconds of work between two turns of everything else. */
const TURN = 20;

/** Does the work while everything else waits: for work that is short, or a program that has nothing else to do. */
export function runAtOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/**
 * Does the work and gives everything else (Ctrl-C, timers, files) its turn in between.
 *
 * @throws the signal's reason as soon as the signal is raised
 */
export async function runInTurns<Result>(steps: Steps<Result>, { onProgress, signal }: Turns = {}): Promise<Result> {
  let turnAt = Number.NEGATIVE_INFINITY;
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() - turnAt < TURN) continue;
    onProgress?.(step.value);
    await nextTurn();
    signal?.throwIfAborted();
    turnAt = performance.now();
  }
}

/** Whether an error is a signal's reason: the work was stopped, and did not fail. */
export function isStop(error: unknown, signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true && error === signal.reason;
}

/** `items.map(map)` an item at a time: where there are many, or each takes long. */
export function* mapSteps<Item, Result>(
  items: readonly Item[],
  map: (item: Item, i: number) => Result,
): Steps<Result[]> {
  const results: Result[] = [];
  for (const [i, item] of items.entries()) {
    yield i / items.length;
    results.push(map(item, i));
  }
  return results;
}

/** Numbers that take some milliseconds: of a long array between two steps. */
const PIECE = 2 ** 18;

/** Work on each of `length` numbers, in pieces. @param work on those from `from` to `to` - 1 */
export function* inPieces(length: number, work: (from: number, to: number) => void): Steps<void> {
  for (let from = 0; from < length; from += PIECE) {
    yield from / length;
    work(from, Math.min(length, from + PIECE));
  }
}

/** Work that is a part of another: its shares are mapped to those from `from` to `to` of the whole. */
export function* partOf<Result>(steps: Steps<Result>, from: number, to: number): Steps<Result> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    yield from + (to - from) * step.value;
  }
}
