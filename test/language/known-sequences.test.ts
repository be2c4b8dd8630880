import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hashOfSequence, KnownSequences } from '../../src/language/known-sequences.ts';
import { expectInputError } from '../input-error.ts';
import { temporaryFolder } from '../training/small-training.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

const of = (...texts: string[]) => new KnownSequences(Uint32Array.from(texts, (text) => hashOfSequence([...text])));

describe('the hash of a sequence', () => {
  it('is of its text, however that is cut into tokens', () => {
    expect(hashOfSequence(['a', ' b'])).toBe(hashOfSequence(['a', ' ', 'b']));
  });

  it('is spread evenly over 32 bits, for texts that differ by a letter', () => {
    const hashes = Array.from({ length: 20_000 }, (_, i) => hashOfSequence([`name ${i}`]));
    expect(new Set(hashes).size).toBeGreaterThan(19_997);
    for (const share of [0.01, 0.1, 0.5]) {
      const below = hashes.filter((hash) => hash < share * 2 ** 32).length;
      const deviation = Math.sqrt(20_000 * share * (1 - share));
      expect(Math.abs(below - 20_000 * share)).toBeLessThan(4 * deviation);
    }
  });
});

describe('known sequences', () => {
  it('are told from others, and counted once', async () => {
    const known = of('emma', 'ava', 'emma');
    expect(known.size).toBe(2);
    expect(['emma', 'ava', 'av', 'avaa', ''].map((text) => known.has([...text]))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(of().has([])).toBe(false);
    const more = known.with(of('mia', 'ava'));
    expect([more.size, more.has([...'mia']), more.has([...'emma'])]).toEqual([3, true, true]);
  });

  it('are read as they were saved', async () => {
    await of('emma', 'ava').save(root);
    const read = (await KnownSequences.read(root))!;
    expect([read.size, read.has([...'ava']), read.has([...'mia'])]).toEqual([2, true, false]);
    await writeFile(join(root, 'training-sequences.bin'), 'abc');
    await expectInputError(
      KnownSequences.read(root),
      /training-sequences\.bin is damaged: found 3 bytes, expected four for each sequence/,
    );
    expect(await KnownSequences.read(join(root, 'none'))).toBeUndefined();
  });
});
