/** The words that a captioner does not write. */
import { mapSteps, partOf, runAtOnce, type Steps } from '../../base/steps.ts';
import { tokenizerOf } from '../../metrics/language-words.ts';
import { countTokensSteps, type Vocabulary } from '../../text/vocabulary.ts';

type Count = [word: string, count: number];

/** Words that people wrote for pictures and a captioner did not, most frequent first. */
export interface MissedWords {
  /** Those of its vocabulary, with how often people wrote them. */
  known: Count[];
  /** Those that its vocabulary lacks, with how often people wrote them. */
  unknown: Count[];
  /** Share of unknown words in all that people wrote. */
  unknownShare: number;
}

/**
 * The words of the references that come in none of the captions.
 *
 * @param captions of all pictures, by the captioner
 * @param references people's captions of each picture
 * @param language of all of them
 */
export function missedWords(
  captions: readonly string[],
  references: readonly (readonly string[])[],
  vocabulary: Vocabulary,
  language?: string,
): MissedWords {
  return runAtOnce(missedWordsSteps(captions, references, vocabulary, language));
}

/** `missedWords`, picture by picture. */
export function* missedWordsSteps(
  captions: readonly string[],
  references: readonly (readonly string[])[],
  vocabulary: Vocabulary,
  language?: string,
): Steps<MissedWords> {
  const tokenize = tokenizerOf(language);
  const written = new Set((yield* partOf(mapSteps(captions, tokenize), 0, 0.2)).flat());
  const counting = countTokensSteps(references, (ofPicture) => ofPicture.flatMap(tokenize));
  const words = yield* partOf(counting, 0.2, 1);
  const missed = words.filter(([word]) => !written.has(word));
  const isKnown = ([word]: Count) => vocabulary.idOf(word) !== undefined;
  const isUnknown = (count: Count) => !isKnown(count);
  const sumOf = (counts: readonly Count[]) => counts.reduce((sum, [, count]) => sum + count, 0);
  return {
    known: missed.filter(isKnown),
    unknown: missed.filter(isUnknown),
    unknownShare: sumOf(words.filter(isUnknown)) / Math.max(1, sumOf(words)),
  };
}
