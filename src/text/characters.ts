/**
 * Characters as people count them: grapheme clusters (Unicode Standard Annex #29), so that an emoji of several code
 * points or a letter with its accent is one token and is never torn apart.
 */

/**
 * Code units that join neither what is before nor what is after them: Latin, Greek, Cyrillic, punctuation, Chinese,
 * Japanese. An accent may follow them, but that is not one of them. Nearly all text is made of these, and the
 * segmenter takes a microsecond for each.
 */
const ALONE =
  '\\0-\\t\\v\\f\\x0e-\\u02ff\\u0370-\\u0482\\u048a-\\u052f\\u2010-\\u2027\\u2030-\\u205e' +
  '\\u3001-\\u3029\\u3041-\\u3096\\u30a1-\\u30fa\\u3400-\\u4dbf\\u4e00-\\u9fff\\uff01-\\uff60';
const JOINING = `[^${ALONE}\\r\\n]`;

/** A line end of two, a stretch for the segmenter (with the characters beside it), or a character that is alone. */
const PIECE = new RegExp(`\\r\\n|[${ALONE}]?(?:${JOINING}+[${ALONE}]?)+|.`, 'gs');

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The characters of a text, in order. Joined, they are the text. */
export function splitCharacters(text: string): string[] {
  const characters: string[] = [];
  for (const piece of text.match(PIECE) ?? []) {
    if (piece.length === 1 || piece === '\r\n') characters.push(piece);
    else pushClusters(piece, characters);
  }
  return characters;
}

/** Code units that the segmenter gets at once: its time grows with the square of them. */
const WINDOW = 256;

function pushClusters(text: string, characters: string[]): void {
  let start = 0;
  let window = WINDOW;
  while (start < text.length) {
    const clusters = Array.from(segmenter.segment(text.slice(start, start + window)), ({ segment }) => segment);
    // The last one may go on behind the window.
    if (start + window < text.length) clusters.pop();
    characters.push(...clusters);
    start += clusters.join('').length;
    window = clusters.length > 0 ? WINDOW : window * 2;
  }
}
