/** A worker thread as the server's thread sees it: work goes there and comes back as promises. Knows no work. */
import { type Transferable, Worker } from 'node:worker_threads';
import { InputError, UsageError } from '../../base/errors.ts';
import { inPackage } from '../../base/files.ts';
import type { Answer, Order, SentError, Works } from './messages.ts';

interface Waiting {
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
  onPiece: ((piece: never) => void) | undefined;
}

export interface CallOptions<Piece> {
  /** Raised when the result is not wanted any more: the promise is rejected with its reason at once. */
  signal?: AbortSignal | undefined;
  onPiece?: (piece: Piece) => void;
  /** What moves to the thread instead of being copied. */
  transfer?: readonly Transferable[];
}

export class WorkerThread<Kinds extends Works<Kinds>> {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  /** Why the thread is gone, where it is. */
  #gone: Error | undefined;

  /**
   * Starts a thread.
   *
   * @param file of `src/server/work` that calls `doWork`; it runs as it is built
   * @param onEnd told when the thread ends by itself: a defect, after which nothing that it does can be had
   */
  constructor(file: string, onEnd: (error: Error) => void) {
    this.#worker = new Worker(inPackage(`dist/server/work/${file}.js`), { execArgv: [] });
    this.#worker.on('message', (answer: Answer) => this.#take(answer));
    const end = (error: Error) => {
      if (this.#gone) return;
      this.#gone = error;
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
      onEnd(error);
    };
    this.#worker.on('error', end);
    this.#worker.on('exit', (code) => end(new Error(`the thread ${file} has ended with ${code}`)));
  }

  /** Pieces of work that are under way. */
  get load(): number {
    return this.#waiting.size;
  }

  /** Has some work done. @throws what the work throws; the reason of the signal */
  call<Name extends keyof Kinds & string>(
    name: Name,
    argument: Kinds[Name]['argument'],
    { signal, onPiece, transfer = [] }: CallOptions<Kinds[Name]['piece']> = {},
  ): Promise<Kinds[Name]['result']> {
    return new Promise((resolve, reject) => {
      if (this.#gone) return reject(this.#gone);
      if (signal?.aborted) return reject(signal.reason);
      const id = ++this.#last;
      const leave = () => {
        this.#waiting.delete(id);
        this.#post({ id, leave: true });
        reject(signal!.reason);
      };
      const stopListening = () => signal?.removeEventListener('abort', leave);
      signal?.addEventListener('abort', leave, { once: true });
      this.#waiting.set(id, {
        resolve(result) {
          stopListening();
          resolve(result as Kinds[Name]['result']);
        },
        reject(error) {
          stopListening();
          reject(error);
        },
        onPiece,
      });
      this.#post({ id, name, argument }, transfer);
    });
  }

  #post(order: Order, transfer: readonly Transferable[] = []): void {
    this.#worker.postMessage(order, transfer);
  }

  /** Ends the thread; what it was doing is lost. */
  async close(): Promise<void> {
    this.#gone ??= new Error('the thread is closed');
    await this.#worker.terminate();
  }

  #take(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    if (!waiting) return; // nobody waits for it any more
    if ('piece' in answer) {
      waiting.onPiece?.(answer.piece as never);
      return;
    }
    this.#waiting.delete(answer.id);
    if ('error' in answer) waiting.reject(received(answer.error));
    else waiting.resolve(answer.result);
  }
}

function received(error: SentError): Error {
  if (error.kind === 'defect') return Object.assign(new Error(error.message), { stack: error.stack });
  const { message, settings } = error;
  return error.kind === 'usage' ? new UsageError(message, { settings }) : new InputError(message, { settings });
}
