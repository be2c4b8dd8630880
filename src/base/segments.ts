/** Long texts in segments of `Intl.Segmenter`, in time that grows with their length. Knows no language. */

/** For words: code units that a segmenter gets at once, and words at their end that what follows may change. */
export const WORD_WINDOW = { window: 1024, uncertain: 3 };

/**
 * The segments of a text. The segmenter gets a window of it at a time, as its time grows with the square of what it gets;
 * a window never ends within a code point.
 *
 * @param window its length in code units; longer where a segment is
 * @param uncertain segments at the end of a window that what follows may still change, at least one
 */
export function* segmentsIn(
  text: string,
  segmenter: Intl.Segmenter,
  { window, uncertain }: { window: number; uncertain: number },
): Generator<Intl.SegmentData, void, void> {
  let start = 0;
  let length = window;
  while (start < text.length) {
    const end = codePointEnd(text, start + length);
    const segments = Array.from(segmenter.segment(text.slice(start, end)));
    if (end < text.length) segments.length = Math.max(0, segments.length - uncertain);
    for (const segment of segments) {
      start += segment.segment.length;
      yield segment;
    }
    length = segments.length > 0 ? window : length * 2;
  }
}

/** The end of a window that may end at `at`, moved behind the pair of surrogates that it would cut. */
function codePointEnd(text: string, at: number): number {
  const unit = text.charCodeAt(at - 1);
  const cuts = unit >= 0xd800 && unit < 0xdc00 && at < text.length;
  return cuts ? at + 1 : Math.min(at, text.length);
}
