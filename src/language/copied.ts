/** How much of a text was copied from others, by its runs of tokens. It knows no words. */
import type { Steps } from '../base/steps.ts';
import type { Corpus } from '../text/corpus.ts';

/** Tokens of the corpus that are read at once. */
const PIECE = 1 << 16;
/** The base of the rolling hash (Karp and Rabin 1987), modulo 2³². */
const BASE = 0x01000193;

/**
 * How much of some texts stands in corpora, which may be larger than memory: for each text the share of its runs of `n`
 * tokens that are in a corpus too. The corpora are read once.
 *
 * @param texts token ids; a text shorter than `n` has the share 0
 */
export function* sharesCopiedSteps(
  texts: readonly ArrayLike<number>[],
  corpora: readonly Corpus[],
  n: number,
): Steps<number[]> {
  const runs = texts.map((text) =>
    Array.from({ length: Math.max(0, text.length - n + 1) }, (_, i) => runAt(text, i, n)),
  );
  /** Runs that were not found so far, by their hashes. */
  const missing = new Map<number, Set<string>>();
  for (const { hash, key } of runs.flat()) missing.set(hash, (missing.get(hash) ?? new Set()).add(key));

  const total = corpora.reduce((sum, { length }) => sum + length, 0);
  let read = 0;
  for (const corpus of corpora) {
    for (let start = 0; start + n <= corpus.length; start += PIECE) {
      yield Math.min(1, read / total);
      read += PIECE;
      const piece = corpus.read(start, Math.min(corpus.length, start + PIECE + n - 1));
      for (const [i, hash] of rollingHashes(piece, n).entries()) {
        const keys = missing.get(hash);
        if (!keys) continue;
        keys.delete(runAt(piece, i, n).key);
        if (keys.size === 0) missing.delete(hash); // else a text that repeats itself is looked up at every token
      }
    }
  }
  return runs.map((ofText) => {
    const found = ofText.filter(({ hash, key }) => !missing.get(hash)?.has(key));
    return found.length / Math.max(1, ofText.length);
  });
}

function runAt(text: ArrayLike<number>, start: number, n: number): { hash: number; key: string } {
  const run = Array.from({ length: n }, (_, i) => text[start + i]!);
  return { hash: rollingHashes(run, n)[0]!, key: run.join(' ') };
}

/** The hash of each run of `n` tokens, each from the one before it. */
function rollingHashes(tokens: ArrayLike<number>, n: number): Int32Array {
  const hashes = new Int32Array(Math.max(0, tokens.length - n + 1));
  let highest = 1;
  for (let i = 1; i < n; i++) highest = Math.imul(highest, BASE);
  let hash = 0;
  for (let i = 0; i < tokens.length; i++) {
    if (i >= n) hash = (hash - Math.imul(tokens[i - n]! + 1, highest)) | 0;
    hash = (Math.imul(hash, BASE) + tokens[i]! + 1) | 0;
    if (i >= n - 1) hashes[i - n + 1] = hash;
  }
  return hashes;
}
