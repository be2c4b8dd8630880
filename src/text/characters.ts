/**
 * Characters as people count them: grapheme clusters (Unicode Standard Annex #29), so that an emoji of several code
 * points or a letter with its accent is one token and is never torn apart.
 */

/**
 * Code units that join neither what is before nor what is after them: Latin, Greek, Cyrillic, punctuation, Chinese,
 * Japanese. An accent may follow them, but that is not one of them. Nearly all text is made of these, and the
 * segmenter takes a microsecond for each.
 */
const ALONE = new RegExp(
  '[\\0-\\t\\v\\f\\x0e-\\u02ff\\u0370-\\u0482\\u048a-\\u052f\\u2010-\\u2027\\u2030-\\u205e' +
    '\\u3001-\\u3029\\u3041-\\u3096\\u30a1-\\u30fa\\u3400-\\u4dbf\\u4e00-\\u9fff\\uff01-\\uff60]',
);

/** What each code unit does. */
const [JOINS, STANDS_ALONE, ENDS_LINE] = [0, 1, 2];
const kinds = Uint8Array.from({ length: 0x10000 }, (_, unit) => {
  const character = String.fromCharCode(unit);
  if (character === '\r' || character === '\n') return ENDS_LINE;
  return ALONE.test(character) ? STANDS_ALONE : JOINS;
});

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The characters of a text, in order. Joined, they are the text. */
export function splitCharacters(text: string): string[] {
  const characters: string[] = [];
  // Behind the end is a code unit that joins nothing: NaN finds no kind.
  const kindAt = (i: number) => kinds[text.charCodeAt(i)];
  for (let i = 0; i < text.length; ) {
    const kind = kindAt(i);
    if (kind === ENDS_LINE || (kind === STANDS_ALONE && kindAt(i + 1) !== JOINS)) {
      const length = text[i] === '\r' && text[i + 1] === '\n' ? 2 : 1;
      characters.push(length === 1 ? text.charAt(i) : '\r\n');
      i += length;
    } else {
      // A stretch for the segmenter, with the characters beside it.
      const start = i++;
      while (kindAt(i) === JOINS || (kindAt(i) === STANDS_ALONE && kindAt(i - 1) === JOINS)) i++;
      pushClusters(text.slice(start, i), characters);
    }
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
