import { describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { type SequenceSamplingOptions, sampleSequences } from '../../src/decoding/sample-sequences.ts';
import type { StepFunction } from '../../src/decoding/step.ts';
import { constantDistribution, type Distribution, randomDistribution, stepsOf } from './fake-steps.ts';

const START = 0;
const END = 1;
const V = 5;
const options: SequenceSamplingOptions = {
  start: START,
  end: END,
  maxLength: 6,
  temperature: 1,
  forbidden: [START],
  allowRepeats: true,
};

const sample = (
  distribution: Distribution,
  sources: number,
  changed: Partial<SequenceSamplingOptions> = {},
  seed = 1,
) =>
  sampleSequences(stepsOf(distribution), new Array<Random>(sources).fill(new Random(seed)), {
    ...options,
    ...changed,
  });

describe('sampleSequences draws', () => {
  it('each sequence as often as it is likely', () => {
    const distribution = randomDistribution(3, 2); // START, END and one token
    const DRAWS = 20_000;
    const [drawn] = sample(distribution, 1, { samples: DRAWS, maxLength: 2 });
    for (const length of [0, 1, 2]) {
      let expected = 1;
      for (let i = 0; i < length; i++) expected *= shareOf(distribution, i, 2);
      if (length < 2) expected *= shareOf(distribution, length, END);
      const share = drawn!.filter(({ tokens }) => tokens.length === length).length / DRAWS;
      expect(Math.abs(share - expected)).toBeLessThan(0.01); // three standard deviations
    }
  });

  it('for several sources from what each of them says', () => {
    const sources: Distribution = (source) =>
      [0, source === 0 ? 1 : 0, source === 1 ? 1 : 0, source === 2 ? 1 : 0, 0].map(Math.log);
    const drawn = sample(sources, 3, { samples: 2 });
    expect(drawn.map((sequences) => sequences.map(({ tokens }) => String(tokens)))).toEqual([
      ['', ''],
      ['2,2,2,2,2,2', '2,2,2,2,2,2'],
      ['3,3,3,3,3,3', '3,3,3,3,3,3'],
    ]);
  });

  it('other sequences in each sample, the same ones for the same seed', () => {
    const [first, again, other] = [1, 1, 2].map((seed) => sample(randomDistribution(V, 3), 4, { samples: 5 }, seed));
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    for (const sequences of first!)
      expect(new Set(sequences.map(({ tokens }) => String(tokens))).size).toBeGreaterThan(1);
  });

  it('for each source by its own randomness, whatever the others draw', () => {
    const distribution = randomDistribution(V, 3);
    const draw = (seeds: number[]) =>
      sampleSequences(
        stepsOf((_, tokens) => distribution(0, tokens)),
        seeds.map((seed) => new Random(seed)),
        { ...options, samples: 5 },
      );
    const [alone] = draw([1]);
    const [other, same, too] = draw([2, 1, 1]);
    expect(same).toEqual(alone);
    expect(too).toEqual(alone);
    expect(other).not.toEqual(alone);
  });

  it('the likeliest tokens at temperature 0', () => {
    const likeliest = constantDistribution([0.1, 0.1, 0.2, 0.35, 0.25]);
    expect(sample(likeliest, 1, { temperature: 0 })[0]?.[0]?.tokens).toEqual([3, 3, 3, 3, 3, 3]);
    expect(sample(likeliest, 1, { temperature: 0, allowRepeats: false })[0]?.[0]?.tokens).toEqual([3, 4, 3, 4, 3, 4]);
  });
});

describe('a sampled sequence', () => {
  it("has the model's log-probabilities of its tokens and of its end, whatever the temperature", () => {
    const distribution = randomDistribution(V, 6);
    for (const temperature of [0.5, 1, 2]) {
      for (const [source, sequences] of sample(distribution, 3, { temperature, samples: 20 }).entries()) {
        for (const { tokens, logProbs, logProb } of sequences) {
          const path = tokens.length < options.maxLength ? [...tokens, END] : tokens;
          expect(logProbs).toEqual(
            path.map((token, i) => Math.fround(distribution(source, [START, ...tokens.slice(0, i)])[token]!)),
          );
          expect(logProb).toBeCloseTo(logProbs.reduce((sum, x) => sum + x, 0));
        }
      }
    }
  });

  it('holds no forbidden token, however likely, and no repeat where they are suppressed', () => {
    const likely = constantDistribution([0.6, 0.05, 0.3, 0.03, 0.02]);
    for (const { tokens } of sample(likely, 1, { samples: 500, allowRepeats: false })[0]!) {
      expect(tokens).not.toContain(START);
      expect(tokens.some((token, i) => token === tokens[i + 1])).toBe(false);
    }
  });

  it('is as long as it must be and no longer than it may be', () => {
    const drawn = sample(constantDistribution([0, 0.5, 0.2, 0.2, 0.1]), 1, {
      samples: 300,
      minLength: 2,
      maxLength: 4,
    });
    const lengths = new Set(drawn[0]!.map(({ tokens }) => tokens.length));
    expect([...lengths].toSorted()).toEqual([2, 3, 4]);
  });

  it('is cut off, without an end, where it is too long or nothing may follow', () => {
    const endless = constantDistribution([0, 0, 0.5, 0.3, 0.2]);
    for (const { tokens, logProbs } of sample(endless, 2).flat()) {
      expect(tokens).toHaveLength(6);
      expect(logProbs).toHaveLength(6);
    }
    const nothing: Distribution = (_, { length }) =>
      new Array<number>(V).fill(length < 3 ? Math.log(1 / V) : -Infinity);
    for (const { tokens, logProbs } of sample(nothing, 1, { samples: 50, forbidden: [START, END] })[0]!) {
      expect(tokens).toHaveLength(2);
      expect(logProbs).toHaveLength(2);
    }
    expect(sample(() => new Array<number>(V).fill(Number.NaN), 1)).toEqual([
      [{ tokens: [], logProbs: [], logProb: 0 }],
    ]);
  });
});

it('sampleSequences computes one row for sequences that are the same so far, and none for those that have ended', () => {
  const rows: number[] = [];
  const steps = stepsOf((source, { length }) => (length === source + 1 ? [0, 1, 0] : [0, 0, 1]).map(Math.log));
  const counted: StepFunction = (tokens, parents) => {
    rows.push(tokens.length);
    return steps(tokens, parents);
  };
  const drawn = sampleSequences(counted, new Array<Random>(3).fill(new Random(1)), { ...options, samples: 4 });
  expect(drawn.map((sequences) => sequences.map(({ tokens }) => tokens.length))).toEqual(
    [0, 1, 2].map((length) => [length, length, length, length]),
  );
  expect(rows).toEqual([3, 2, 1]);
});

it('sampleSequences computes different sequences in rows of their own', () => {
  const rows: number[] = [];
  const distribution = randomDistribution(V, 1);
  const steps = stepsOf(distribution);
  const counted: StepFunction = (tokens, parents) => {
    rows.push(tokens.length);
    return steps(tokens, parents);
  };
  const [drawn = []] = sampleSequences(counted, [new Random(1)], { ...options, maxLength: 2, samples: 40 });
  const firsts = drawn.filter(({ tokens }) => tokens.length > 0).map(({ tokens }) => tokens[0]);
  expect(rows).toEqual([1, new Set(firsts).size]);
  expect(rows[1]).toBeGreaterThan(1);
  for (const { tokens, logProbs } of drawn) {
    for (const [i, token] of tokens.entries()) {
      expect(logProbs[i]).toBeCloseTo(distribution(0, [START, ...tokens.slice(0, i)])[token]!, 5);
    }
  }
});

it('sampleSequences draws nothing for no source', () => {
  expect(sample(randomDistribution(V, 1), 0)).toEqual([]);
});

/** Of a token after `length` tokens 2, among those that are not forbidden. */
function shareOf(distribution: Distribution, length: number, token: number): number {
  const p = Array.from(distribution(0, [START, ...new Array<number>(length).fill(2)]), Math.exp);
  return p[token]! / (1 - p[START]!);
}
