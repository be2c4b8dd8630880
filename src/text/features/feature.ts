/**
 * Features of a text: what a reader who goes from left to right knows after each character, as numbers. They are what
 * the cells of a recurrent network are compared with, so each depends on what was read so far and on nothing behind
 * it: after an opening quotation mark one is inside, after the closing one outside.
 */

export interface TextFeature {
  /** As it stands in lists: `inside quotes`. */
  name: string;
  /** Whether the values are 0 and 1, or numbers that may grow. */
  kind: 'binary' | 'number';
  /** The value after each UTF-16 code unit of the text. */
  values(text: string): Float32Array;
}

/** The values that a function gives for the code units of a text, one after another. */
export function afterEach(text: string, value: (unit: string, index: number) => number): Float32Array {
  const values = new Float32Array(text.length);
  for (let i = 0; i < text.length; i++) values[i] = value(text.charAt(i), i);
  return values;
}

/** Whether the code unit at `index` ends an empty line, and with it a paragraph. */
export function endsParagraph(text: string, index: number): boolean {
  if (text[index] !== '\n') return false;
  let before = index - 1;
  while (text[before] === ' ' || text[before] === '\t' || text[before] === '\r') before--;
  return before < 0 || text[before] === '\n';
}
