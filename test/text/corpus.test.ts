import { describe, expect, it } from 'vitest';
import { type Chunk, corpusOf, countIds, cutIntoStreams, Streams, sliceCorpus } from '../../src/text/corpus.ts';

/** A corpus in which every token is its own place. */
const places = (length: number) => corpusOf(Uint32Array.from({ length }, (_, place) => place));

describe.each([
  { length: 101, batch: 4, steps: 5 },
  { length: 100, batch: 4, steps: 5 },
  { length: 1000, batch: 7, steps: 13 },
  { length: 50, batch: 1, steps: 50 },
  { length: 30, batch: 3, steps: 100 },
  { length: 9, batch: 8, steps: 5 },
])('streams of a corpus of $length tokens, batch $batch, $steps steps', ({ length, batch, steps }) => {
  const streams = new Streams(cutIntoStreams(places(length), batch), steps);
  const chunks = Array.from({ length: streams.chunks }, (_, i) => streams.chunk(i));

  it('give chunks of the same shape', () => {
    expect(streams.steps).toBe(Math.min(steps, Math.floor((length - 1) / batch)));
    for (const { inputs, targets, ...chunk } of chunks) {
      expect(chunk.steps).toBe(streams.steps);
      expect([inputs.length, targets.length]).toEqual([batch * streams.steps, batch * streams.steps]);
    }
  });

  it('give every input the token that follows it as its target', () => {
    for (const { inputs, targets } of chunks) {
      expect(Array.from(targets)).toEqual(Array.from(inputs, (place) => place + 1));
    }
  });

  it('go on within a chunk and in the next where they stopped', () => {
    for (let n = 0; n < batch; n++) {
      const stream = chunks.flatMap((chunk) => streamOf(chunk, n, batch));
      expect(stream).toEqual(Array.from({ length: stream.length }, (_, t) => stream[0]! + t));
    }
  });

  it('never read a token twice, and leave out less than a chunk and a stream', () => {
    const read = chunks.flatMap(({ inputs }) => [...inputs]);
    expect(new Set(read).size).toBe(read.length);
    expect(Math.max(...read)).toBeLessThan(length - 1);
    expect(length - read.length).toBeLessThanOrEqual(batch * streams.steps + batch);
  });
});

describe('streams', () => {
  it('need one token more than there are streams', () => {
    expect(new Streams(cutIntoStreams(places(5), 4), 10)).toMatchObject({ batch: 4, steps: 1, chunks: 1 });
    expect(() => cutIntoStreams(places(4), 4)).toThrow(/4 streams need at least 5 tokens, and there are 4/);
    expect(() => cutIntoStreams(places(0), 1)).toThrow(RangeError);
  });
});

describe('a part of a corpus', () => {
  it('begins and ends where it says', () => {
    const part = sliceCorpus(sliceCorpus(places(100), 10, 90), 5, 25);
    expect(part.length).toBe(20);
    expect(Array.from(part.read(0, 3))).toEqual([15, 16, 17]);
    expect(Array.from(part.read(18, 20))).toEqual([33, 34]);
  });
});

describe('countIds', () => {
  it('counts the tokens of all parts', () => {
    const parts = [corpusOf(Uint32Array.of(0, 1, 1, 3)), corpusOf(Uint32Array.of(3, 3))];
    expect([...countIds(parts, 5)]).toEqual([1, 2, 0, 3, 0]);
  });

  it('reads no more than the first million of a text of any size', () => {
    let read = 0;
    const endless = {
      length: 1e12,
      read(start: number, end: number) {
        read += end - start;
        return new Uint32Array(end - start).fill(1);
      },
    };
    expect([...countIds([corpusOf(Uint32Array.of(0)), endless, endless], 2)]).toEqual([1, 2 ** 20 - 1]);
    expect(read).toBe(2 ** 20 - 1);
  });
});

/** What stream n reads in a chunk. */
function streamOf({ inputs, steps }: Chunk, n: number, batch: number): number[] {
  return Array.from({ length: steps }, (_, t) => inputs[t * batch + n]!);
}
