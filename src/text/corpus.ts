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
export function sliceCorpus(corpus: Corpus, start: number, end: number): Corpus {
  return { length: end - start, read: (from, to) => corpus.read(start + from, start + to) };
}

/**
 * Cuts a corpus into N streams of equal length. Each has one token more than it reads, the target of its last, with
 * which the next one begins.
 *
 * @throws RangeError when the corpus has no N + 1 tokens
 */
export function cutIntoStreams(corpus: Corpus, batch: number): Corpus[] {
  const length = Math.floor((corpus.length - 1) / batch);
  if (length < 1) {
    throw new RangeError(`${batch} streams need at least ${batch + 1} tokens, and there are ${corpus.length}`);
  }
  return Array.from({ length: batch }, (_, n) => sliceCorpus(corpus, n * length, (n + 1) * length + 1));
}

/** One chunk of all streams, step after step: `inputs[t * N + n]` is followed by `targets[t * N + n]`. */
export interface Chunk {
  steps: number;
  inputs: Int32Array;
  targets: Int32Array;
}

/** Streams that are read in parallel. */
export class Streams {
  /** N */
  readonly batch: number;
  /** T */
  readonly steps: number;
  /** Chunks in one pass over the streams. */
  readonly chunks: number;
  readonly #streams: readonly Corpus[];

  /**
   * @param streams N of equal length, at least two tokens
   * @param steps T, fewer where the streams are shorter
   */
  constructor(streams: readonly Corpus[], steps: number) {
    const length = Math.min(...streams.map((stream) => stream.length)) - 1;
    this.batch = streams.length;
    this.steps = Math.min(steps, length);
    this.chunks = Math.floor(length / this.steps);
    this.#streams = streams;
  }

  /** Chunk `index`, which continues chunk `index` - 1. A rest shorter than a chunk is left out. */
  chunk(index: number): Chunk {
    const { batch: N, steps: T } = this;
    const inputs = new Int32Array(N * T);
    const targets = new Int32Array(N * T);
    for (const [n, stream] of this.#streams.entries()) {
      const ids = stream.read(index * T, (index + 1) * T + 1);
      for (let t = 0; t < T; t++) {
        inputs[t * N + n] = ids[t]!;
        targets[t * N + n] = ids[t + 1]!;
      }
    }
    return { steps: T, inputs, targets };
  }
}

/** Tokens that are enough to know how frequent each is. */
const COUNTED = 2 ** 20;

/** How often each of V tokens comes among the first million of some corpora that follow one another, [V]. */
export function countIds(corpora: readonly Corpus[], V: number): Uint32Array {
  const counts = new Uint32Array(V);
  let left = COUNTED;
  for (const { length, read } of corpora) {
    const ids = read(0, Math.min(length, left));
    for (let i = 0; i < ids.length; i++) counts[ids[i]!]! += 1;
    left -= ids.length;
  }
  return counts;
}
