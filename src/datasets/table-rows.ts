/**
 * Reads the rows of a table of captions: comma-separated, tab-separated or a JSON object a line, as
 * `caption describe --json` writes them too. The columns are recognised by their names; a tab-separated file without names
 * holds pairs of a file name and a caption.
 */

import * as v from 'valibot';
import { InputError } from '../base/errors.ts';
import { parseJson } from '../base/json.ts';
import { LANGUAGE_TAG, languageTag } from '../base/languages.ts';
import { parseCsv } from './csv.ts';
import type { Split } from './dataset.ts';
import { readFilledLines, readText } from './files.ts';

/** The names that tables, lists and folders give to the splits. */
export const SPLIT_NAMES: Readonly<Record<string, Split>> = {
  train: 'train',
  training: 'train',
  restval: 'train',
  val: 'val',
  valid: 'val',
  validation: 'val',
  dev: 'val',
  test: 'test',
};

const PICTURE_COLUMN = /^(file_name|filename|file|image|image_name)$/i;
/** Captions of a picture may stand in several columns (text1, text2) or in a list (captions). */
const CAPTION_COLUMN = /^(text|caption|comment)s?[ _-]?\d*$/i;
const SPLIT_COLUMN = /^split$/i;
/** All captions of a picture in a line of `caption describe --json`, beside the best, which is the first of them. */
const CANDIDATES_COLUMN = 'candidates';
const LANGUAGE_COLUMN = /^language$/i;

/** A picture with captions and, where the table has such columns, its split and the captions' language. */
export interface TableRow {
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

/** The rows of a table. @throws InputError that names the line that is not a picture with its caption */
export async function readTable(path: string): Promise<TableRow[]> {
  const read = path.endsWith('.jsonl') ? jsonRecords : path.endsWith('.tsv') ? tsvRecords : csvRecords;
  const records = await read(path);
  const rows = records.map((record) => rowOf(record, path));
  const unsaid = rows.findIndex(({ language }) => language === undefined);
  if (unsaid !== -1 && rows.some(({ language }) => language !== undefined)) {
    throw wrongLine(path, records[unsaid]!.line, 'no language', `${LANGUAGE_TAG}, as other lines have one`);
  }
  return rows;
}

function rowOf({ line, fields }: TableRecord, path: string): TableRow {
  const of = (column: RegExp) => fields.filter(([name]) => column.test(name));
  const name = String(of(PICTURE_COLUMN)[0]?.[1] ?? '').trim(); // null in JSON is no name either
  if (name === '') throw wrongLine(path, line, 'no file name', 'file_name and text');
  const split = splitOf(of(SPLIT_COLUMN)[0]?.[1], path, line);
  const language = languageOf(of(LANGUAGE_COLUMN)[0]?.[1], path, line);
  const columns = of(CAPTION_COLUMN);
  if (columns.length === 0) throw wrongLine(path, line, 'no text', 'file_name and text');
  const candidates = v.safeParse(candidatesField, fields.find(([column]) => column === CANDIDATES_COLUMN)?.[1]);
  if (candidates.success) {
    return { name, captions: candidates.output.map(({ caption }) => caption), split, language };
  }
  const captions = columns.flatMap(([column, value]) => {
    if (value === null || (value === '' && columns.length > 1)) return []; // other pictures have more captions
    const parsed = v.safeParse(captionField, value);
    if (parsed.success) return parsed.output;
    throw wrongLine(path, line, `${column}: ${JSON.stringify(value)}`, 'a text, or a list of texts');
  });
  return { name, captions, split, language };
}

function splitOf(value: unknown, path: string, line: number): Split | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const split = SPLIT_NAMES[String(value).trim().toLowerCase()];
  if (split) return split;
  throw wrongLine(path, line, `the split ${JSON.stringify(value)}`, Object.keys(SPLIT_NAMES).join(', '));
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

async function jsonRecords(path: string): Promise<TableRecord[]> {
  const lines = await readFilledLines(path, 'caption table');
  return lines.map(({ line, text }) => ({
    line,
    fields: Object.entries(parseJson(text, jsonRecord, `${path} line ${line}`)),
  }));
}

async function tsvRecords(path: string): Promise<TableRecord[]> {
  const lines = await readFilledLines(path, 'caption table');
  const records = lines.map(({ line, text }) => ({ line, fields: text.split('\t') }));
  const named = records[0] && isHeader(records[0].fields);
  return named ? withHeader(path, records) : withHeader(path, [{ line: 0, fields: ['file_name', 'text'] }, ...records]);
}

async function csvRecords(path: string): Promise<TableRecord[]> {
  const records = parseCsv(await readText(path, 'caption table'), path);
  const [header] = records;
  if (header && isHeader(header.fields)) return withHeader(path, records);
  throw new InputError(`${path} line 1 does not name the columns`, {
    found: header ? JSON.stringify(header.fields.join(',').slice(0, 60)) : 'an empty file',
    expected: 'file_name,text',
  });
}

const isHeader = (fields: readonly string[]): boolean =>
  [PICTURE_COLUMN, CAPTION_COLUMN].every((column) => fields.some((name) => column.test(name.trim())));

function withHeader(path: string, [header, ...records]: readonly { fields: string[]; line: number }[]): TableRecord[] {
  const columns = header?.fields.map((name) => name.trim()) ?? [];
  return records.map(({ fields, line }) => {
    if (fields.length === columns.length) {
      return { line, fields: columns.map((name, i) => [name, fields[i]] as const) };
    }
    throw new InputError(`${path} line ${line} does not fit its header`, {
      found: `${fields.length} fields`,
      expected: `${columns.length} fields: ${columns.join(', ')}`,
      advice: path.endsWith('.tsv') ? undefined : 'A caption that holds a comma must stand in double quotes.',
    });
  });
}
