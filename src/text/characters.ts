/**
 * Characters as people count them: grapheme clusters (Unicode Standard Annex #29), so that an emoji of several code
 * points or a letter with its accent is one token and is never torn apart.
 */

/** Below U+0300 every code unit is a character of its own, but for a line end of two. */
const SIMPLE = /^[\u0000-\u02ff]*$/;
const SIMPLE_CHARACTER = /\r\n|[^]/g;

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The characters of a text, in order. Joined, they are the text. */
export function splitCharacters(text: string): string[] {
  if (SIMPLE.test(text)) return text.match(SIMPLE_CHARACTER) ?? [];
  return text
    .split(/(?<=\n)/)
    .flatMap((line) =>
      SIMPLE.test(line) ? (line.match(SIMPLE_CHARACTER) ?? []) : Array.from(segmenter.segment(line), (s) => s.segment),
    );
}
