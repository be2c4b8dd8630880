/**
 * All runs of up to `order` tokens of some sequences, with their counts, as a trie in flat arrays: 16 bytes for each
 * different run, so that the ten-token runs of a text of 5 MB fit into some 200 MB. Knows no probabilities.
 */
import { partOf, type Steps } from '../base/steps.ts';

/** Positions that are worked on between two steps. */
const STEP = 2 ** 16;

/** The k-grams of one length k. Those that continue the same (k-1)-gram stand together, by rising last token. */
export interface NgramLevel {
  /** The last token of each k-gram. */
  tokens: Uint32Array;
  /** How often each comes. */
  counts: Uint32Array;
  /**
   * How many different tokens stand before each, and how often it begins a sequence: what Kneser-Ney smoothing takes
   * for the count of a shorter run. Empty in the last level, which has nothing longer.
   */
  continuations: Uint32Array;
  /** The (k+1)-grams that continue k-gram i are number `children[i]` to `children[i + 1]` - 1. Empty in the last level. */
  children: Uint32Array;
}

/** The sequences, one after another. */
interface JoinedText {
  tokens: Uint32Array;
  /** Tokens of its sequence that are left from each position on, at most `order`. */
  room: Uint8Array;
  /** Where sequences begin. */
  starts: number[];
}

/**
 * Counts the n-grams of sequences; none reaches over the end of its sequence.
 *
 * Positions are sorted by the k-gram that begins at them, level by level, each in linear time: they are visited in the
 * order of their token k + 1 and put one after another into the group of their k-gram (a radix sort).
 *
 * @param vocabulary V; token ids are below it
 * @returns levels 0 (the empty run) to `order`
 */
export function* ngramTrieSteps(
  sequences: readonly ArrayLike<number>[],
  order: number,
  vocabulary: number,
): Steps<NgramLevel[]> {
  const text = joined(sequences, order);
  const N = text.tokens.length;
  const byToken = yield* partOf(positionsByToken(text.tokens, vocabulary), 0, 0);
  const root = { tokens: Uint32Array.of(0), counts: Uint32Array.of(N), continuations: EMPTY, children: EMPTY };
  const levels: NgramLevel[] = [root];
  /** For each position the number, in the last level, of the k-gram that begins there. */
  let numbers = new Uint32Array(N);
  let longerNumbers = new Uint32Array(N);
  for (let k = 0; k < order; k++) {
    const level = levels[k]!;
    yield k / order;
    if (k > 0) level.continuations = countStarts(level.tokens.length, numbers, k, text);
    const positions = yield* partOf(sortByNext(level, k, text, numbers, byToken), k / order, (k + 0.5) / order);
    const longer = extend(level, k, text, positions, numbers, longerNumbers);
    levels.push(yield* partOf(longer, (k + 0.5) / order, (k + 1) / order));
    [numbers, longerNumbers] = [longerNumbers, numbers];
  }
  return levels;
}

const EMPTY = new Uint32Array();

function joined(sequences: readonly ArrayLike<number>[], order: number): JoinedText {
  const N = sequences.reduce((sum, { length }) => sum + length, 0);
  const tokens = new Uint32Array(N);
  const room = new Uint8Array(N);
  const starts: number[] = [];
  let at = 0;
  for (const sequence of sequences) {
    if (sequence.length > 0) starts.push(at);
    tokens.set(sequence, at);
    for (let i = 0; i < sequence.length; i++) room[at + i] = Math.min(order, sequence.length - i);
    at += sequence.length;
  }
  return { tokens, room, starts };
}

/** All positions, by rising token. */
function* positionsByToken(tokens: Uint32Array, vocabulary: number): Steps<Uint32Array> {
  const counts = new Uint32Array(vocabulary);
  for (const token of tokens) counts[token]!++;
  const next = startsOf(counts);
  const positions = new Uint32Array(tokens.length);
  for (let position = 0; position < tokens.length; position++) {
    if (position % STEP === 0) yield position / tokens.length;
    positions[next[tokens[position]!]!++] = position;
  }
  return positions;
}

/** Positions by what begins at them: those of k-gram i stand from `begins[i]` to `ends[i]` - 1. */
interface SortedPositions {
  sorted: Uint32Array;
  begins: Uint32Array;
  ends: Uint32Array;
}

/** Positions that have k + 1 tokens, sorted by them. */
function* sortByNext(
  level: NgramLevel,
  k: number,
  { room }: JoinedText,
  numbers: Uint32Array,
  byToken: Uint32Array,
): Steps<SortedPositions> {
  const begins = startsOf(level.counts);
  const ends = begins.slice();
  const sorted = new Uint32Array(byToken.length);
  for (let i = 0; i < byToken.length; i++) {
    if (i % STEP === 0) yield i / byToken.length;
    const position = byToken[i]! - k;
    if (position >= 0 && room[position]! > k) sorted[ends[numbers[position]!]!++] = position;
  }
  return { sorted, begins, ends };
}

/** The level of the (k+1)-grams. Fills the children and continuations of the level below, and `longerNumbers`. */
function* extend(
  level: NgramLevel,
  k: number,
  { tokens: text }: JoinedText,
  { sorted, begins, ends }: SortedPositions,
  numbers: Uint32Array,
  longerNumbers: Uint32Array,
): Steps<NgramLevel> {
  const tokens = new Uint32Array(text.length);
  const counts = new Uint32Array(text.length);
  level.children = new Uint32Array(level.counts.length + 1);
  let size = 0;
  let pause = 0;
  for (let parent = 0; parent < level.counts.length; parent++) {
    // Many have no positions, a few have most of them: short k-grams.
    if (parent % STEP === 0 || begins[parent]! >= pause) {
      yield begins[parent]! / sorted.length;
      pause = begins[parent]! + STEP;
    }
    for (let i = begins[parent]!; i < ends[parent]!; i++) {
      const position = sorted[i]!;
      const token = text[position + k]!;
      if (i === begins[parent] || token !== tokens[size - 1]) {
        tokens[size++] = token;
        // One more token that stands before the k-gram at the next position.
        if (k > 0) level.continuations[numbers[position + 1]!]!++;
      }
      counts[size - 1]!++;
      longerNumbers[position] = size - 1;
    }
    level.children[parent + 1] = size;
  }
  return { tokens: tokens.slice(0, size), counts: counts.slice(0, size), continuations: EMPTY, children: EMPTY };
}

/** How often each of `size` k-grams begins a sequence. */
function countStarts(size: number, numbers: Uint32Array, k: number, { room, starts }: JoinedText): Uint32Array {
  const counts = new Uint32Array(size);
  for (const start of starts) if (room[start]! >= k) counts[numbers[start]!]!++;
  return counts;
}

/** Where each group starts when groups of these sizes stand one after another. */
function startsOf(sizes: Uint32Array): Uint32Array {
  const starts = new Uint32Array(sizes.length);
  for (let i = 1; i < sizes.length; i++) starts[i] = starts[i - 1]! + sizes[i - 1]!;
  return starts;
}
