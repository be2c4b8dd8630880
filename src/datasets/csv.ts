/** Reads comma-separated values (RFC 4180). Does not know what the columns mean. */

import { InputError } from '../base/errors.ts';

export interface CsvRecord {
  fields: string[];
  /** The line on which the record begins, from 1. */
  line: number;
}

/**
 * The records of a CSV text. A quoted field may hold commas, line breaks and doubled quotes; empty lines are no
 * records.
 *
 * @param name where the text is from, for the error
 * @throws InputError when a quote is not closed, or is not followed by a comma or a line break
 */
export function parseCsv(text: string, name: string): CsvRecord[] {
  // A field with what ends it. The quoted form is tried first; an open quote makes both forms fail.
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n][^,\r\n]*|))(,|\r?\n|$)/gy;
  const records: CsvRecord[] = [];
  let record: CsvRecord = { fields: [], line: 1 };
  let line = 1;
  while (field.lastIndex < text.length || record.fields.length > 0) {
    const start = field.lastIndex;
    const match = field.exec(text);
    if (!match) {
      throw new InputError(`${name} line ${line} is not valid CSV`, {
        found: JSON.stringify(text.slice(start, start + 40)),
        expected: 'a quoted field to end with a quote and a comma',
      });
    }
    const [all, quoted, plain = '', end] = match;
    record.fields.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    line += all.split('\n').length - 1;
    if (end === ',') continue;
    if (record.fields.length > 1 || all.trim() !== '') records.push(record);
    record = { fields: [], line };
  }
  return records;
}
