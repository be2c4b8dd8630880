/**
 * A CNN on TensorFlow.js' WebAssembly, in threads of its own: this backend holds the thread that it runs on for a tenth
 * of a second a picture, and has no threads itself under Node. Knows the CNN by its name only.
 */
import { Worker } from 'node:worker_threads';
import { InputError } from '../../base/errors.ts';
import { inPackage } from '../../base/files.ts';
import { threadsAllowed } from '../../base/platform.ts';
import type { CnnDescription, Network } from '../network.ts';

/** A thread needs 100 MB: the weights, and room for a picture on its way through the network. */
const MOST_THREADS = 8;
/** Milliseconds without work after which the threads end, and with them their memory: before a training begins, say. */
const IDLE = 2000;

/** What a thread answers: features, nothing when it is ready, or why it failed. */
export interface Answer {
  features?: Float32Array<ArrayBuffer>;
  failure?: { message: string; input: boolean };
}

/**
 * Opens a CNN in one thread. Further threads start when there are pictures for them, up to one for each processor.
 *
 * @param idle milliseconds without work after which the threads end; they are started again when there is work
 * @throws InputError when the weights can't be loaded
 */
export async function openInThreads(
  { choice, preprocessing, featureSize, downloaded }: CnnDescription,
  idle = IDLE,
): Promise<Network> {
  const most = downloaded ? 1 : Math.min(threadsAllowed(), MOST_THREADS);
  const size = 3 * preprocessing.size ** 2;
  let threads: CnnThread[] = [];
  let calls = 0;
  let resting: NodeJS.Timeout | undefined;

  const end = () => {
    for (const thread of threads.splice(0)) thread.end();
  };
  async function atWork<Result>(count: number, work: (threads: readonly CnnThread[]) => Promise<Result>) {
    clearTimeout(resting);
    threads = threads.filter(({ ended }) => !ended); // where one has ended, for lack of memory, say
    while (threads.length < count) threads.push(new CnnThread(choice));
    calls++;
    try {
      return await work(threads.slice(0, count));
    } finally {
      if (--calls === 0) resting = setTimeout(end, idle).unref();
    }
  }

  await atWork(1, ([thread]) => thread!.ready);
  return {
    features: (pictures, N) =>
      atWork(Math.min(N, most), async (busy) => {
        const features = new Float32Array(N * featureSize);
        let next = 0;
        const takeTurns = async (thread: CnnThread) => {
          await thread.ready; // a thread that still loads leaves the pictures to those that have begun
          while (next < N) {
            const n = next++;
            const picture = new Uint8Array(pictures.subarray(n * size, (n + 1) * size)); // a copy to hand over
            features.set(await thread.features(picture), n * featureSize);
          }
        };
        await Promise.all(busy.map(takeTurns));
        return features;
      }),
    dispose() {
      clearTimeout(resting);
      end();
    },
  };
}

/** A thread with the CNN; it ends with the program, which stays alive while an answer is awaited. */
class CnnThread {
  /** Settles when the CNN is loaded. */
  readonly ready: Promise<unknown>;
  ended = false;
  readonly #worker: Worker;
  /** The calls that wait for an answer; answers come in the order of the questions. */
  readonly #waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void }[] = [];

  constructor(choice: string) {
    // From src, too, the thread runs what was built: no loader for TypeScript is at work in it.
    this.#worker = new Worker(inPackage('dist/vision/backends/cnn-thread.js'), { execArgv: [], workerData: choice });
    this.#worker.on('message', ({ failure, ...answer }: Answer) => {
      const { resolve, reject } = this.#waiting.shift()!;
      if (failure) reject(failure.input ? new InputError(failure.message) : new Error(failure.message));
      else resolve(answer);
      if (this.#waiting.length === 0) this.#worker.unref();
    });
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => {
      this.ended = true;
      this.#fail(new Error("the CNN's thread has ended before its work"));
    });
    this.ready = this.#answer();
    this.ready.catch(() => {}); // thrown where it is awaited
  }

  /** The features [D] of a picture [S, S, 3]. */
  async features(picture: Uint8Array<ArrayBuffer>): Promise<Float32Array> {
    this.#worker.postMessage(picture, [picture.buffer]);
    return (await this.#answer()).features!;
  }

  end(): void {
    void this.#worker.terminate();
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  #answer(): Promise<Answer> {
    this.#worker.ref();
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }
}
