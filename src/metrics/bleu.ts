/**
 * BLEU-1 to BLEU-4 over a corpus (Papineni et al. 2002, "BLEU: a Method for Automatic Evaluation of Machine
 * Translation", section 2.3), with the details of pycocoevalcap: the reference closest in length counts for the brevity
 * penalty, the shorter one where two are as close, and tiny terms keep a division by zero at 0.
 */

import { runAtOnce, type Steps } from '../base/steps.ts';
import { countNgrams, MAX_N, type NgramCounts } from './ngrams.ts';

const TINY = 1e-15;
const SMALL = 1e-9;

/** One picture's candidate caption and its references, in words. */
export interface TokenizedCaption {
  candidate: readonly string[];
  references: readonly (readonly string[])[];
}

export interface Bleu {
  /** BLEU-1 to BLEU-4, from 0 to 1. */
  bleu: [number, number, number, number];
  /** Words of all candidates over words of their closest references; under 1 the brevity penalty acts. */
  lengthRatio: number;
}

export function bleu(captions: readonly TokenizedCaption[]): Bleu {
  return runAtOnce(bleuSteps(captions));
}

/** `bleu`, caption by caption. */
export function* bleuSteps(captions: readonly TokenizedCaption[]): Steps<Bleu> {
  const { matches, totals, candidateLength, referenceLength } = yield* countCorpus(captions);
  const lengthRatio = (candidateLength + TINY) / (referenceLength + SMALL);
  const brevityPenalty = lengthRatio < 1 ? Math.exp(1 - 1 / lengthRatio) : 1;
  let product = 1;
  const scores = matches.map((match, i) => {
    product *= (match + TINY) / (totals[i]! + SMALL);
    return brevityPenalty * product ** (1 / (i + 1));
  });
  return { bleu: scores as Bleu['bleu'], lengthRatio };
}

/**
 * BLEU-4 of a corpus from 0 to 100 as sacreBLEU has it (Post 2018, "A Call for Clarity in Reporting BLEU Scores"), for
 * translations: where no n-gram of a length matches, the first such length counts as half a match, the next as a quarter
 * (its smoothing `exp`, after NIST's mteval).
 */
export function sacreBleu(translations: readonly TokenizedCaption[]): number {
  return runAtOnce(sacreBleuSteps(translations));
}

/** `sacreBleu`, translation by translation. */
export function* sacreBleuSteps(translations: readonly TokenizedCaption[]): Steps<number> {
  const { matches, totals, candidateLength, referenceLength } = yield* countCorpus(translations);
  if (totals.includes(0) || matches.every((match) => match === 0)) return 0;
  let smoothed = 1;
  const logPrecisions = matches.map((match, i) => {
    if (match === 0) smoothed /= 2;
    return Math.log((match || smoothed) / totals[i]!);
  });
  const logBrevityPenalty = Math.min(0, 1 - referenceLength / candidateLength);
  return 100 * Math.exp(logBrevityPenalty + logPrecisions.reduce((sum, log) => sum + log, 0) / MAX_N);
}

/** For n from 1 to 4 the n-grams of all candidates, and those that references have too; and the lengths of both. */
interface CorpusCounts {
  matches: number[];
  totals: number[];
  candidateLength: number;
  referenceLength: number;
}

function* countCorpus(captions: readonly TokenizedCaption[]): Steps<CorpusCounts> {
  const matches = new Array<number>(MAX_N).fill(0);
  const totals = new Array<number>(MAX_N).fill(0);
  let candidateLength = 0;
  let referenceLength = 0;
  for (const [i, { candidate, references }] of captions.entries()) {
    yield i / captions.length;
    candidateLength += candidate.length;
    referenceLength += closestLength(
      candidate.length,
      references.map(({ length }) => length),
    );
    const ofLengths = countMatches(countNgrams(candidate), references.map(countNgrams));
    for (const [n, { matched, total }] of ofLengths.entries()) {
      matches[n]! += matched;
      totals[n]! += total;
    }
  }
  return { matches, totals, candidateLength, referenceLength };
}

/**
 * BLEU-4 of one caption, 0 to 1, with one added to the counts of all but single words, which else are often zero (Lin
 * and Och 2004, "ORANGE: a Method for Evaluating Automatic Evaluation Metrics for Machine Translation", section 4).
 *
 * @param candidate n-grams of the caption and of each reference, from `countNgrams`
 */
export function sentenceBleu(candidate: NgramCounts, references: readonly NgramCounts[]): number {
  const length = lengthOf(candidate);
  const matches = countMatches(candidate, references).map(({ matched }) => matched);
  return smoothedBleu(matches, length, closestLength(length, references.map(lengthOf)));
}

/**
 * `sentenceBleu` from its parts.
 *
 * @param matches for n from 1 to 4, the caption's n-grams that a reference has as often
 * @param length of the caption and of the reference, in words
 */
export function smoothedBleu(matches: readonly number[], length: number, referenceLength: number): number {
  if (length === 0) return 0;
  let logPrecisions = 0;
  for (const [i, matched] of matches.entries()) {
    const [more, total] = [i === 0 ? 0 : 1, Math.max(0, length - i)];
    logPrecisions += Math.log((matched + more) / (total + more));
  }
  const logBrevityPenalty = Math.min(0, 1 - referenceLength / length);
  return Math.exp(logBrevityPenalty + logPrecisions / MAX_N);
}

/** For n from 1 to 4: a candidate's n-grams, and those that a reference has as often. */
function countMatches(candidate: NgramCounts, references: readonly NgramCounts[]) {
  return candidate.map((counts, i) => {
    let matched = 0;
    let total = 0;
    for (const [ngram, count] of counts) {
      let most = 0;
      for (const reference of references) most = Math.max(most, reference[i]!.get(ngram) ?? 0);
      matched += Math.min(count, most);
      total += count;
    }
    return { matched, total };
  });
}

/** The shorter one where two are as close. */
function closestLength(length: number, references: readonly number[]): number {
  const lengths = references.toSorted((a, b) => a - b);
  return lengths.reduce((best, next) => (Math.abs(next - length) < Math.abs(best - length) ? next : best));
}

/** The number of words, from the counts of single words. */
function lengthOf([words]: NgramCounts): number {
  let length = 0;
  for (const count of words!.values()) length += count;
  return length;
}
