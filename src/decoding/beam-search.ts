/**
 * Beam search: the likeliest sequences of tokens, by keeping the best few at each step. Searches for several sources
 * (pictures) at once, since a model computes many rows at little more than the cost of one. It knows no model and no
 * words; with a beam of 1 it is the greedy choice.
 */
import type { StepFunction } from './step.ts';

export interface BeamSearchOptions {
  /** The token that each sequence starts from, and the one that ends it. */
  start: number;
  end: number;
  /** K, how many hypotheses are kept. Cost grows in proportion. */
  beam: number;
  /** Longest sequence, without its end. */
  maxLength: number;
  /**
   * α of the score log p / (length + 1)^α: 0 ranks by probability alone, which favours short sequences; 1 by the mean
   * log-probability of a token (Wu et al. 2016, section 7).
   */
  lengthPenalty: number;
  /** Tokens that are never written: START, the unknown word. */
  forbidden?: readonly number[];
  /** Whether a token may directly follow itself. */
  allowRepeats?: boolean;
}

export interface Hypothesis {
  /** Without start and end. */
  tokens: number[];
  /** Log-probability of each token in nats, and of the end where it was reached. */
  logProbs: number[];
  /** Their sum. */
  logProb: number;
  /** What hypotheses are ranked by. */
  score: number;
}

/** A hypothesis that still grows, and its row in the last call of the step function. */
interface Live extends Omit<Hypothesis, 'score'> {
  row: number;
}

interface Candidate {
  parent: Live;
  token: number;
  logProb: number;
}

interface Search {
  live: Live[];
  finished: Hypothesis[];
  over: boolean;
}

/**
 * The best hypotheses for each of `sources` sources, at least one and at most `beam` each, best first.
 *
 * A source's search is over when `beam` hypotheses have ended. If none has when the longest length is reached, or when
 * nothing may follow, the hypotheses that were to be continued are the answer: there always is one.
 */
export function beamSearch(step: StepFunction, sources: number, options: BeamSearchOptions): Hypothesis[][] {
  const { start, beam, maxLength, lengthPenalty } = options;
  const searches = Array.from({ length: sources }, (_, row): Search => {
    return { live: [{ tokens: [], logProbs: [], logProb: 0, row }], finished: [], over: false };
  });

  for (let length = 0; length <= maxLength; length++) {
    const running = searches.filter(({ over }) => !over);
    const rows = running.flatMap(({ live }) => live);
    if (rows.length === 0) break;
    const logProbs = step(
      rows.map(({ tokens }) => tokens.at(-1) ?? start),
      rows.map(({ row }) => row),
    );
    for (const [row, hypothesis] of rows.entries()) hypothesis.row = row;
    const V = logProbs.length / rows.length;
    for (const search of running) advance(search, logProbs, V, length === maxLength, options);
  }

  return searches.map(({ live, finished }) => {
    const hypotheses = finished.length > 0 ? finished : live.map((unended) => scored(unended, lengthPenalty));
    return hypotheses.sort((a, b) => b.score - a.score).slice(0, beam);
  });
}

/** One step of one search: of the best continuations of all hypotheses, some end and the others live on. */
function advance(search: Search, logProbs: Float32Array, V: number, last: boolean, options: BeamSearchOptions): void {
  const { end, beam, lengthPenalty } = options;
  const live: Live[] = [];
  // At the longest length nothing but the end may follow.
  const [from, to] = last ? [end, end + 1] : [0, V];
  for (const [rank, { parent, token, logProb }] of best(search.live, logProbs, V, from, to, options).entries()) {
    const extended = { logProbs: [...parent.logProbs, logProb], logProb: parent.logProb + logProb };
    if (token !== end) {
      if (live.length < beam) live.push({ tokens: [...parent.tokens, token], ...extended, row: parent.row });
    } else if (rank < beam) {
      search.finished.push(scored({ tokens: parent.tokens, ...extended }, lengthPenalty));
    }
  }
  search.over = last || live.length === 0 || search.finished.length >= beam;
  if (!search.over) search.live = live;
}

/** The 2K likeliest continuations by tokens `from` to `to` - 1, best first: should K of them end, K are left. */
function best(
  live: readonly Live[],
  logProbs: Float32Array,
  V: number,
  from: number,
  to: number,
  { beam, forbidden = [], allowRepeats = false }: BeamSearchOptions,
): Candidate[] {
  const found: Candidate[] = [];
  let worst = Number.NEGATIVE_INFINITY;
  for (const parent of live) {
    const repeated = allowRepeats ? -1 : parent.tokens.at(-1);
    for (let token = from; token < to; token++) {
      const logProb = logProbs[parent.row * V + token] ?? Number.NEGATIVE_INFINITY;
      const total = parent.logProb + logProb;
      if (!(total > worst) || token === repeated || forbidden.includes(token)) continue;
      const after = found.findIndex((candidate) => total > candidate.parent.logProb + candidate.logProb);
      found.splice(after === -1 ? found.length : after, 0, { parent, token, logProb });
      if (found.length > 2 * beam) found.pop();
      const weakest = found[2 * beam - 1];
      if (weakest) worst = weakest.parent.logProb + weakest.logProb;
    }
  }
  return found;
}

function scored({ tokens, logProbs, logProb }: Omit<Hypothesis, 'score'>, lengthPenalty: number): Hypothesis {
  return { tokens, logProbs, logProb, score: logProb / (tokens.length + 1) ** lengthPenalty };
}
