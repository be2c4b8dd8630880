/**
 * Beam search: the likeliest sequences of tokens, by keeping the best few at each step. Searches for several sources
 * (pictures) at once, since a model computes many rows at little more than the cost of one. It knows no model and no
 * words; with a beam of 1 it is the greedy choice.
 */
import { runAtOnce, type Steps } from '../base/steps.ts';
import { emptySequence, type Growing, readNext, type Sequence, type SequenceRules } from './sequence.ts';
import type { StepFunction } from './step.ts';

export interface BeamSearchOptions extends SequenceRules {
  /** K, how many hypotheses are kept. Cost grows in proportion. */
  beam: number;
  /**
   * α of the score log p / (length + 1)^α: 0 ranks by probability alone, which favours short sequences; 1 by the mean
   * log-probability of a token (Wu et al. 2016, section 7).
   */
  lengthPenalty: number;
  /** G, how many beams search beside each other for answers that differ; 1 by default. Cost grows in proportion. */
  groups?: number;
  /**
   * λ: what a token loses, in nats, that the groups before have all just written at the same place (Hamming diversity
   * of Vijayakumar et al. 2018, section 4, by the share of a group's hypotheses). Without effect on a single group.
   */
  diversity?: number;
  /**
   * What a token costs, in nats, where a hypothesis has it for the first time: 0 or more [V], for each source. What else is
   * known of a source has its say by them (shallow fusion, Gülçehre et al. 2015); log-probabilities know nothing of it.
   */
  costs?: readonly Float32Array[] | undefined;
}

export interface Hypothesis extends Sequence {
  /** What hypotheses are ranked by. */
  score: number;
}

/** A hypothesis that grows. */
interface Live extends Growing {
  /** What its different tokens cost. */
  cost: number;
}

/** One search: a group's for a source. */
interface Beam {
  /** What tokens cost, if they do. */
  costs: Float32Array | undefined;
  live: Live[];
  finished: Hypothesis[];
  over: boolean;
}

/**
 * The best hypotheses for each of `sources` sources, at least one and at most `beam` each, best first. With several
 * groups: at most one for each group, its best that no group before it has found.
 *
 * A search is over when `beam` hypotheses have ended. If none has when the longest length is reached, or when nothing
 * may follow, the hypotheses that were to be continued are the answer: there always is one.
 */
export function beamSearch(step: StepFunction, sources: number, options: BeamSearchOptions): Hypothesis[][] {
  return runAtOnce(beamSearchSteps(step, sources, options));
}

/** `beamSearch`, token by token. */
export function* beamSearchSteps(
  step: StepFunction,
  sources: number,
  options: BeamSearchOptions,
): Steps<Hypothesis[][]> {
  const { maxLength, groups = 1, costs } = options;
  const searches = Array.from({ length: sources }, (_, source) =>
    Array.from({ length: groups }, (): Beam => {
      return { costs: costs?.[source], live: [{ ...emptySequence(source), cost: 0 }], finished: [], over: false };
    }),
  );
  for (let length = 0; length <= maxLength; length++) {
    const live = searches.flat().flatMap((beam) => (beam.over ? [] : beam.live));
    if (live.length === 0) break;
    yield length / (maxLength + 1);
    readNext(step, live, options);
    for (const beams of searches) {
      const penalties = new Map<number, number>();
      for (const beam of beams) if (!beam.over) advance(beam, length === maxLength, penalties, options);
    }
  }
  return searches.map((beams) => answer(beams, options));
}

/** One step of one search: of the best continuations of all hypotheses, some end and the others live on. */
function advance(search: Beam, last: boolean, penalties: Map<number, number>, options: BeamSearchOptions): void {
  const { end, beam, lengthPenalty, diversity = 0 } = options;
  const live: Live[] = [];
  // Twice as many as are kept: should K of them end, K are left.
  for (const [rank, { parent, token, logProb, cost }] of best(search, 2 * beam, last && end, penalties).entries()) {
    const ends = token === end;
    if (ends ? rank >= beam : live.length === beam) continue;
    const extended = {
      logProbs: [...parent.logProbs, logProb],
      logProb: parent.logProb + logProb,
      cost: parent.cost + cost,
    };
    if (ends) search.finished.push(scored({ tokens: parent.tokens, ...extended }, lengthPenalty));
    else live.push({ ...parent, tokens: [...parent.tokens, token], ...extended });
  }
  for (const { tokens } of live) {
    const token = tokens.at(-1)!;
    penalties.set(token, (penalties.get(token) ?? 0) + diversity / live.length);
  }
  search.over = last || live.length === 0 || search.finished.length >= beam;
  if (!search.over) search.live = live;
}

interface Candidate {
  parent: Live;
  token: number;
  logProb: number;
  cost: number;
  /** What candidates are ranked by. */
  total: number;
}

/** The `count` best continuations, best first. `only` is the one token that may follow, if it is not any. */
function best(
  { live, costs }: Beam,
  count: number,
  only: number | false,
  penalties: ReadonlyMap<number, number>,
): Candidate[] {
  const found: Candidate[] = [];
  let worst = Number.NEGATIVE_INFINITY;
  for (const parent of live) {
    const { next } = parent;
    const before = parent.logProb - parent.cost;
    const [from, to] = only === false ? [0, next.length] : [only, only + 1];
    const above = (token: number): number => firstAbove(next, worst - before, token, to);
    for (let token = above(from); token < to; token = above(token + 1)) {
      const logProb = next[token]!;
      const cost = costs && !parent.tokens.includes(token) ? costs[token]! : 0;
      const total = before + logProb - cost - (penalties.get(token) ?? 0);
      if (total > worst) worst = insert({ parent, token, logProb, cost, total }, found, count);
    }
  }
  return found;
}

/** The first of tokens `from` to `to` - 1 above `least`, or `to`. All V are looked at, so nothing else is done here. */
function firstAbove(logProbs: Float32Array, least: number, from: number, to: number): number {
  let token = from;
  while (token < to && !(logProbs[token]! > least)) token++;
  return token;
}

/** Puts a candidate at its place among the `count` best. @returns what the next one must be above */
function insert(candidate: Candidate, found: Candidate[], count: number): number {
  if (found.length === count) found.pop();
  found.splice(found.findLastIndex(({ total }) => total >= candidate.total) + 1, 0, candidate);
  return found.length < count ? Number.NEGATIVE_INFINITY : found.at(-1)!.total;
}

function answer(beams: readonly Beam[], { beam, lengthPenalty }: BeamSearchOptions): Hypothesis[] {
  const found = beams.map(({ live, finished }) => {
    const hypotheses = finished.length > 0 ? finished : live.map((unended) => scored(unended, lengthPenalty));
    return hypotheses.sort(byScore).slice(0, beam);
  });
  if (found.length === 1) return found.flat();
  const different = new Map<string, Hypothesis>();
  for (const hypotheses of found) {
    const fresh = [...hypotheses, ...found.flat()].find(({ tokens }) => !different.has(String(tokens)));
    if (fresh) different.set(String(fresh.tokens), fresh);
  }
  return [...different.values()].sort(byScore);
}

function scored(
  { tokens, logProbs, logProb, cost }: Pick<Live, keyof Sequence | 'cost'>,
  lengthPenalty: number,
): Hypothesis {
  return { tokens, logProbs, logProb, score: (logProb - cost) / (tokens.length + 1) ** lengthPenalty };
}

const byScore = (a: Hypothesis, b: Hypothesis): number => b.score - a.score;
