/** The vocabulary of captions, and captions as word ids. */
import { InputError } from '../base/errors.ts';
import { mapSteps, type Steps } from '../base/steps.ts';
import { tokenizeCaption } from '../metrics/tokenize.ts';
import { END, START, UNKNOWN } from '../text/special-tokens.ts';
import { countTokens, Vocabulary } from '../text/vocabulary.ts';

const SPECIAL: readonly string[] = [START, END, UNKNOWN];

/** The longest caption in words; the rest of a longer one, which can't be meant as a caption, is cut off. */
const LONGEST = 40;

/**
 * The vocabulary of training captions: special tokens, then the words that come at least `threshold` times, most frequent
 * first.
 *
 * @throws InputError when no word comes so often
 */
export function* captionVocabularySteps(captions: readonly string[], threshold: number): Steps<Vocabulary> {
  const words = yield* frequentWordsSteps(captions, threshold);
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
  threshold: number,
): Steps<Vocabulary> {
  return vocabulary.extendedBy(yield* frequentWordsSteps(captions, threshold));
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
    .slice(0, LONGEST)
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
