import { tokenizeCaption } from '../metrics/tokenize.ts';
import { countTokens, type Vocabulary } from '../text/vocabulary.ts';

type Count = [word: string, count: number];

/** Words that people wrote about pictures and a captioner did not, most frequent first. */
export interface MissedWords {
  /** Words of its vocabulary, with how often people wrote them. */
  known: Count[];
  /** Words that its vocabulary does not have. */
  unknown: Count[];
  /** Share of all words that people wrote that are unknown ones. */
  unknownShare: number;
}

/**
 * @param captions what the captioner wrote
 * @param references what people wrote about each of the pictures
 */
export function missedWords(
  captions: readonly string[],
  references: readonly (readonly string[])[],
  vocabulary: Vocabulary,
): MissedWords {
  const written = new Set(captions.flatMap(tokenizeCaption));
  const words = references.flat().flatMap(tokenizeCaption);
  const missed = countTokens(words).filter(([word]) => !written.has(word));
  const isKnown = ([word]: Count) => vocabulary.idOf(word) !== undefined;
  return {
    known: missed.filter(isKnown),
    unknown: missed.filter((count) => !isKnown(count)),
    unknownShare: words.filter((word) => vocabulary.idOf(word) === undefined).length / Math.max(1, words.length),
  };
}
