/**
 * BLEU-1 to BLEU-4 over a corpus (Papineni et al. 2002, "BLEU: a Method for Automatic Evaluation of Machine
 * Translation", section 2.3), with the details of pycocoevalcap: the reference closest in length counts for the brevity
 * penalty, the shorter one where two are as close, and tiny terms keep a division by zero at 0.
 */

import { countNgrams, MAX_N } from './ngrams.ts';

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
  const matches = new Array<number>(MAX_N).fill(0);
  const totals = new Array<number>(MAX_N).fill(0);
  let candidateLength = 0;
  let referenceLength = 0;
  for (const { candidate, references } of captions) {
    candidateLength += candidate.length;
    referenceLength += closestLength(candidate.length, references);
    const referenceCounts = references.map(countNgrams);
    for (const [i, counts] of countNgrams(candidate).entries()) {
      for (const [ngram, count] of counts) {
        const most = Math.max(...referenceCounts.map((reference) => reference[i]?.get(ngram) ?? 0));
        matches[i] = (matches[i] ?? 0) + Math.min(count, most);
        totals[i] = (totals[i] ?? 0) + count;
      }
    }
  }

  const lengthRatio = (candidateLength + TINY) / (referenceLength + SMALL);
  const brevityPenalty = lengthRatio < 1 ? Math.exp(1 - 1 / lengthRatio) : 1;
  let product = 1;
  const scores = matches.map((match, i) => {
    product *= (match + TINY) / ((totals[i] ?? 0) + SMALL);
    return brevityPenalty * product ** (1 / (i + 1));
  });
  return { bleu: scores as Bleu['bleu'], lengthRatio };
}

function closestLength(length: number, references: TokenizedCaption['references']): number {
  const lengths = references.map((reference) => reference.length).sort((a, b) => a - b);
  return lengths.reduce((best, next) => (Math.abs(next - length) < Math.abs(best - length) ? next : best));
}
