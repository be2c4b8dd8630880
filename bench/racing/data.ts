/** What several races work on. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../../src/base/random.ts';

/** Characters of `markovText`. */
export const CHARACTERS = 65;

/** Runs a race with a folder for its files, which is deleted afterwards. */
export async function inTemporaryFolder<Result>(race: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'race-'));
  try {
    return await race(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Runs a race on a file with half a million characters of `markovText`. */
export function withText<Result>(race: (file: string) => Promise<Result>): Promise<Result> {
  return inTemporaryFolder(async (folder) => {
    const file = join(folder, 'text');
    await writeFile(file, markovText(500_001));
    return race(file);
  });
}

/** A Markov chain: three times in four a character follows from the one before, else it is any. 1.6 nats of entropy. */
function markovText(length: number): Uint8Array {
  const random = new Random(1);
  const ids = new Uint8Array(length);
  for (let i = 1; i < length; i++) {
    const follows = random.uniform() < 0.75;
    ids[i] = follows ? ((ids[i - 1] ?? 0) * 7 + 3) % CHARACTERS : random.integer(CHARACTERS);
  }
  return ids;
}

/** A text as lines of 50 characters. */
export function linesOf(text: Uint8Array): number[][] {
  return Array.from({ length: Math.floor(text.length / 50) }, (_, i) => [...text.subarray(i * 50, (i + 1) * 50)]);
}
