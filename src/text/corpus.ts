/**
 * A text as numbers, and how it becomes batches for training: cut into N streams of equal length that are read in
 * parallel, T tokens at a time. Stream n goes on in the next chunk where it stopped in this one, and so does the
 * recurrent state (torch-rnn, char-rnn; truncated BPTT of Williams and Peng 1990):
 *
 *     text      t h e   q u i c k   b r o w n   f o x …
 *     stream 0  t h e   q u | i c k   b r | …
 *     stream 1  j u m p s   | o v e r   t | …
 *     stream 2  d o g .   T | h e   d o g | …
 *               chunk 0       chunk 1
 */

/** A long sequence of token ids that is read in pieces. */
export interface Corpus {
  readonly length: number;
  /** Token ids from `start` to `end` - 1. */
  read(start: number, end: number): ArrayLike<number>;
}

/** A corpus in memory. */
export function corpusOf(ids: Uint32Array): Corpus {
  return { length: ids.length, read: (start, end) => ids.subarray(start, end) };
}

/** The part of a corpus from `start` to `end` - 1. */
export function partOf(corpus: Corpus, start: number, end: number): Corpus {
  return { length: end - start, read: (from, to) => corpus.read(start + from, start + to) };
}

/** One chunk of all streams, step after step: `inputs[t * N + n]` is followed by `targets[t * N + n]`. */
export interface Chunk {
  steps: number;
  inputs: Int32Array;
  targets: Int32Array;
}

export class Streams {
  readonly batch: number;
  readonly steps: number;
  /** Chunks in one pass over the corpus. */
  readonly chunks: number;
  readonly #corpus: Corpus;
  readonly #streamLength: number;

  /**
   * @param corpus at least N + 1 tokens
   * @param batch N
   * @param steps T
   * @throws RangeError when the corpus is too short
   */
  constructor(corpus: Corpus, batch: number, steps: number) {
    // Each stream needs one token more than it reads: the target of its last.
    this.#streamLength = Math.floor((corpus.length - 1) / batch);
    if (this.#streamLength < 1) {
      throw new RangeError(`${batch} streams need at least ${batch + 1} tokens, and there are ${corpus.length}`);
    }
    this.batch = batch;
    this.steps = Math.min(steps, this.#streamLength);
    this.chunks = Math.floor(this.#streamLength / this.steps);
    this.#corpus = corpus;
  }

  /** Chunk `index`, which continues chunk `index` - 1. A rest shorter than a chunk is left out. */
  chunk(index: number): Chunk {
    const { batch: N, steps: T } = this;
    const inputs = new Int32Array(N * T);
    const targets = new Int32Array(N * T);
    for (let n = 0; n < N; n++) {
      const start = n * this.#streamLength + index * T;
      const ids = this.#corpus.read(start, start + T + 1);
      for (let t = 0; t < T; t++) {
        inputs[t * N + n] = ids[t] ?? 0;
        targets[t * N + n] = ids[t + 1] ?? 0;
      }
    }
    return { steps: T, inputs, targets };
  }
}
