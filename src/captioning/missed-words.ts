/** The words that a captioner does not write. */
import { tokenizerOf } from '../metrics/language-words.ts';
import { countTokens, type Vocabulary } from '../text/vocabulary.ts';

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
  const tokenize = tokenizerOf(language);
  const written = new Set(captions.flatMap(tokenize));
  const words = references.flat().flatMap(tokenize);
  const missed = countTokens(words).filter(([word]) => !written.has(word));
  const isKnown = ([word]: Count) => vocabulary.idOf(word) !== undefined;
  return {
    known: missed.filter(isKnown),
    unknown: missed.filter((count) => !isKnown(count)),
    unknownShare: words.filter((word) => vocabulary.idOf(word) === undefined).length / Math.max(1, words.length),
  };
}
