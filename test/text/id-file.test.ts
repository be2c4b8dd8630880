import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { openIds, writeIds } from '../../src/text/id-file.ts';
import { expectInputError } from '../input-error.ts';
import { temporaryFolder } from '../training/small-training.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

const random = new Random(1);

/** Ids below V, in pieces of several sizes. */
async function* pieces(ids: readonly number[]): AsyncGenerator<number[]> {
  for (let start = 0; start < ids.length; start += 70_000) yield ids.slice(start, start + 70_000);
}

describe.each([2, 256, 257, 65_536, 65_537, 3_000_000])('ids of a vocabulary of %i', (V) => {
  const file = join(root, `ids-${V}`);
  const ids = Array.from({ length: 300_000 }, () => random.integer(V));
  ids[7] = V - 1;

  it('are read as they were written, from wherever', async () => {
    await writeIds(file, pieces(ids), V);
    const corpus = openIds(file, V);
    expect(corpus.length).toBe(ids.length);
    for (const [start, end] of [
      [0, 20],
      [65_530, 65_540],
      [16_380, 131_100],
      [299_990, 300_000],
      [5, 5],
      ...Array.from({ length: 100 }, () => random.integer(299_900)).map((at) => [at, at + 100]),
    ] as [number, number][]) {
      expect(Array.from(corpus.read(start, end))).toEqual(ids.slice(start, end));
    }
    expect(() => corpus.read(299_990, 300_001)).toThrow(RangeError);
    corpus.close();
  });
});

describe('a file of ids', () => {
  it('takes one byte for each token of a small vocabulary', async () => {
    const file = join(root, 'small');
    await writeIds(file, pieces([1, 2, 3]), 100);
    const corpus = openIds(file, 100);
    expect(corpus.length).toBe(3);
    expect(corpus.read(0, 3)).toBeInstanceOf(Uint8Array);
    corpus.close();
  });

  it('that can not be written is one line', async () => {
    await writeIds(join(root, 'file'), pieces([1]), 10);
    await expectInputError(
      writeIds(join(root, 'file', 'below'), pieces([1]), 10),
      /^cannot write .*below: found a file where its folder is to be/,
    );
  });

  it('is not left half written when its source fails, whose error stays what it was', async () => {
    const failure = new Error('the source failed');
    const failing = async function* () {
      yield [1];
      throw failure;
    };
    await expect(writeIds(join(root, 'never'), failing(), 10)).rejects.toBe(failure);
    expect(() => openIds(join(root, 'never'), 10)).toThrow('ENOENT');
  });
});
