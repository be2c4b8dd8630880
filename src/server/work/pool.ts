/** Worker threads that all do the same kinds of work: each piece is done by the one that has the least to do. Knows no work. */
import type { Works } from './messages.ts';
import { type CallOptions, WorkerThread } from './thread.ts';

export class WorkerPool<Kinds extends Works<Kinds>> {
  readonly #threads: readonly WorkerThread<Kinds>[];

  /** @param file @param onEnd as of `WorkerThread` */
  constructor(file: string, threads: number, onEnd: (error: Error) => void) {
    this.#threads = Array.from({ length: threads }, () => new WorkerThread<Kinds>(file, onEnd));
  }

  /** How many threads there are. */
  get size(): number {
    return this.#threads.length;
  }

  /** Has some work done by one of the threads. @throws as `WorkerThread.call` does */
  call<Name extends keyof Kinds & string>(
    name: Name,
    argument: Kinds[Name]['argument'],
    options?: CallOptions<Kinds[Name]['piece']>,
  ): Promise<Kinds[Name]['result']> {
    const idlest = this.#threads.reduce((best, thread) => (thread.load < best.load ? thread : best));
    return idlest.call(name, argument, options);
  }

  /** Has the same work done by each thread. @returns what the first gives @throws what one of them throws */
  async callAll<Name extends keyof Kinds & string>(
    name: Name,
    argument: Kinds[Name]['argument'],
  ): Promise<Kinds[Name]['result']> {
    const [first] = await Promise.all(this.#threads.map((thread) => thread.call(name, argument)));
    return first as Kinds[Name]['result'];
  }

  /** Ends the threads; what they were doing is lost. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}
