/** The vocabulary of captions, and captions as word ids. */
import { InputError } from '../base/errors.ts';
import { mapSteps, type Steps } from '../base/steps.ts';
import { tokenizerOf } from '../metrics/language-words.ts';
import { END, START, UNKNOWN } from '../text/special-tokens.ts';
import { TokenCounter } from '../text/token-counter.ts';
import { Vocabulary } from '../text/vocabulary.ts';
import type { CaptionsByPicture } from './caption.ts';
import type { CaptionSettings } from './config.ts';
import { chooseLanguage, isSpecial, languagesOf, startIds, startToken } from './languages.ts';

/** The longest caption in words; the rest of a longer one, which can't be meant as a caption, is cut off. */
export const LONGEST_CAPTION = 40;

/** What limits a vocabulary; see `CaptionSettings`. */
export type VocabularyLimits = Pick<CaptionSettings, 'threshold' | 'words'>;

/**
 * The vocabulary of training captions: special tokens, then the words of all languages that come at least `threshold`
 * times, most frequent first.
 *
 * @param limits the fewest occurrences of a word, and the most `words`, the rarest being left out
 * @throws InputError when no word comes so often
 */
export function* captionVocabularySteps(
  written: CaptionsByPicture,
  { threshold, words: most }: VocabularyLimits,
): Steps<Vocabulary> {
  const words = (yield* frequentWordsSteps(written, threshold)).slice(0, most);
  if (words.length === 0) {
    throw new InputError(
      `no word comes ${threshold} times in the ${written.captions.flat().length} training captions`,
      {
        expected: 'words that are seen often enough to be learned',
        advice: 'Use a smaller threshold, or more captions.',
        settings: ['threshold'],
      },
    );
  }
  const languages = languagesIn(written);
  const starts = languages.length > 0 ? languages.map(startToken) : [START];
  return new Vocabulary([...starts, END, UNKNOWN, ...words]);
}

/**
 * A vocabulary with the words of further captions that come at least `threshold` times, and the STARTs of languages that
 * are new to it. The old tokens stay in front, in their order; where there are more words than `words` allows, the first
 * ones, which were the most frequent, stay. One without languages gets them: its START becomes that of the captions' first
 * language.
 *
 * @throws InputError when the vocabulary has languages, and the captions do not say theirs
 */
export function* extendVocabularySteps(
  vocabulary: Vocabulary,
  written: CaptionsByPicture,
  { threshold, words: most = Number.POSITIVE_INFINITY }: VocabularyLimits,
): Steps<Vocabulary> {
  const [known, languages] = [languagesOf(vocabulary), languagesIn(written)];
  if (known.length > 0 && languages.length === 0) {
    throw new InputError('the captions do not say in which language they are', {
      found: `a captioner to start from that writes in ${known.join(', ')}`,
      advice: 'Name the language of each dataset.',
    });
  }
  const [first] = languages;
  const renamed = known.length > 0 || first === undefined ? vocabulary : renameStart(vocabulary, first);
  const kept = firstWords(renamed, most);
  const words = yield* frequentWordsSteps(written, threshold);
  const further = words.filter((word) => vocabulary.idOf(word) === undefined);
  return kept.extendedBy([...languages.map(startToken), ...further.slice(0, most - wordCount(kept))]);
}

function wordCount({ tokens }: Vocabulary): number {
  return tokens.filter((token) => !isSpecial(token)).length;
}

/** A vocabulary of the special tokens and the first words of another. */
export function firstWords(vocabulary: Vocabulary, most: number): Vocabulary {
  if (wordCount(vocabulary) <= most) return vocabulary;
  let words = 0;
  return new Vocabulary(vocabulary.tokens.filter((token) => isSpecial(token) || words++ < most));
}

function renameStart({ tokens }: Vocabulary, language: string): Vocabulary {
  return new Vocabulary(tokens.map((token) => (token === START ? startToken(language) : token)));
}

/** The languages of captions, in the order in which they first come. */
function languagesIn({ languages = [] }: CaptionsByPicture): string[] {
  return [...new Set(languages)];
}

/** The special tokens of a vocabulary by their ids. */
export interface SpecialIds {
  start: number;
  end: number;
  unknown: number;
  /** What is never written: each START and the unknown word. */
  forbidden: number[];
}

/**
 * The ids of the special tokens in a vocabulary.
 *
 * @param options `language` that START is of, by default the vocabulary's first; `name` of the vocabulary, for the error
 * @throws InputError when it lacks one of them; UsageError when it does not have the language
 */
export function specialIds(
  vocabulary: Vocabulary,
  { language, name = 'the vocabulary' }: { language?: string | undefined; name?: string } = {},
): SpecialIds {
  const starts = startIds(vocabulary);
  const [end, unknown] = [vocabulary.idOf(END), vocabulary.idOf(UNKNOWN)];
  if (starts.size === 0 || end === undefined || unknown === undefined) {
    throw new InputError(`${name} is not that of a captioner`, {
      found: `no ${starts.size === 0 ? START : end === undefined ? END : UNKNOWN}`,
    });
  }
  const start = starts.get(chooseLanguage(vocabulary, language))!;
  return { start, end, unknown, forbidden: [...starts.values(), unknown] };
}

/**
 * The rarity of a word: the logarithm of its rank in a vocabulary, which is sorted by frequency, since by Zipf's law the
 * word of rank r comes 1/r as often as the first.
 */
export function rarityOf(word: string, vocabulary: Vocabulary): number {
  const firstWord = vocabulary.tokens.findIndex((token) => !isSpecial(token));
  const rank = 1 + (vocabulary.idOf(word) ?? vocabulary.size) - firstWord;
  return Math.log(Math.max(1, rank));
}

/** The ids of a caption's words, without START and END. @param language of the caption, by its tag */
export function encodeCaption(caption: string, vocabulary: Vocabulary, language?: string): number[] {
  const unknown = vocabulary.idOf(UNKNOWN)!;
  return wordsOf(caption, language)
    .slice(0, LONGEST_CAPTION)
    .map((word) => vocabulary.idOf(word) ?? unknown);
}

/** The words that come at least `threshold` times, most frequent first. */
function* frequentWordsSteps({ captions, languages }: CaptionsByPicture, threshold: number): Steps<string[]> {
  const counter = new TokenCounter(threshold);
  yield* mapSteps(captions, (written, picture) => {
    for (const caption of written) counter.add(wordsOf(caption, languages?.[picture]));
  });
  return counter.frequent(counter.tokens);
}

/** The special tokens that some datasets write into their captions. */
const WRITTEN_SPECIAL = /<(start|end|unk)>/g;

/** The words of a caption, without special tokens, which only the tokenizer of English leaves whole. */
function wordsOf(caption: string, language?: string): string[] {
  const tokenize = tokenizerOf(language);
  const text = tokenize === tokenizerOf() ? caption : caption.replace(WRITTEN_SPECIAL, ' ');
  return tokenize(text).filter((word) => !isSpecial(word));
}
