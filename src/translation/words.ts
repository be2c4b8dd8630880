/**
 * The words of texts that are translated. A word includes the space before it (`text/words.ts`), so that the words of a
 * translation joined together are its text: spaces, capitals and punctuation are learned like all else.
 */
import { InputError } from '../base/errors.ts';
import type { Steps } from '../base/steps.ts';
import { END, START, UNKNOWN } from '../text/special-tokens.ts';
import { countTokensSteps, Vocabulary } from '../text/vocabulary.ts';
import { splitWords, wordsWithoutSpaces } from '../text/words.ts';

/** The first tokens of a vocabulary, and their ids. A translation follows START and ends with END. */
const SPECIAL: readonly string[] = [START, END, UNKNOWN];
export const START_ID = 0;
export const END_ID = 1;
export const UNKNOWN_ID = 2;

/** The longest text in words; the rest of a longer one is not read. */
const LONGEST = 100;

/** In French and the like a word that lost its last vowel is written together with the next: l'homme, qu'il. */
const ELISION = /^( ?(?:[cdjlmnst]|\p{L}*qu)['’])(.+)$/iu;

/** The words of a text, which joined together are the text. */
export function translationWords(text: string): string[] {
  return splitWords(text.trim()).flatMap((word) => ELISION.exec(word)?.slice(1, 3) ?? [word]);
}

/** The words of a text as BLEU counts them: in lower case, punctuation marks as words of their own, no spaces. */
export function bleuWords(text: string): string[] {
  return wordsWithoutSpaces(text.toLowerCase());
}

/**
 * The vocabulary of texts: the words that come at least `minCount` times, most frequent first, after special tokens.
 *
 * @param side what the texts are, for the error
 * @throws InputError when there is none
 */
export function* translationVocabularySteps(
  texts: readonly string[],
  minCount: number,
  side: string,
): Steps<Vocabulary> {
  const words = (yield* countTokensSteps(texts, translationWords))
    .filter(([word, count]) => count >= minCount && !SPECIAL.includes(word))
    .map(([word]) => word);
  if (words.length > 0) return new Vocabulary([...SPECIAL, ...words]);
  throw new InputError(`no word of the ${side} comes ${minCount} times`, {
    advice: 'Use a smaller minCount, or more texts.',
    settings: ['minCount'],
  });
}

/** The ids of a text's words, at most 100; UNKNOWN's for those that the vocabulary lacks. */
export function encodeText(text: string, vocabulary: Vocabulary): number[] {
  return translationWords(text)
    .slice(0, LONGEST)
    .map((word) => vocabulary.idOf(word) ?? UNKNOWN_ID);
}

/** The text of word ids. */
export function decodeText(ids: readonly number[], vocabulary: Vocabulary): string {
  return ids
    .map((id) => vocabulary.tokenOf(id))
    .join('')
    .trim();
}
