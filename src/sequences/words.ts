/** The words of a text as a classifier reads them: in lower case, punctuation marks as words of their own, no spaces. */
import type { Steps } from '../base/steps.ts';
import { UNKNOWN } from '../text/special-tokens.ts';
import { countTokensSteps, Vocabulary } from '../text/vocabulary.ts';
import { wordsWithoutSpaces } from '../text/words.ts';
import { isWords, type SequenceExample } from './data/example.ts';

/** The id of UNKNOWN, which stands for every word that was rare in training, or did not come in it. */
const UNKNOWN_ID = 0;

/** α of word dropout (Kiperwasser and Goldberg 2016, "Simple and accurate dependency parsing …"), see `dropWords`. */
const ALPHA = 0.25;

/** The words of a text, in its order. */
export function wordsOf(text: string): string[] {
  return wordsAsWritten(text.toLowerCase());
}

/** The words of a text in its own letters, for who is to read them again. */
export function wordsAsWritten(text: string): string[] {
  return wordsWithoutSpaces(text).filter((word) => word !== UNKNOWN);
}

/**
 * The vocabulary of examples: UNKNOWN, then the words that come at least `minCount` times, most frequent first. `counts`
 * is how often each of them comes.
 */
export function* countWordsSteps(
  examples: readonly SequenceExample[],
  minCount: number,
): Steps<{ vocabulary: Vocabulary; counts: number[] }> {
  const all = yield* countTokensSteps(examples, ({ inputs }) => (isWords(inputs) ? inputs : []));
  const frequent = all.filter(([word, count]) => count >= minCount && word !== UNKNOWN);
  return {
    vocabulary: new Vocabulary([UNKNOWN, ...frequent.map(([word]) => word)]),
    counts: [0, ...frequent.map(([, count]) => count)],
  };
}

/** The ids of words, those of their lower case where that alone is known; UNKNOWN's for those that the vocabulary lacks. */
export function encodeWords(words: readonly string[], vocabulary: Vocabulary): Int32Array {
  return Int32Array.from(words, (word) => vocabulary.idOf(word) ?? vocabulary.idOf(word.toLowerCase()) ?? UNKNOWN_ID);
}

/**
 * Word dropout: each id becomes UNKNOWN's with probability α / (α + count), so that the unknown word's vector is learned
 * from rare words, which are most like unknown ones.
 *
 * @param counts how often each word of the vocabulary comes in training
 * @param draw gives numbers from [0, 1)
 */
export function dropWords(ids: Int32Array, counts: readonly number[], draw: () => number): Int32Array {
  return ids.map((id) => (draw() < ALPHA / (ALPHA + counts[id]!) ? UNKNOWN_ID : id));
}
