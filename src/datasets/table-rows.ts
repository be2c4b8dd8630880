/**
 * Reads the rows of a table of captions: comma-separated, tab-separated or a JSON object a line, as
 * `caption describe --json` writes them too. The columns are recognised by their names; a tab-separated file without names
 * holds pairs of a file name and a caption.
 */

import * as v from 'valibot';
import { InputError } from '../base/errors.ts';
import { parseJson } from '../base/json.ts';
import { LANGUAGE_TAG, languageTag } from '../base/languages.ts';
import { linesOf, readFilledLines, readText } from '../base/text-file.ts';
import type { Split } from './dataset.ts';
import { type DelimitedRecord, firstLineOf, parseDelimited } from './delimited.ts';
import type { ColumnNames, DatasetReading } from './reader.ts';
import { SPLIT_NAMES } from './split-names.ts';

/** Names of columns of pictures and of captions; the second ones count where no column has one of the first. */
const PICTURE_COLUMNS = [
  /^(file_name|filename|file|image|image_name)$/i,
  /^((image|img|picture|photo)[ _-]?(file([ _-]?name)?|name|path|id)|img|path|file[ _-]?path|picture|photo)$/i,
];
/** Captions of a picture may stand in several columns (text1, text2) or in a list (captions). */
const CAPTION_COLUMNS = [
  /^(text|caption|comment)s?[ _-]?\d*$/i,
  /^(description|sentence|prompt|title|(image|raw|alt)[ _-]?(caption|text|description))s?[ _-]?\d*$/i,
];
const SPLIT_COLUMN = /^split$/i;
/** All captions of a picture in a line of `caption describe --json`, beside the best, which is the first of them. */
const CANDIDATES_COLUMN = 'candidates';
const LANGUAGE_COLUMN = /^language$/i;

/** A picture with captions and, where the table has such columns, its split and the captions' language. */
export interface TableRow {
  /** The line on which it begins, from 1. */
  line: number;
  name: string;
  captions: string[];
  split: Split | undefined;
  /** By its tag; said by all rows of a table, or by none. */
  language: string | undefined;
}

/** A record of a file, before its columns are interpreted. */
interface TableRecord {
  line: number;
  /** With the names of their columns, of which two may be the same. */
  fields: readonly (readonly [column: string, value: unknown])[];
}

const jsonRecord = v.record(v.string(), v.unknown());
const captionField = v.union([v.string(), v.array(v.string())]);
const candidatesField = v.array(v.object({ caption: v.string() }));

/**
 * The rows of a table. A row that is not a picture with its caption is skipped and counted.
 *
 * @throws InputError that names the first such line, where at least half of them are so
 */
export async function readTable(path: string, reading: DatasetReading): Promise<TableRow[]> {
  const readers = { json: jsonRecords, tsv: tsvRecords, csv: csvRecords };
  const records = await readers[tableKind(path) ?? 'csv'](path, reading);
  const columns = chosenColumns(records, path, reading.columns);
  const rows = reading.oddities.readItems(records, 'rows', (record) => rowOf(record, path, columns));
  const unsaid = rows.find(({ language }) => language === undefined);
  if (unsaid && rows.some(({ language }) => language !== undefined)) {
    throw wrongLine(path, unsaid.line, 'no language', `${LANGUAGE_TAG}, as other lines have one`);
  }
  return rows;
}

/** Tells the columns of pictures and of captions by their names. */
interface Columns {
  picture: RegExp;
  caption: RegExp;
}

function chosenColumns(records: readonly TableRecord[], path: string, named: ColumnNames = {}): Columns {
  const names = new Set(records.flatMap(({ fields }) => fields.map(([name]) => name)));
  const choose = (usual: readonly RegExp[], name: string | undefined, setting: string) => {
    if (name === undefined) return usual.find((column) => [...names].some((other) => column.test(other))) ?? usual[0]!;
    const column = new RegExp(`^${name.replace(/[^\p{L}\p{N}_]/gu, '\\$&')}$`, 'i');
    if (names.size === 0 || [...names].some((other) => column.test(other))) return column;
    throw new InputError(`${path} has no column ${JSON.stringify(name)}`, {
      found: [...names].join(', '),
      advice: `Name one of them by ${setting}.`,
      settings: [setting],
    });
  };
  return {
    picture: choose(PICTURE_COLUMNS, named.picture, 'columnPicture'),
    caption: choose(CAPTION_COLUMNS, named.text, 'columnText'),
  };
}

function rowOf({ line, fields }: TableRecord, path: string, columns: Columns): TableRow {
  const of = (column: RegExp) => fields.filter(([name]) => column.test(name));
  const name = String(of(columns.picture)[0]?.[1] ?? '').trim(); // null in JSON is no name either
  if (name === '') throw wrongLine(path, line, 'no file name', 'file_name and text');
  const split = splitOf(of(SPLIT_COLUMN)[0]?.[1], path, line);
  const language = languageOf(of(LANGUAGE_COLUMN)[0]?.[1], path, line);
  const written = of(columns.caption);
  if (written.length === 0) throw wrongLine(path, line, 'no text', 'file_name and text');
  const candidates = v.safeParse(candidatesField, fields.find(([column]) => column === CANDIDATES_COLUMN)?.[1]);
  if (candidates.success) {
    return { line, name, captions: candidates.output.map(({ caption }) => caption), split, language };
  }
  const captions = written.flatMap(([column, value]) => {
    if (value === null || (value === '' && written.length > 1)) return []; // other pictures have more captions
    const parsed = v.safeParse(captionField, value);
    if (parsed.success) return parsed.output;
    throw wrongLine(path, line, `${column}: ${JSON.stringify(value)}`, 'a text, or a list of texts');
  });
  return { line, name, captions, split, language };
}

function splitOf(value: unknown, path: string, line: number): Split | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const split = SPLIT_NAMES.get(String(value).trim().toLowerCase());
  if (split) return split;
  throw wrongLine(path, line, `the split ${JSON.stringify(value)}`, [...SPLIT_NAMES.keys()].join(', '));
}

function languageOf(value: unknown, path: string, line: number): string | undefined {
  const text = String(value ?? '').trim();
  if (text === '') return undefined;
  const language = languageTag(text);
  if (language) return language;
  throw wrongLine(path, line, `the language ${JSON.stringify(value)}`, LANGUAGE_TAG);
}

function wrongLine(path: string, line: number, found: string, expected: string): InputError {
  return new InputError(`${path} line ${line} is not a picture with its caption`, { found, expected });
}

async function jsonRecords(path: string, { encoding, oddities }: DatasetReading): Promise<TableRecord[]> {
  const lines = await readFilledLines(path, { what: 'caption table', encoding });
  return oddities.readItems(lines, 'lines', ({ line, text }) => ({
    line,
    fields: Object.entries(parseJson(text, jsonRecord, `${path} line ${line}`)),
  }));
}

async function tsvRecords(path: string, reading: DatasetReading): Promise<TableRecord[]> {
  const text = await readText(path, { what: 'caption table', encoding: reading.encoding });
  const records = tsvFields(text, path);
  const named = records[0] && (reading.columns || isHeader(records[0].fields));
  const header = { line: 0, fields: ['file_name', 'text'] };
  return withHeader(path, '\t', named ? records : [header, ...records], reading);
}

/**
 * The fields of tab-separated lines as they stand; without the quotes around them, where a program has put them around
 * those that need it: then all records have as many fields as the first.
 */
export function tsvFields(text: string, path: string): DelimitedRecord[] {
  const literal = linesOf(text)
    .filter((line) => line.text.trim() !== '')
    .map(({ line, text: fields }) => ({ line, fields: fields.split('\t') }));
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

async function csvRecords(path: string, reading: DatasetReading): Promise<TableRecord[]> {
  const text = await readText(path, { what: 'caption table', encoding: reading.encoding });
  const first = firstLineOf(text);
  const delimiter = DELIMITERS.find((sign) => {
    const fields = first.split(sign).map((field) => field.trim().replace(/^"(.*)"$/, '$1'));
    return reading.columns ? fields.length > 1 : isHeader(fields);
  });
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
  return withHeader(path, delimiter, records, reading);
}

const isHeader = (fields: readonly string[]): boolean =>
  [PICTURE_COLUMNS, CAPTION_COLUMNS].every((columns) =>
    columns.some((column) => fields.some((name) => column.test(name.trim()))),
  );

function withHeader(
  path: string,
  delimiter: string,
  [header, ...records]: readonly DelimitedRecord[],
  { oddities }: DatasetReading,
): TableRecord[] {
  const columns = header?.fields.map((name) => name.trim()) ?? [];
  const textIsLast = CAPTION_COLUMNS.some((column) => column.test(columns.at(-1) ?? '')) && delimiter !== '\t';
  return oddities.readItems(records, 'rows', ({ fields, line }) => {
    let row = fields;
    if (textIsLast && fields.length > columns.length) {
      row = [...fields.slice(0, columns.length - 1), fields.slice(columns.length - 1).join(delimiter)];
      oddities.add('captions with a comma but without quotes, read to the end of the line', `line ${line}`);
    }
    if (row.length === columns.length) {
      return { line, fields: columns.map((name, i) => [name, row[i]] as const) };
    }
    throw new InputError(`${path} line ${line} does not fit its header`, {
      found: `${fields.length} fields`,
      expected: `${columns.length} fields: ${columns.join(', ')}`,
      advice: delimiter === '\t' ? undefined : 'A field that holds a comma must stand in double quotes.',
    });
  });
}
