/** Features of source code in C and in languages that write comments, strings and conditions alike. */
import { bracketDepth, bracketFeatures } from './brackets.ts';
import { afterEach, type TextFeature } from './feature.ts';

export const codeFeatures: readonly TextFeature[] = [
  { name: 'inside a comment', kind: 'binary', values: insideComment },
  { name: 'inside a string', kind: 'binary', values: insideString },
  { name: 'inside an if condition', kind: 'binary', values: insideIfCondition },
  { name: 'inside a preprocessor line', kind: 'binary', values: insidePreprocessorLine },
  ...bracketFeatures(codeOnly, endsFunction),
];

/** Whether a text looks like source code in such a language: one line of six that has anything in it ends as they do. */
export function looksLikeCode(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.filter((line) => /[;{}]\s*$/.test(line)).length > lines.length / 6;
}

/** Inside a comment, once its two first characters were read and until its two last ones were (of `//`: the line end). */
export function insideComment(text: string): Float32Array {
  return placesOf(text).map((place) => (place === BLOCK_COMMENT || place === LINE_COMMENT ? 1 : 0));
}

/** Inside "…" or '…'. */
export function insideString(text: string): Float32Array {
  return placesOf(text).map((place) => (place === STRING || place === CHARACTER ? 1 : 0));
}

/** Inside the brackets behind the word `if`, whatever brackets, strings and comments there are in them. */
export function insideIfCondition(text: string): Float32Array {
  const code = codeOnly(text);
  const depths = bracketDepth(code, ['()'], endsFunction);
  /** The depth outside the condition that is being read. */
  let outside: number | undefined;
  return afterEach(code, (unit, i) => {
    const depth = depths[i]!;
    if (outside !== undefined && depth <= outside) outside = undefined;
    else if (outside === undefined && unit === '(' && endsInIf(code, i)) outside = depth - 1;
    return outside === undefined ? 0 : 1;
  });
}

/** On a line that begins with `#`, and on those that a backslash at the end adds to it. */
export function insidePreprocessorLine(text: string): Float32Array {
  const code = codeOnly(text);
  let [leading, inside] = [true, false];
  return afterEach(code, (unit, i) => {
    if (unit === '\n') {
      inside &&= code[i - 1] === '\\';
      leading = true;
    } else if (unit === '#' && leading) inside = true;
    else if (unit.trim() !== '') leading = false;
    return inside ? 1 : 0;
  });
}

/** Where one is after a character. */
const [CODE, BLOCK_COMMENT, LINE_COMMENT, STRING, CHARACTER] = [0, 1, 2, 3, 4];

/**
 * Where one is after each code unit. Comments do not nest, a backslash takes the meaning from the character after it,
 * and a string that is not closed ends with its line, as an apostrophe in an `#error` does.
 */
function placesOf(text: string): Float32Array {
  let place = CODE;
  /** Where the place began: in `/*` + `/` the star that opens the comment does not close it. */
  let start = 0;
  let escaped = false;
  const enter = (next: number, i: number) => {
    [place, start] = [next, i];
  };
  return afterEach(text, (unit, i) => {
    const before = i > start ? text[i - 1] : undefined;
    if (place === CODE) {
      if (unit === '*' && before === '/') enter(BLOCK_COMMENT, i + 1);
      else if (unit === '/' && before === '/') enter(LINE_COMMENT, i);
      else if (unit === '"') enter(STRING, i);
      else if (unit === "'") enter(CHARACTER, i);
    } else if (place === BLOCK_COMMENT) {
      if (unit === '/' && before === '*') enter(CODE, i + 1);
    } else if (unit === '\n' && !escaped) enter(CODE, i);
    else if (!escaped && ((place === STRING && unit === '"') || (place === CHARACTER && unit === "'"))) enter(CODE, i);
    escaped = place !== CODE && unit === '\\' && !escaped;
    return place;
  });
}

/** The text with spaces for what stands in comments and strings; line ends stay. */
function codeOnly(text: string): string {
  const places = placesOf(text);
  let code = '';
  for (let i = 0; i < text.length; i++) code += places[i] === CODE || text[i] === '\n' ? text.charAt(i) : ' ';
  return code;
}

/** A closing brace that begins a line ends a function: all brackets are closed then. */
function endsFunction(text: string, index: number): boolean {
  return text[index] === '}' && (index === 0 || text[index - 1] === '\n');
}

/** Whether the code before `end` ends in the word `if`. */
function endsInIf(code: string, end: number): boolean {
  return /(?<![\p{L}\p{N}_])if\s*$/u.test(code.slice(Math.max(0, end - 12), end));
}
