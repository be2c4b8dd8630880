import { describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { runAtOnce } from '../../src/base/steps.ts';
import { beamSearch } from '../../src/decoding/beam-search.ts';
import { NgramModel } from '../../src/text/ngram-model.ts';
import { ngramTrieSteps } from '../../src/text/ngram-trie.ts';

const V = 5;
const ORDER = 4;

/** Sequences with a pattern in them, so that long runs come again: each token depends on the two before it. */
function sequencesOf(count: number, length: number, seed: number): number[][] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => {
    const tokens = [random.integer(V), random.integer(V)];
    while (tokens.length < length) {
      const expected = (2 * tokens.at(-1)! + tokens.at(-2)! + 1) % V;
      tokens.push(random.uniform() < 0.6 ? expected : random.integer(V));
    }
    return tokens;
  });
}

const sequences = [...sequencesOf(12, 40, 1), [3], []];
const heldOut = sequencesOf(3, 50, 2);
const model = new NgramModel(sequences, { order: ORDER, vocabulary: V });

/** All k-grams with how often they come, by a map. */
function naiveCounts(k: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (const sequence of sequences) {
    for (let i = 0; i + k <= sequence.length; i++) {
      const key = sequence.slice(i, i + k).join(' ');
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return counts;
}

/** Kneser-Ney's counts of k-grams: what different tokens stand before each, and how often it begins a sequence. */
function naiveContinuations(k: number): Map<string, number> {
  const counts = new Map<string, number>();
  const add = (key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const longer of naiveCounts(k + 1).keys()) add(longer.slice(longer.indexOf(' ') + 1));
  for (const sequence of sequences) if (sequence.length >= k) add(sequence.slice(0, k).join(' '));
  return counts;
}

/** The equation as it stands in the paper, by recursion. */
function naiveProbability(history: readonly number[], token: number, order: number, highest = true): number {
  if (order === 0) return 1 / V;
  const counts = highest ? naiveCounts(order) : naiveContinuations(order);
  const context = history.slice(history.length - (order - 1));
  const lower = naiveProbability(history, token, order - 1, false);
  if (context.length < order - 1) return lower;
  const follower = (w: number) => counts.get([...context, w].join(' ')) ?? 0;
  const followers = Array.from({ length: V }, (_, w) => follower(w));
  const total = followers.reduce((sum, count) => sum + count, 0);
  if (total === 0) return lower;
  const of = (n: number) => [...counts.values()].filter((count) => count === n).length;
  const [n1, n2, n3, n4] = [of(1), of(2), of(3), of(4)];
  const y = n1 / (n1 + 2 * n2);
  let D = [0, 1 - (2 * y * n2) / n1, 2 - (3 * y * n3) / n2, 3 - (4 * y * n4) / n3];
  if (!D.every((d) => d >= 0) || D[3]! > 3) D = [0, 0.5, 1, 1.5];
  const discount = (count: number) => D[Math.min(count, 3)]!;
  const removed = followers.reduce((sum, count) => sum + discount(count), 0);
  return (follower(token) - discount(follower(token)) + removed * lower) / total;
}

describe('an n-gram trie', () => {
  const levels = runAtOnce(ngramTrieSteps(sequences, ORDER, V));

  /** The k-grams of a level as text, by walking from the root. */
  function spelled(k: number, level = 0, parent = 0, prefix: number[] = []): [string, number][] {
    if (level === k) return [[prefix.join(' '), parent]];
    const { children } = levels[level]!;
    return Array.from({ length: children[parent + 1]! - children[parent]! }, (_, i) => children[parent]! + i).flatMap(
      (child) => spelled(k, level + 1, child, [...prefix, levels[level + 1]!.tokens[child]!]),
    );
  }

  it.each([1, 2, 3, 4])('holds the %i-grams with their counts', (k) => {
    const counts = spelled(k).map(([text, i]) => [text, levels[k]!.counts[i]]);
    expect(counts.length).toBe(levels[k]!.tokens.length);
    expect(new Map(counts as [string, number][])).toEqual(naiveCounts(k));
  });

  it.each([1, 2, 3])('holds how many tokens stand before the %i-grams', (k) => {
    const counts = spelled(k).map(([text, i]) => [text, levels[k]!.continuations[i]]);
    expect(new Map(counts as [string, number][])).toEqual(naiveContinuations(k));
  });
});

describe('an n-gram model', () => {
  it.each([1, 2, 3, 4])("of order %i has the paper's probabilities, also after contexts never seen", (order) => {
    for (const sequence of heldOut) {
      const expected = sequence.map((token, i) => Math.log(naiveProbability(sequence.slice(0, i), token, order)));
      for (const [i, logProb] of model.logProbs(sequence, order).entries()) expect(logProb).toBeCloseTo(expected[i]!);
    }
  });

  it.each([1, 2, 3, 4])('of order %i gives decoders the same probabilities, and they sum to one', (order) => {
    const step = model.begin(order);
    const [one, other] = [heldOut[0]!, heldOut[1]!];
    const logProbs = [one, other].map((sequence) => model.logProbs(sequence, order));
    for (let t = 0; t < 20; t++) {
      // The rows change places at each step.
      const rows = t % 2 === 0 ? [one, other] : [other, one];
      const distribution = step(
        rows.map((sequence) => sequence[t]!),
        t === 0 ? [0, 1] : [1, 0],
      );
      for (const [row, sequence] of rows.entries()) {
        const next = distribution.subarray(row * V, (row + 1) * V);
        expect(next.reduce((sum, logProb) => sum + Math.exp(logProb), 0)).toBeCloseTo(1, 5);
        expect(next[sequence[t + 1]!]).toBeCloseTo(logProbs[sequence === one ? 0 : 1]![t + 1]!, 5);
      }
    }
  });

  it('measures the losses of all orders, and the pattern of two tokens shows in them', () => {
    const losses = model.losses(heldOut);
    for (const [i, loss] of losses.entries()) {
      const logProbs = heldOut.flatMap((sequence) => [...model.logProbs(sequence, i + 1)]);
      expect(loss).toBeCloseTo(-logProbs.reduce((sum, logProb) => sum + logProb, 0) / logProbs.length);
    }
    expect(losses[2]).toBeLessThan(Math.min(losses[0]!, losses[1]!) - 0.1);
  });

  it('never predicts the token that sequences begin with, and writes what is likeliest after it', () => {
    const [START, END, A, B] = [0, 1, 2, 3] as const;
    const lines = [...Array(6).fill([START, A, B, END]), ...Array(3).fill([START, B, A, B, END])];
    const ofLines = new NgramModel(lines, { order: 3, vocabulary: 4, start: START });
    expect(ofLines.logProbs([START, A, B, END])).toHaveLength(3);
    const first = ofLines.begin()([START], [0]);
    expect(first[START]).toBe(Number.NEGATIVE_INFINITY);
    expect(first.reduce((sum, logProb) => sum + Math.exp(logProb), 0)).toBeCloseTo(1);
    const [[best] = []] = beamSearch(ofLines.begin(), 1, {
      start: START,
      end: END,
      beam: 3,
      maxLength: 5,
      lengthPenalty: 0,
    });
    expect(best?.tokens).toEqual([A, B]);
    expect(best?.logProb).toBeCloseTo(
      ofLines.logProbs([START, A, B, END]).reduce((sum, logProb) => sum + logProb, 0),
      5,
    );
  });

  it('gives every token a probability when it has learned from next to nothing', () => {
    for (const tiny of [[], [[]], [[1]], [[1, 1]]]) {
      const logProbs = new NgramModel(tiny, { order: 3, vocabulary: V }).logProbs([0, 1, 2]);
      for (const logProb of logProbs) expect(logProb).toBeGreaterThan(Number.NEGATIVE_INFINITY);
    }
  });
});
