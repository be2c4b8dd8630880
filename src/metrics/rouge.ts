/**
 * ROUGE-L (Lin 2004, "ROUGE: A Package for Automatic Evaluation of Summaries", section 3.1) with recall weighted by
 * beta = 1.2 and the best precision and the best recall over the references, as pycocoevalcap has it.
 */

import { mapSteps, runAtOnce, type Steps } from '../base/steps.ts';
import type { TokenizedCaption } from './bleu.ts';

const BETA_SQUARED = 1.2 ** 2;

/** The mean over the captions, from 0 to 1. */
export function rougeL(captions: readonly TokenizedCaption[]): number {
  return runAtOnce(rougeLSteps(captions));
}

/** `rougeL`, caption by caption. */
export function* rougeLSteps(captions: readonly TokenizedCaption[]): Steps<number> {
  const scores = yield* mapSteps(captions, ({ candidate, references }) => {
    // pycocoevalcap takes an empty caption for one empty word.
    const words = orEmptyWord(candidate);
    const common = references.map((reference) => longestCommonSubsequence(words, orEmptyWord(reference)));
    const precision = greatest(common.map((length) => length / words.length));
    const recall = greatest(common.map((length, i) => length / orEmptyWord(references[i]!).length));
    if (precision === 0 || recall === 0) return 0;
    return ((1 + BETA_SQUARED) * precision * recall) / (recall + BETA_SQUARED * precision);
  });
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

function greatest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
}

function orEmptyWord(words: readonly string[]): readonly string[] {
  return words.length > 0 ? words : [''];
}

function longestCommonSubsequence(a: readonly string[], b: readonly string[]): number {
  // row[j] is the length for the words of a so far and the first j words of b.
  let row = new Array<number>(b.length + 1).fill(0);
  for (const word of a) {
    const next = [0];
    for (let j = 0; j < b.length; j++) {
      next.push(word === b[j] ? row[j]! + 1 : Math.max(row[j + 1]!, next[j]!));
    }
    row = next;
  }
  return row[b.length]!;
}
