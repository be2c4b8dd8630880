/** Words of a text as a classifier reads them: in lower case, punctuation marks as words of their own, no spaces. */
import { UNKNOWN } from '../text/special-tokens.ts';
import { countTokens, Vocabulary } from '../text/vocabulary.ts';
import { splitWords } from '../text/words.ts';
import { isWords, type SequenceExample } from './data/example.ts';

/** The id of UNKNOWN: of every word that was rare in training, or not there. */
const UNKNOWN_ID = 0;

/** Of the chance that a word is taken for unknown, see `dropWords` (Kiperwasser and Goldberg 2016, word dropout). */
const ALPHA = 0.25;

export function wordsOf(text: string): string[] {
  return splitWords(text.toLowerCase())
    .map((word) => word.trim())
    .filter((word) => word !== '' && word !== UNKNOWN);
}

/** The words that come at least `minCount` times, most frequent first, after `UNKNOWN`; and how often each comes. */
export function countWords(
  examples: readonly SequenceExample[],
  minCount: number,
): { vocabulary: Vocabulary; counts: number[] } {
  const all = countTokens(examples.flatMap(({ inputs }) => (isWords(inputs) ? inputs : [])));
  const frequent = all.filter(([word, count]) => count >= minCount && word !== UNKNOWN);
  return {
    vocabulary: new Vocabulary([UNKNOWN, ...frequent.map(([word]) => word)]),
    counts: [0, ...frequent.map(([, count]) => count)],
  };
}

/** The ids of words, that of `UNKNOWN` for those that the vocabulary does not have. */
export function encodeWords(words: readonly string[], vocabulary: Vocabulary): Int32Array {
  return Int32Array.from(words, (word) => vocabulary.idOf(word) ?? UNKNOWN_ID);
}

/**
 * The ids with some taken for unknown, by a chance of α / (α + count) each: so the vector of the unknown word is
 * learned from rare words, which later unknown ones are most like.
 *
 * @param counts how often each word of the vocabulary comes in training
 * @param draw gives numbers from [0, 1)
 */
export function dropWords(ids: Int32Array, counts: readonly number[], draw: () => number): Int32Array {
  return ids.map((id) => (draw() < ALPHA / (ALPHA + (counts[id] ?? 0)) ? UNKNOWN_ID : id));
}
