/**
 * Reads the rows of a table of captions: comma-separated, tab-separated or a JSON object a line, as
 * `caption describe --json` writes them too. A file without names of columns holds pairs of a file name and a caption.
 */

import * as v from 'valibot';
import { counted } from '../base/counted.ts';
import { InputError } from '../base/errors.ts';
import { parseJson } from '../base/json.ts';
import { isPictureName } from '../base/picture-names.ts';
import { filledLinesOf, linesOf, type NumberedLine, readText } from '../base/text-file.ts';
import { type DelimitedRecord, firstLineOf, parseDelimited } from './delimited.ts';
import { fieldsOfObject } from './json-records.ts';
import { asJson, jsonValues } from './json-text.ts';
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

/** The records of JSON, a line each or in other ways one after another; or of a list in JSON, which some call .jsonl too. */
function jsonRecords(text: string, path: string, reading: DatasetReading): TableRecord[] {
  if (text.trimStart().startsWith('[')) {
    return objectRecords(parseJson(asJson(text), v.array(v.unknown()), path), path, reading);
  }
  return recordsOfObjects(jsonValues(text), path, reading);
}

/** The records of objects in JSON that stand one after another. */
export function recordsOfObjects(
  values: readonly NumberedLine[],
  path: string,
  reading: DatasetReading,
): TableRecord[] {
  return reading.oddities.readItems(values, 'lines', (value) => {
    const at = `line ${value.line}`;
    const object = parseJson(value.text, jsonRecord, `${path} ${at}`);
    return { at, fields: fieldsOfObject(object, `${path} ${at}`, reading.oddities) };
  });
}

/** The records of a list of objects. */
export function objectRecords(items: readonly unknown[], path: string, { oddities }: DatasetReading): TableRecord[] {
  return oddities.readItems(items, 'records', (item, i) => {
    const at = `record ${i + 1}`;
    return { at, fields: fieldsOfObject(item, `${path} ${at}`, oddities) };
  });
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
  const ending = /\.(jsonl|jsonlines|ndjson|tsv|csv)(\.gz)?$/i.exec(name)?.[1]?.toLowerCase();
  return ending?.includes('json') ? 'json' : (ending as 'tsv' | 'csv' | undefined);
}

/** What separates the fields of a table that is not called .tsv, the likeliest first. */
export const DELIMITERS = [',', ';', '\t', '|'];

/** What stands between the name of a picture and its caption in lines that are no table. */
const PAIR_SIGNS = [': ', ' '];

/** Lines of a name and a caption, with a header. */
function pairLines(text: string, sign: string): DelimitedRecord[] {
  const records = filledLinesOf(text).map(({ line, text: pair }) => {
    const at = pair.indexOf(sign);
    return { line, fields: at === -1 ? [pair] : [pair.slice(0, at), pair.slice(at + sign.length)] };
  });
  return [headerOf(['file_name', 'text']), ...records];
}

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
  const pairSign = PAIR_SIGNS.find((sign) => isPictureName(fieldsBy(sign)[0]!) && fieldsBy(sign).length > 1);
  if (delimiter === undefined && pairSign) return withHeader(path, pairSign, pairLines(text, pairSign), reading);
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
      found: counted(fields.length, 'field'),
      expected: `${counted(columns.length, 'field')}: ${columns.join(', ')}`,
      advice: delimiter === ',' ? 'A field that holds a comma must stand in double quotes.' : undefined,
    });
  });
}
