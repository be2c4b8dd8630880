/**
 * Reads the rows of a table of captions: comma-separated, tab-separated or a JSON object a line, as
 * `caption describe --json` writes them too. A file without names of columns holds pairs of a file name and a caption.
 */

import * as v from 'valibot';
import { InputError } from '../base/errors.ts';
import { parseJson } from '../base/json.ts';
import { linesOf, type NumberedLine, readText } from '../base/text-file.ts';
import { type DelimitedRecord, firstLineOf, parseDelimited } from './delimited.ts';
import type { DatasetReading } from './reader.ts';
import { isCaptionColumn, isHeader, pairOfFields, rowsOf, type TableRecord, type TableRow } from './table-columns.ts';

const jsonRecord = v.record(v.string(), v.unknown());

/**
 * The rows of a table. A row that is not a picture with its caption is skipped and counted.
 *
 * @throws InputError that names the first such line, where at least half of them are so
 */
export async function readTable(path: string, reading: DatasetReading): Promise<TableRow[]> {
  const readers = { json: jsonRecords, tsv: tsvRecords, csv: csvRecords };
  const text = await readText(path, { what: 'caption table', encoding: reading.encoding });
  return rowsOf(readers[tableKind(path) ?? 'csv'](text, path, reading), path, reading);
}

/** The records of JSON, a line each; or of a list in JSON, which some programs call .jsonl too. */
export function jsonRecords(text: string, path: string, { oddities }: DatasetReading): TableRecord[] {
  const lines = text.trimStart().startsWith('[') ? listedIn(text, path) : filledLinesOf(text);
  return oddities.readItems(lines, 'lines', ({ line, text }) => ({
    at: `line ${line}`,
    fields: Object.entries(parseJson(text, jsonRecord, `${path} line ${line}`)),
  }));
}

const filledLinesOf = (text: string) => linesOf(text).filter((line) => line.text.trim() !== '');

/** The items of a list in JSON as lines of their own. */
function listedIn(text: string, path: string): NumberedLine[] {
  return parseJson(text, v.array(v.unknown()), path).map((item, i) => ({ line: i + 1, text: JSON.stringify(item) }));
}

function tsvRecords(text: string, path: string, reading: DatasetReading): TableRecord[] {
  const records = tsvFields(text, path);
  const first = records[0]?.fields ?? [];
  if (records.length === 0 || reading.columns || isHeader(first)) return withHeader(path, '\t', records, reading);
  return withHeader(path, '\t', [headerOf(pairOfFields(first) ?? ['file_name', 'text']), ...records], reading);
}

const headerOf = (fields: string[]): DelimitedRecord => ({ line: 0, fields });

/**
 * The fields of tab-separated lines as they stand; without the quotes around them, where a program has put them around
 * those that need it: then all records have as many fields as the first.
 */
export function tsvFields(text: string, path: string): DelimitedRecord[] {
  const literal = filledLinesOf(text).map(({ line, text: fields }) => ({ line, fields: fields.split('\t') }));
  if (!text.includes('"')) return literal;
  let quoted: DelimitedRecord[];
  try {
    quoted = parseDelimited(text, path, '\t');
  } catch {
    return literal; // quotes that are a part of the text
  }
  const isEven = (records: readonly DelimitedRecord[]) =>
    records.every(({ fields }) => fields.length === records[0]?.fields.length);
  return isEven(quoted) && (!isEven(literal) || quoted.length === literal.length) ? quoted : literal;
}

/** What a table is by its name: a JSON object a line, fields between tabs, or between signs; undefined for no table. */
export function tableKind(name: string): 'json' | 'tsv' | 'csv' | undefined {
  const ending = /\.(jsonl|ndjson|tsv|csv)(\.gz)?$/i.exec(name)?.[1]?.toLowerCase();
  return ending === 'jsonl' || ending === 'ndjson' ? 'json' : (ending as 'tsv' | 'csv' | undefined);
}

/** What separates the fields of a table that is not called .tsv, the likeliest first. */
export const DELIMITERS = [',', ';', '\t', '|'];

/** The first line of a table by which a spreadsheet is told what separates its fields: `sep=;`. */
const SEPARATOR_LINE = /^"?sep=(.)"?(?:\r\n|\r|\n)/i;

function csvRecords(whole: string, path: string, reading: DatasetReading): TableRecord[] {
  const [separatorLine = '', separator] = SEPARATOR_LINE.exec(whole) ?? [];
  const text = whole.slice(separatorLine.length);
  const signs = separator === undefined ? DELIMITERS : [separator];
  const first = firstLineOf(text);
  const fieldsBy = (sign: string) => first.split(sign).map((field) => field.trim().replace(/^"(.*)"$/, '$1'));
  const named = signs.find((sign) => (reading.columns ? fieldsBy(sign).length > 1 : isHeader(fieldsBy(sign))));
  const delimiter = named ?? signs.find((sign) => fieldsBy(sign).length > 1 && pairOfFields(fieldsBy(sign)));
  if (delimiter === undefined) {
    throw new InputError(`${path} line 1 does not name the columns`, {
      found: first.trim() === '' ? 'an empty file' : JSON.stringify(first.trim().slice(0, 60)),
      expected: 'file_name,text',
      advice: first.trim() === '' ? undefined : 'Columns of other names are named by columnPicture and columnText.',
      settings: ['columnPicture', 'columnText'],
    });
  }
  // In a table with bars, as that of Flickr30k on Kaggle, a quote is a part of the text.
  const records =
    delimiter === '|'
      ? linesOf(text).map(({ line, text: fields }) => ({
          line,
          fields: fields.split('|').map((field) => field.trim()),
        }))
      : parseDelimited(text, path, delimiter);
  const header = named === undefined ? [headerOf(pairOfFields(fieldsBy(delimiter))!)] : [];
  return withHeader(path, delimiter, [...header, ...records], reading);
}

function withHeader(
  path: string,
  delimiter: string,
  [header, ...records]: readonly DelimitedRecord[],
  { oddities }: DatasetReading,
): TableRecord[] {
  const columns = header?.fields.map((name) => name.trim()) ?? [];
  const textIsLast = isCaptionColumn(columns.at(-1) ?? '') && delimiter !== '\t';
  // Spreadsheets write rows of delimiters alone below what they hold.
  const filled = records.filter(({ fields }) => fields.some((value) => value.trim() !== ''));
  return oddities.readItems(filled, 'rows', ({ fields, line }) => {
    let row = fields;
    if (textIsLast && fields.length > columns.length) {
      row = [...fields.slice(0, columns.length - 1), fields.slice(columns.length - 1).join(delimiter)];
      oddities.add('captions with a comma but without quotes, read to the end of the line', `line ${line}`);
    }
    if (row.length === columns.length) {
      return { at: `line ${line}`, fields: columns.map((name, i) => [name, row[i]] as const) };
    }
    throw new InputError(`${path} line ${line} does not fit its header`, {
      found: `${fields.length} fields`,
      expected: `${columns.length} fields: ${columns.join(', ')}`,
      advice: delimiter === ',' ? 'A field that holds a comma must stand in double quotes.' : undefined,
    });
  });
}
