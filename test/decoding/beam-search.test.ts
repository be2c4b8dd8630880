import { describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { type BeamSearchOptions, beamSearch, type Hypothesis } from '../../src/decoding/beam-search.ts';
import type { StepFunction } from '../../src/decoding/step.ts';
import { constantDistribution, type Distribution, randomDistribution, stepsOf } from './fake-steps.ts';

const START = 0;
const END = 1;
const V = 5;
/** Wider than there are sequences of up to four of the other three tokens. */
const ALL = 200;

const options: BeamSearchOptions = {
  start: START,
  end: END,
  beam: 3,
  maxLength: 4,
  lengthPenalty: 0,
  forbidden: [START],
};

describe('beam search finds what exhaustive search finds when its beam holds everything', () => {
  const rules: Partial<BeamSearchOptions>[] = [
    {},
    { lengthPenalty: 0.7 },
    { lengthPenalty: 2 },
    { allowRepeats: true, lengthPenalty: 1 },
    { allowRepeats: true, block: 1 },
    { allowRepeats: true, block: 2, lengthPenalty: 0.7 },
    { allowRepeats: true, block: 3 },
    { block: 2 },
    { minLength: 2 },
    { minLength: 4, lengthPenalty: 1 },
    { minLength: 3, block: 2, allowRepeats: true, lengthPenalty: 0.7 },
  ];
  it.each(rules)('with %j', (rule) => {
    const search = { ...options, beam: ALL, ...rule };
    for (const seed of [1, 2, 3]) {
      const distribution = randomDistribution(V, seed);
      const found = beamSearch(stepsOf(distribution), 3, search);
      expect(found).toEqual([0, 1, 2].map((source) => searchAll(distribution, source, search)));
    }
  });

  it.each([{ lengthPenalty: 0.7 }, { allowRepeats: true, minLength: 2 }])('with tokens that cost, and %j', (rule) => {
    const costs = [1, 2, 3].map((seed) => {
      const random = new Random(seed);
      return Float32Array.from({ length: V }, (_, token) => (token === END ? 0 : 3 * random.uniform()));
    });
    const [search, free] = [
      { ...options, beam: ALL, ...rule, costs },
      { ...options, beam: ALL, ...rule },
    ];
    const distribution = randomDistribution(V, 2);
    const found = beamSearch(stepsOf(distribution), 3, search);
    for (const [source, hypotheses] of found.entries()) {
      const expected = searchAll(distribution, source, search);
      expect(hypotheses.map(({ tokens, logProbs, logProb }) => ({ tokens, logProbs, logProb }))).toEqual(
        expected.map(({ tokens, logProbs, logProb }) => ({ tokens, logProbs, logProb })),
      );
      for (const [i, { score }] of hypotheses.entries()) expect(score).toBeCloseTo(expected[i]!.score, 5);
    }
    const ranked = (answers: Hypothesis[][]) => answers.map((hypotheses) => hypotheses.map(({ tokens }) => tokens));
    expect(ranked(found)).not.toEqual(ranked(beamSearch(stepsOf(distribution), 3, free)));
  });

  it('and the best ones with a beam that is merely wide', () => {
    const search = { ...options, lengthPenalty: 0.7 };
    for (let seed = 0; seed < 20; seed++) {
      const distribution = randomDistribution(V, seed);
      const [wide] = beamSearch(stepsOf(distribution), 1, { ...search, beam: 40 });
      expect(wide?.[0]).toEqual(searchAll(distribution, 0, search)[0]);
    }
  });
});

describe('a beam of 1', () => {
  it('is the greedy choice', () => {
    for (let seed = 0; seed < 50; seed++) {
      const distribution = randomDistribution(V, seed);
      const [found] = beamSearch(stepsOf(distribution), 1, { ...options, beam: 1, maxLength: 6 });
      expect(found?.map(({ tokens }) => tokens)).toEqual([greedy(distribution, 6)]);
    }
  });
});

describe('beam search', () => {
  it('finds for several sources at once what it finds one by one', () => {
    const distribution = randomDistribution(V, 4);
    const together = beamSearch(stepsOf(distribution), 7, options);
    const alone = Array.from({ length: 7 }, (_, source) =>
      beamSearch(
        stepsOf((_, tokens) => distribution(source, tokens)),
        1,
        options,
      ),
    );
    expect(together).toEqual(alone.flat());
    expect(new Set(together.map(([best]) => String(best?.tokens))).size).toBeGreaterThan(1);
  });

  it('gives at most K hypotheses, all different, best first', () => {
    for (const beam of [1, 2, 3, 6, 30]) {
      for (const found of beamSearch(stepsOf(randomDistribution(V, 5)), 4, { ...options, beam, lengthPenalty: 1 })) {
        expect(found.length).toBeGreaterThan(0);
        expect(found.length).toBeLessThanOrEqual(beam);
        expect(new Set(found.map(({ tokens }) => String(tokens))).size).toBe(found.length);
        expect(found.map(({ score }) => score)).toEqual(found.map(({ score }) => score).toSorted((a, b) => b - a));
      }
    }
  });

  it('goes on with K hypotheses while one ends', () => {
    const rows: number[] = [];
    const steps = stepsOf(constantDistribution([0, 0.5, 0.2, 0.2, 0.1]));
    const counted: StepFunction = (tokens, parents) => {
      rows.push(tokens.length);
      return steps(tokens, parents);
    };
    beamSearch(counted, 1, { ...options, maxLength: 1 });
    expect(rows).toEqual([1, 3]);
  });

  it('gives log-probabilities of tokens and end that sum to the whole', () => {
    const distribution = randomDistribution(V, 6);
    for (const { tokens, logProbs, logProb, score } of beamSearch(stepsOf(distribution), 1, options)[0] ?? []) {
      expect(logProbs).toEqual(pathOf(distribution, tokens));
      expect(logProb).toBeCloseTo(logProbs.reduce((sum, x) => sum + x, 0));
      expect(score).toBe(logProb);
    }
  });

  it('never writes a forbidden token, however likely', () => {
    const likely = constantDistribution([0.9, 0.02, 0.02, 0.03, 0.03]);
    const [found] = beamSearch(stepsOf(likely), 1, { ...options, forbidden: [START, 3] });
    expect(found?.flatMap(({ tokens }) => tokens)).not.toContain(START);
    expect(found?.flatMap(({ tokens }) => tokens)).not.toContain(3);
  });

  it('writes a token twice in a row only when repeats are allowed', () => {
    const stutter = stepsOf(constantDistribution([0, 0.1, 0.8, 0.05, 0.05]));
    expect(beamSearch(stutter, 1, { ...options, beam: 1, allowRepeats: true })[0]?.[0]?.tokens).toEqual([2, 2, 2, 2]);
    const suppressed = stepsOf(constantDistribution([0, 0.1, 0.8, 0.07, 0.03]));
    expect(beamSearch(suppressed, 1, { ...options, beam: 3 })[0]?.map(({ tokens }) => String(tokens))).not.toContain(
      '2,2',
    );
  });

  it('writes no run of N tokens twice', () => {
    const circle: Distribution = (_, tokens) => {
      const next = { 2: 3, 3: 4, 4: 2 }[tokens.at(-1)!] ?? 2; // 2, 3, 4, 2, 3, 4 …
      return [0, 0.01, 0.03, 0.03, 0.03].map((p, token) => Math.log(token === next ? 0.9 : p));
    };
    const write = (block: number) =>
      beamSearch(stepsOf(circle), 1, { ...options, beam: 1, maxLength: 8, block })[0]?.[0]?.tokens;
    expect(write(0)).toEqual([2, 3, 4, 2, 3, 4, 2, 3]);
    expect(write(4)).toEqual([2, 3, 4, 2, 3, 4, 3, 4]);
    expect(write(3)?.slice(0, 5)).toEqual([2, 3, 4, 2, 3]);
    expect(write(3)?.[5]).not.toBe(4);
    expect(write(1)).toEqual([2, 3, 4]);
  });

  it('writes at least as many tokens as it must, though the end is likely', () => {
    const hasty = stepsOf(constantDistribution([0, 0.9, 0.04, 0.03, 0.03]));
    for (const minLength of [1, 3, 4]) {
      for (const { tokens } of beamSearch(hasty, 1, { ...options, minLength })[0]!) {
        expect(tokens).toHaveLength(minLength);
      }
    }
  });

  it('prefers longer sequences the larger α is', () => {
    const lengths = [0, 0.5, 1, 2].map((lengthPenalty) => {
      const step = stepsOf(constantDistribution([0, 0.25, 0.3, 0.25, 0.2]));
      return beamSearch(step, 1, { ...options, beam: ALL, lengthPenalty })[0]?.[0]?.tokens.length ?? 0;
    });
    expect(lengths).toEqual(lengths.toSorted());
    expect(lengths[0]).toBe(0);
    expect(lengths.at(-1)).toBe(4);
  });
});

describe('beam search in groups', () => {
  const two = { ...options, beam: 2, groups: 4, lengthPenalty: 0.7, minLength: 1 };

  it('finds the best of all first, then others, one a group, best first', () => {
    const distribution = randomDistribution(V, 5);
    const [alone] = beamSearch(stepsOf(distribution), 1, { ...two, groups: 1 });
    const [found] = beamSearch(stepsOf(distribution), 1, { ...two, diversity: 3 });
    expect(found).toHaveLength(4);
    expect(found).toContainEqual(alone?.[0]);
    expect(new Set(found!.map(({ tokens }) => String(tokens))).size).toBe(4);
    expect(found).toEqual(found!.toSorted((a, b) => b.score - a.score));
  });

  it('differs in more places the larger λ is, with log-probabilities that know nothing of it', () => {
    const distribution = randomDistribution(V, 7);
    const words = [0, 1, 5].map((diversity) => {
      const found = beamSearch(stepsOf(distribution), 3, { ...two, diversity });
      for (const [source, hypotheses] of found.entries()) {
        for (const { tokens, logProbs } of hypotheses) {
          expect(logProbs).toEqual(pathOf((_, prefix) => distribution(source, prefix), tokens));
        }
      }
      return found.reduce((sum, hypotheses) => sum + new Set(hypotheses.map(({ tokens }) => tokens[0])).size, 0);
    });
    expect(words).toEqual(words.toSorted((a, b) => a - b));
    expect(words[0]).toBeLessThan(words[2]!);
  });

  it('gives each token λ less for every group before that wrote it in the same place', () => {
    // To the third group 2 is worth log 0.5 - 2 λ if the second wrote it too, log 0.5 - λ if that wrote 3 (log 0.3).
    const found = (diversity: number) =>
      beamSearch(stepsOf(constantDistribution([0, 0, 0.5, 0.3, 0.2])), 1, {
        ...options,
        beam: 1,
        groups: 3,
        maxLength: 1,
        diversity,
      })[0]?.map(({ tokens }) => tokens);
    expect(found(0.2)).toEqual([[2]]);
    expect(found(0.4)).toEqual([[2], [3]]);
    expect(found(1)).toEqual([[2], [3], [4]]);
  });

  it('begins with one row for each source, not one for each group', () => {
    const rows: number[] = [];
    const steps = stepsOf(randomDistribution(V, 3));
    const counted: StepFunction = (tokens, parents) => {
      rows.push(tokens.length);
      return steps(tokens, parents);
    };
    beamSearch(counted, 3, { ...two, diversity: 1, maxLength: 1 });
    expect(rows[0]).toBe(3);
    expect(rows[1]).toBeGreaterThan(3);
  });

  it('finds for several sources at once what it finds one by one', () => {
    const distribution = randomDistribution(V, 4);
    const search = { ...two, diversity: 0.5 };
    const alone = [0, 1, 2].map(
      (source) =>
        beamSearch(
          stepsOf((_, tokens) => distribution(source, tokens)),
          1,
          search,
        )[0],
    );
    expect(beamSearch(stepsOf(distribution), 3, search)).toEqual(alone);
  });
});

describe('beam search gives an answer', () => {
  it('when the end is impossible: the longest sequences', () => {
    const endless = stepsOf(constantDistribution([0, 0, 0.5, 0.3, 0.2]));
    const found = beamSearch(endless, 2, options);
    for (const hypotheses of found) {
      expect(hypotheses.map(({ tokens }) => tokens.length)).toEqual([4, 4, 4]);
      expect(hypotheses[0]?.tokens.toSorted()).toEqual([2, 2, 3, 3]);
      for (const { logProbs } of hypotheses) expect(logProbs).toHaveLength(4);
    }
  });

  it('when nothing may follow at all', () => {
    const nothing: Distribution = (_, { length }) =>
      new Array<number>(V).fill(length < 3 ? Math.log(1 / V) : Number.NEGATIVE_INFINITY);
    const [blocked] = beamSearch(stepsOf(nothing), 1, { ...options, forbidden: [START, END] });
    expect(blocked?.[0]?.tokens).toHaveLength(2);
    const [broken] = beamSearch(
      stepsOf(() => new Array<number>(V).fill(Number.NaN)),
      1,
      options,
    );
    expect(broken).toEqual([{ tokens: [], logProbs: [], logProb: 0, score: 0 }]);
  });

  it('when one source ends early and another never does', () => {
    const mixed: Distribution = (source) =>
      source === 0 ? [0, 0.97, 0.01, 0.01, 0.01].map(Math.log) : [0, 0, 0.4, 0.3, 0.3].map(Math.log);
    const [early, never] = beamSearch(stepsOf(mixed), 2, { ...options, beam: 1 });
    expect(early?.[0]?.tokens).toEqual([]);
    expect(never?.[0]?.tokens).toHaveLength(4);
  });

  it('of no more than the longest length: 0 and 1', () => {
    const step = () => stepsOf(constantDistribution([0, 0.1, 0.5, 0.3, 0.1]));
    const empty = beamSearch(step(), 1, { ...options, maxLength: 0 })[0];
    expect(empty?.map(({ tokens, logProb }) => ({ tokens, logProb }))).toEqual([
      { tokens: [], logProb: Math.fround(Math.log(0.1)) },
    ]);
    const short = beamSearch(step(), 1, { ...options, maxLength: 1 })[0];
    expect(short?.map(({ tokens }) => tokens)).toEqual([[], [2], [3]]);
  });

  it('with a beam wider than the vocabulary', () => {
    const [found] = beamSearch(stepsOf(randomDistribution(V, 8)), 1, { ...options, beam: 25, maxLength: 2 });
    expect(found).toEqual(searchAll(randomDistribution(V, 8), 0, { ...options, maxLength: 2 }));
  });

  it('to nothing when there is no source', () => {
    expect(beamSearch(stepsOf(randomDistribution(V, 9)), 0, options)).toEqual([]);
  });
});

/** All sequences of a source by recursion, best first. */
function searchAll(
  distribution: Distribution,
  source: number,
  { maxLength, minLength = 0, lengthPenalty, forbidden, allowRepeats, block = 0, costs }: BeamSearchOptions,
) {
  const found: Hypothesis[] = [];
  const extend = (tokens: number[], logProbs: number[], logProb: number): void => {
    const next = Float32Array.from(distribution(source, [START, ...tokens]));
    const ended = logProb + next[END]!;
    if (tokens.length >= minLength) {
      const cost = [...new Set(tokens)].reduce((sum, token) => sum + (costs?.[source]?.[token] ?? 0), 0);
      const score = (ended - cost) / (tokens.length + 1) ** lengthPenalty;
      found.push({ tokens, logProbs: [...logProbs, next[END]!], logProb: ended, score });
    }
    if (tokens.length === maxLength) return;
    for (let token = 0; token < next.length; token++) {
      if (token === END || forbidden?.includes(token)) continue;
      if (!allowRepeats && token === tokens.at(-1)) continue;
      if (block > 0 && repeatsRun([...tokens, token], block)) continue;
      extend([...tokens, token], [...logProbs, next[token]!], logProb + next[token]!);
    }
  };
  extend([], [], 0);
  return found.sort((a, b) => b.score - a.score);
}

function repeatsRun(tokens: readonly number[], N: number): boolean {
  const runs = tokens.slice(N - 1).map((_, i) => String(tokens.slice(i, i + N)));
  return new Set(runs).size < runs.length;
}

function greedy(distribution: Distribution, maxLength: number): number[] {
  const tokens: number[] = [];
  while (tokens.length < maxLength) {
    const next = Array.from(distribution(0, [START, ...tokens]), (logProb, token) => ({ token, logProb }))
      .filter(({ token }) => token !== START && token !== tokens.at(-1))
      .reduce((best, other) => (other.logProb > best.logProb ? other : best));
    if (next.token === END) break;
    tokens.push(next.token);
  }
  return tokens;
}

/** The log-probability of each token of a sequence and of its end. */
function pathOf(distribution: Distribution, tokens: readonly number[]): number[] {
  return [...tokens, END].map((token, i) => Math.fround(distribution(0, [START, ...tokens.slice(0, i)])[token]!));
}
