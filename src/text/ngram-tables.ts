/**
 * The counts of the n-grams of sequences and what is taken off them by modified Kneser-Ney (Chen and Goodman 1999, section
 * 3), from which `ngram-model.ts` makes probabilities. It knows no words.
 */
import { partOf, type Steps } from '../base/steps.ts';
import { type NgramLevel, ngramTrieSteps } from './ngram-trie.ts';

export interface NgramOptions {
  /** The longest run of tokens that is counted; memory grows with it. */
  order: number;
  /** V; token ids are below it. */
  vocabulary: number;
  /** The token that each sequence begins with and that is never predicted, where there is one. */
  start?: number;
}

/** What is taken off a count of 1, of 2, of 3 and more (of 0: nothing). */
type Discounts = readonly [zero: 0, one: number, two: number, more: number];

/** The counts of one level that distributions are made from, with their discounts. */
export interface NgramTable {
  counts: Uint32Array;
  discounts: Discounts;
  /** By the number of a context with many followers, so that they are not summed up again for each token. */
  masses: Map<number, Mass>;
}

/** The n-grams of sequences, level by level. */
export interface CountedNgrams {
  levels: readonly NgramLevel[];
  /** Of level k: the plain counts for a model of order k, the continuations for longer models that fall back on it. */
  highest: readonly NgramTable[];
  lower: readonly NgramTable[];
}

/** Of what follows a context: the sum of the counts, and what discounting takes off it. */
export interface Mass {
  total: number;
  removed: number;
}

/** Counts n-grams and estimates the discounts of their levels. */
export function* countNgramsSteps(
  sequences: readonly ArrayLike<number>[],
  { order, vocabulary, start }: NgramOptions,
): Steps<CountedNgrams> {
  const levels = yield* partOf(ngramTrieSteps(sequences, order, vocabulary), 0, 0.9);
  const highest: NgramTable[] = [];
  const lower: NgramTable[] = [];
  for (const [k, { tokens, counts, continuations }] of levels.entries()) {
    // As if the start token never came: nothing is to be predicted by it.
    const unpredicted = k === 1 && start !== undefined ? tokens.indexOf(start) : -1;
    yield 0.9 + (0.1 * k) / levels.length;
    highest.push(tableOf(counts, unpredicted));
    yield 0.9 + (0.1 * (k + 0.5)) / levels.length;
    lower.push(tableOf(continuations, unpredicted));
  }
  return { levels, highest, lower };
}

/** @param unpredicted the number of an n-gram that counts as never seen, or -1 */
function tableOf(counts: Uint32Array, unpredicted: number): NgramTable {
  if (unpredicted !== -1 && counts.length > 0) counts[unpredicted] = 0;
  return { counts, discounts: discountsOf(counts), masses: new Map() };
}

/** By how many runs come once, twice, three and four times (Chen and Goodman 1999, equation 26). */
function discountsOf(counts: Uint32Array): Discounts {
  const [, n1, n2, n3, n4] = histogram(counts);
  const y = n1 / (n1 + 2 * n2);
  const [one, two, more] = [1 - (2 * y * n2) / n1, 2 - (3 * y * n3) / n2, 3 - (4 * y * n4) / n3];
  const sound = one >= 0 && two >= 0 && more >= 0 && more <= 3;
  return sound ? [0, one, two, more] : FALLBACK;
}

/** For tables too small for an estimate (KenLM's `--discount_fallback`). */
const FALLBACK: Discounts = [0, 0.5, 1, 1.5];

function histogram(counts: Uint32Array): [number, number, number, number, number] {
  const found: [number, number, number, number, number] = [0, 0, 0, 0, 0];
  for (const count of counts) if (count <= 4) found[count]!++;
  return found;
}
