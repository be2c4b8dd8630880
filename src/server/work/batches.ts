/** Gathers what arrives one by one to batches, which cost little more than one alone. Knows nothing of the work. */
import { setTimeout } from 'node:timers/promises';

export interface BatchLimits {
  /** Most items of a batch. */
  most: number;
  /** Milliseconds that the first item of a batch waits for others. */
  patience: number;
}

interface Entry<Item, Result> {
  item: Item;
  /** When it came, in milliseconds. */
  at: number;
  signal: AbortSignal;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

export class Batches<Item, Result> {
  readonly #work: (items: Item[]) => Promise<PromiseSettledResult<Result>[]>;
  readonly #limits: BatchLimits;
  #entries: Entry<Item, Result>[] = [];
  #working = false;
  #full: (() => void) | undefined;

  /** @param work on the items of a batch, one batch after another; it gives a result, or an error, for each */
  constructor(limits: BatchLimits, work: (items: Item[]) => Promise<PromiseSettledResult<Result>[]>) {
    this.#limits = limits;
    this.#work = work;
  }

  /** Has an item worked on. @param signal takes it out again, unless its batch is begun @throws the signal's reason */
  add(item: Item, signal: AbortSignal): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#entries.push({ item, at: performance.now(), signal, resolve, reject });
      if (this.#entries.length >= this.#limits.most) this.#full?.();
      if (!this.#working) void this.#workThrough();
    });
  }

  async #workThrough(): Promise<void> {
    this.#working = true;
    for (;;) {
      await this.#othersOrPatience();
      const batch = this.#next();
      if (batch.length > 0) await this.#settle(batch);
      if (this.#entries.length === 0) break;
    }
    this.#working = false;
  }

  /** The items of the next batch that somebody still waits for. */
  #next(): Entry<Item, Result>[] {
    const wanted = this.#entries.filter(({ signal, reject }) => {
      if (signal.aborted) reject(signal.reason);
      return !signal.aborted;
    });
    this.#entries = wanted.slice(this.#limits.most);
    return wanted.slice(0, this.#limits.most);
  }

  async #othersOrPatience(): Promise<void> {
    const { most, patience } = this.#limits;
    const left = this.#entries[0]!.at + patience - performance.now();
    if (this.#entries.length >= most || left <= 0) return;
    const controller = new AbortController();
    this.#full = () => controller.abort();
    await setTimeout(left, undefined, { signal: controller.signal }).catch(() => {}); // full before that
    this.#full = undefined;
  }

  async #settle(batch: readonly Entry<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#work(batch.map(({ item }) => item));
      for (const [i, { resolve, reject }] of batch.entries()) {
        const result = results[i]!;
        if (result.status === 'fulfilled') resolve(result.value);
        else reject(result.reason);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
