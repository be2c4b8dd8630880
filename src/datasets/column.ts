/** Reads the texts in one column of a table: comma-separated, tab-separated, or a JSON object a line. */

import * as v from 'valibot';
import { type ByteSource, nameOfSource } from '../base/byte-source.ts';
import { counted } from '../base/counted.ts';
import { InputError } from '../base/errors.ts';
import { parseJson } from '../base/json.ts';
import { readText, type TextReading } from '../base/text-file.ts';
import { firstLineOf, parseDelimited } from './delimited.ts';
import { jsonValues } from './json-text.ts';
import type { Oddities } from './oddities.ts';
import { DELIMITERS, tableKind, tsvFields } from './table-rows.ts';

/** How a column is read. */
export interface ColumnReading extends TextReading {
  /** Rows that can't be read are counted here. */
  oddities: Oddities;
}

const jsonRecord = v.record(v.string(), v.unknown());

/**
 * The texts of a column in the order of the rows. A row that has none is skipped and counted.
 *
 * @throws InputError when there is no such column, or at least half of the rows can't be read
 */
export async function readColumn(
  source: string | ByteSource,
  column: string,
  reading: ColumnReading,
): Promise<string[]> {
  return textsOfColumn(await readText(source, { what: 'table', ...reading }), nameOfSource(source), column, reading);
}

/** As `readColumn`, of the text of a table that is called `name`. */
export function textsOfColumn(
  text: string,
  name: string,
  column: string,
  { oddities }: Pick<ColumnReading, 'oddities'>,
): string[] {
  const read = tableKind(name) === 'json' ? jsonColumn : delimitedColumn;
  return read(text, name, column, oddities);
}

/** The names of a table's columns: its first line, or the fields of its first object; none where that can't be read. */
export function columnsOf(text: string, name: string): string[] {
  if (tableKind(name) !== 'json') {
    const first = firstLineOf(text);
    return (parseDelimited(first, name, delimiterIn(text, name))[0]?.fields ?? []).map((field) => field.trim());
  }
  try {
    return Object.keys(JSON.parse(jsonValues(text)[0]?.text ?? '{}'));
  } catch {
    return [];
  }
}

function jsonColumn(text: string, name: string, column: string, oddities: Oddities): string[] {
  const values = jsonValues(text);
  const known = new Set<string>();
  const read = ({ line, text }: { line: number; text: string }) => {
    const record = parseJson(text, jsonRecord, `${name} line ${line}`);
    for (const field of Object.keys(record)) known.add(field);
    const value = record[column];
    if (typeof value === 'string') return value;
    const found = value === undefined ? 'none' : JSON.stringify(value);
    throw new InputError(`${name} line ${line} has no text in ${JSON.stringify(column)}`, { found });
  };
  try {
    return oddities.readItems(values, 'rows', read);
  } catch (error) {
    if (!(error instanceof InputError) || known.size === 0 || known.has(column)) throw error;
    throw noColumn(name, column, [...known]);
  }
}

function delimiterIn(text: string, name: string): string {
  return tableKind(name) === 'tsv' ? '\t' : (DELIMITERS.find((sign) => firstLineOf(text).includes(sign)) ?? ',');
}

function delimitedColumn(text: string, name: string, column: string, oddities: Oddities): string[] {
  const [header, ...records] =
    tableKind(name) === 'tsv' ? tsvFields(text, name) : parseDelimited(text, name, delimiterIn(text, name));
  const columns = header?.fields.map((field) => field.trim()) ?? [];
  const place = columns.indexOf(column);
  if (place === -1) throw noColumn(name, column, columns);
  return oddities.readItems(records, 'rows', ({ line, fields }) => {
    if (fields.length === columns.length) return fields[place]!;
    throw new InputError(`${name} line ${line} does not fit its header`, {
      found: counted(fields.length, 'field'),
      expected: `${counted(columns.length, 'field')}: ${columns.join(', ')}`,
    });
  });
}

function noColumn(name: string, column: string, columns: readonly string[]): InputError {
  return new InputError(`${name} has no column ${JSON.stringify(column)}`, {
    found: columns.length > 0 ? columns.join(', ') : 'an empty file',
    settings: ['column'],
  });
}
