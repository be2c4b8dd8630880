/**
 * Reads values that are separated by commas (RFC 4180) or by another sign. Does not know what the columns mean. Its time
 * and memory grow with the length of the text, whatever is wrong with it.
 */

import { InputError } from '../base/errors.ts';

export interface DelimitedRecord {
  fields: string[];
  /** The line on which the record begins, from 1. */
  line: number;
}

/** A field, and where it ends: at a delimiter, a line end or the end of the text. */
interface Field {
  value: string;
  quoted: boolean;
  end: number;
}

/**
 * The records of a text. A quoted field may hold delimiters, line breaks and doubled quotes, and spaces may stand before
 * it; empty lines are no records. Lines end with LF, CR LF or CR: old spreadsheets on a Mac put CR between the rows and LF
 * into the fields.
 *
 * @param name where the text is from, for the error
 * @throws InputError when a quote is not closed, or is not followed by a delimiter or a line break
 */
export function parseDelimited(text: string, name: string, delimiter = ','): DelimitedRecord[] {
  const nextDelimiter = finder(text, delimiter);
  const [nextLf, nextCr] = [finder(text, '\n'), finder(text, '\r')];

  const plainField = (start: number): Field => {
    const end = Math.min(nextDelimiter(start), nextLf(start), nextCr(start));
    return { value: text.slice(start, end), quoted: false, end };
  };
  /** @returns undefined where the quote is not closed, or something else than a delimiter or a line end comes after it */
  const quotedField = (start: number): Field | undefined => {
    let quote = text.indexOf('"', start + 1);
    while (quote !== -1 && text[quote + 1] === '"') quote = text.indexOf('"', quote + 2);
    if (quote === -1) return undefined;
    const end = quote + 1;
    const closed =
      end === text.length || text.startsWith(delimiter, end) || /^\r?\n|^\r/.test(text.slice(end, end + 2));
    return closed ? { value: text.slice(start + 1, quote).replaceAll('""', '"'), quoted: true, end } : undefined;
  };

  const records: DelimitedRecord[] = [];
  let line = 1;
  const fieldAt = (start: number): Field => {
    let quote = start;
    while (text[quote] === ' ') quote++;
    if (text[quote] !== '"') return plainField(start);
    const plain = plainField(start);
    const field = quotedField(quote);
    // After a space a quote may be a part of the text, unless it is closed in the same line.
    if (field && (quote === start || !/[\r\n]/.test(text.slice(quote, field.end)))) return field;
    if (quote > start) return plain;
    throw new InputError(`${name} line ${line} is not valid CSV`, {
      found: JSON.stringify(text.slice(start, start + 40)),
      expected: `a quoted field to end with a quote and a ${delimiter === ',' ? 'comma' : JSON.stringify(delimiter)}`,
    });
  };

  let record: DelimitedRecord = { fields: [], line };
  let at = 0;
  while (at < text.length || record.fields.length > 0) {
    const field = fieldAt(at);
    record.fields.push(field.value);
    if (field.quoted) line += field.value.split(/\r\n|\r|\n/).length - 1;
    at = field.end;
    if (text.startsWith(delimiter, at)) {
      at += delimiter.length;
      continue;
    }
    if (record.fields.length > 1 || field.quoted || field.value.trim() !== '') records.push(record);
    if (text.startsWith('\r\n', at)) at += 2;
    else if (at < text.length) at++;
    line++;
    record = { fields: [], line };
  }
  return records;
}

/** The first line of a text, without its end. */
export function firstLineOf(text: string): string {
  return text.slice(0, /[\r\n]/.exec(text)?.index);
}

/** A search for a sign from places that only grow: no part of the text is looked through twice. */
function finder(text: string, sign: string): (from: number) => number {
  let found = -1;
  return (from) => {
    if (found < from) {
      found = text.indexOf(sign, from);
      if (found === -1) found = text.length;
    }
    return found;
  };
}
