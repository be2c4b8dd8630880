/** The vocabulary of captions, and captions as word ids. */
import { InputError } from '../base/errors.ts';
import { mapSteps, type Steps } from '../base/steps.ts';
import { tokenizeCaption } from '../metrics/tokenize.ts';
import { END, START, UNKNOWN } from '../text/special-tokens.ts';
import { countTokens, Vocabulary } from '../text/vocabulary.ts';
import type { CaptionSettings } from './config.ts';

const SPECIAL: readonly string[] = [START, END, UNKNOWN];

/** The longest caption in words; the rest of a longer one, which can't be meant as a caption, is cut off. */
export const LONGEST_CAPTION = 40;

/** What limits a vocabulary; see `CaptionSettings`. */
export type VocabularyLimits = Pick<CaptionSettings, 'threshold' | 'words'>;

/**
 * The vocabulary of training captions: special tokens, then the words that come at least `threshold` times, most frequent
 * first.
 *
 * @param limits the fewest occurrences of a word, and the most `words`, the rarest being left out
 * @throws InputError when no word comes so often
 */
export function* captionVocabularySteps(
  captions: readonly string[],
  { threshold, words: most }: VocabularyLimits,
): Steps<Vocabulary> {
  const words = (yield* frequentWordsSteps(captions, threshold)).slice(0, most);
  if (words.length === 0) {
    throw new InputError(`no word comes ${threshold} times in the ${captions.length} training captions`, {
      expected: 'words that are seen often enough to be learned',
      advice: 'Use a smaller threshold, or more captions.',
      settings: ['threshold'],
    });
  }
  return new Vocabulary([...SPECIAL, ...words]);
}

/** A vocabulary with the words of further captions that come at least `threshold` times; the old ones keep their ids. */
export function* extendVocabularySteps(
  vocabulary: Vocabulary,
  captions: readonly string[],
  { threshold, words: most = Number.POSITIVE_INFINITY }: VocabularyLimits,
): Steps<Vocabulary> {
  const words = yield* frequentWordsSteps(captions, threshold);
  const further = words.filter((word) => vocabulary.idOf(word) === undefined);
  return vocabulary.extendedBy(further.slice(0, Math.max(0, most + SPECIAL.length - vocabulary.size)));
}

/**
 * The ids of the special tokens in a vocabulary.
 *
 * @param name of the vocabulary, for the error
 * @throws InputError when it lacks one of them
 */
export function specialIds(
  vocabulary: Vocabulary,
  name = 'the vocabulary',
): { start: number; end: number; unknown: number } {
  const [start, end, unknown] = SPECIAL.map((token) => vocabulary.idOf(token));
  if (start === undefined || end === undefined || unknown === undefined) {
    throw new InputError(`${name} is not that of a captioner`, {
      found: `no ${SPECIAL.find((token) => vocabulary.idOf(token) === undefined)}`,
    });
  }
  return { start, end, unknown };
}

/**
 * The rarity of a word: the logarithm of its rank in a vocabulary, which is sorted by frequency, since by Zipf's law the
 * word of rank r comes 1/r as often as the first.
 */
export function rarityOf(word: string, vocabulary: Vocabulary): number {
  const rank = 1 + (vocabulary.idOf(word) ?? vocabulary.size) - SPECIAL.length;
  return Math.log(Math.max(1, rank));
}

/** The ids of a caption's words, without START and END. */
export function encodeCaption(caption: string, vocabulary: Vocabulary): number[] {
  const { unknown } = specialIds(vocabulary);
  return wordsOf(caption)
    .slice(0, LONGEST_CAPTION)
    .map((word) => vocabulary.idOf(word) ?? unknown);
}

/** The words that come at least `threshold` times, most frequent first. */
function* frequentWordsSteps(captions: readonly string[], threshold: number): Steps<string[]> {
  const words = yield* mapSteps(captions, wordsOf);
  const counts = countTokens(words.flat());
  return counts.filter(([, count]) => count >= threshold).map(([word]) => word);
}

/** The words of a caption, without the special tokens that some datasets write into their captions. */
function wordsOf(caption: string): string[] {
  return tokenizeCaption(caption).filter((word) => !SPECIAL.includes(word));
}
