/** Texts of JSON as programs write them, which is not always JSON, nor one value a line. Knows no value. */

import { filledLinesOf, type NumberedLine } from '../base/text-file.ts';

/** Behind the string that begins at a place; the text's length where it is not closed. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let escapes = 0;
    while (text[quote - 1 - escapes] === '\\') escapes++;
    if (escapes % 2 === 0) return quote + 1;
  }
  return text.length;
}

/** Beside the beginnings of strings: long integers, not the digits behind a point or an exponent's sign. */
const UNQUOTED = /"|(?<![\w.+-])-?\d{16,}\b(?![.eE])|\bNaN\b|-?\bInfinity\b/g;

/**
 * A text as JSON that can be read without loss: integers that no number can hold become strings, as ids above 2^53 would
 * else become equal; what Python writes for numbers that are none, which JSON does not have, becomes null. What stands in
 * strings stays.
 */
export function asJson(text: string): string {
  if (!/\d{16}|NaN|Infinity/.test(text)) return text;
  const parts: string[] = [];
  let copied = 0;
  UNQUOTED.lastIndex = 0;
  for (let found = UNQUOTED.exec(text); found; found = UNQUOTED.exec(text)) {
    const [sign] = found;
    if (sign === '"') {
      UNQUOTED.lastIndex = endOfString(text, found.index);
      continue;
    }
    parts.push(text.slice(copied, found.index), /\d/.test(sign) ? `"${sign}"` : 'null');
    copied = UNQUOTED.lastIndex;
  }
  return [...parts, text.slice(copied)].join('');
}

/**
 * The values of JSON that stand one after another, as text that can be read without loss, each with the line on which it
 * begins: one a line, or several a line, or each on many lines, with commas between them or without. Where brackets do
 * not match, the lines that are not blank.
 */
export function jsonValues(written: string): readonly NumberedLine[] {
  const text = asJson(written);
  const lines = filledLinesOf(text);
  return lines[0] === undefined || isJson(lines[0].text) ? lines : (objectsIn(text) ?? lines);
}

/**
 * The objects that stand one after another in a text that is no JSON, once `asJson` has made it readable: later ones may be
 * torn. Undefined where it holds something else.
 */
export function severalObjects(text: string): readonly NumberedLine[] | undefined {
  if (text.trimStart().startsWith('[')) return undefined;
  const [, first] = /^\s*(\{[^\n]*\})\s*\n\s*\{/.exec(text) ?? [];
  if (first === undefined) return objectsIn(text);
  return isJson(first) ? filledLinesOf(text) : undefined;
}

/**
 * Values with all that is inside their brackets; undefined where brackets are left open, something else lies between, or
 * the first is no JSON.
 */
function objectsIn(text: string): NumberedLine[] | undefined {
  const values: NumberedLine[] = [];
  const bracket = /["{}[\]]/g;
  let [depth, start, end, line] = [0, 0, 0, 1];
  for (let found = bracket.exec(text); found; found = bracket.exec(text)) {
    const [sign] = found;
    if (sign === '"') bracket.lastIndex = endOfString(text, found.index);
    else if (sign === '{' || sign === '[') {
      if (depth === 0) {
        const between = text.slice(end, found.index);
        if (/[^\s,]/.test(between)) return undefined;
        line += between.split('\n').length - 1;
        start = found.index;
      }
      depth++;
    } else {
      depth--;
      if (depth < 0) return undefined;
      if (depth > 0) continue;
      end = found.index + 1;
      const value = text.slice(start, end);
      values.push({ line, text: value });
      line += value.split('\n').length - 1;
    }
  }
  const isWhole = depth === 0 && !/[^\s,]/.test(text.slice(end));
  return isWhole && values[0] !== undefined && isJson(values[0].text) ? values : undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
