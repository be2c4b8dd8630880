/** What a page shows of a caption: its words in their places, and how sure they are. Knows no HTML. */
import type { Caption, CaptionWord } from '../caption.ts';

/** A word of a caption as it is shown. */
export interface ShownWord {
  /** What stands before it: not all languages put spaces between words. */
  between: string;
  word: string;
  /** The word's confidence, or its probability where the captioner has none. */
  probability: number;
}

/**
 * How sure a caption is, for putting captions in order: its confidence, or the geometric mean of the probabilities of
 * its words and its end.
 */
export function sureness({ confidence, logProb, words }: Caption): number {
  return confidence ?? Math.exp(logProb / (words.length + 1));
}

/** The words of a caption, in their places. */
export function shownWords({ caption, words }: Pick<Caption, 'caption' | 'words'>): ShownWord[] {
  let end = 0;
  return words.map((word) => {
    const begin = caption.indexOf(word.word, end);
    const between = caption.slice(end, begin);
    end = begin + word.word.length;
    return { between, word: word.word, probability: probabilityOf(word) };
  });
}

function probabilityOf({ confidence, logProb }: CaptionWord): number {
  return confidence ?? Math.exp(logProb);
}
