/** Features of the brackets of any text. */
import { afterEach, endsParagraph, type TextFeature } from './feature.ts';

/** Whether all brackets count as closed after the code unit at `index`, so that one that is missing does little harm. */
export type EndOfBrackets = (text: string, index: number) => boolean;

/**
 * @param prepare takes out what is not to be looked at, keeping the length
 * @param end where all brackets are closed
 */
export function bracketFeatures(
  prepare: (text: string) => string = (text) => text,
  end: EndOfBrackets = endsParagraph,
): TextFeature[] {
  const inside = (brackets: string): TextFeature => ({
    name: `inside ${brackets[0]} ${brackets[1]}`,
    kind: 'binary',
    values: (text) => bracketDepth(prepare(text), [brackets], end).map((depth) => Math.min(depth, 1)),
  });
  return [
    inside('()'),
    inside('[]'),
    inside('{}'),
    {
      name: 'depth of brackets',
      kind: 'number',
      values: (text) => bracketDepth(prepare(text), ['()', '[]', '{}'], end),
    },
  ];
}

/**
 * How many brackets are open. A bracket that closes what was never opened counts for nothing.
 *
 * @param pairs the kinds of brackets, such as `()`
 */
export function bracketDepth(text: string, pairs: readonly string[], end: EndOfBrackets = endsParagraph): Float32Array {
  const change = new Map(pairs.flatMap((pair) => [[pair[0], 1] as const, [pair[1], -1] as const]));
  let depth = 0;
  return afterEach(text, (unit, i) => {
    depth = end(text, i) ? 0 : Math.max(0, depth + (change.get(unit) ?? 0));
    return depth;
  });
}
