/**
 * What the records of a table say, by the names of its columns: pictures with captions, their split, the captions'
 * language. Records come from separated values, from JSON lines or from a list in JSON. Knows no file format.
 */

import { basename } from 'node:path';
import * as v from 'valibot';
import { InputError } from '../base/errors.ts';
import { LANGUAGE_TAG, languageTag } from '../base/languages.ts';
import { isPictureName } from '../base/picture-names.ts';
import type { ListedPicture } from './assemble.ts';
import type { Split } from './dataset.ts';
import type { Oddities } from './oddities.ts';
import type { ColumnNames, DatasetReading } from './reader.ts';
import { SPLIT_NAMES } from './split-names.ts';

/** Names of columns of pictures and of captions; the later ones count where no column has one of the earlier. */
const PICTURE_COLUMNS = [
  /^(file_name|filename|file|image|image_name)s?$/i,
  /^((image|img|picture|photo)[ _-]?(file([ _-]?name)?|name|path|id)|img|path|file[ _-]?path|picture|photo)$/i,
  /^((image|img|picture|photo)[ _-]?(url|uri|link|src)|url|uri|src)s?$/i,
];
/** Captions of a picture may stand in several columns (text1, text2) or in a list (captions). */
const CAPTION_COLUMNS = [
  /^(text|caption|comment)s?[ _-]?\d*$/i,
  /^(description|sentence|prompt|title|alt|suffix|caption[ _-]?(str|reference[ _-]description)|(image|raw|alt)[ _-]?(caption|text|description))s?[ _-]?\d*$/i,
];
const SPLIT_COLUMN = /^split$/i;
/** All captions of a picture in a line of `caption describe --json`, beside the best, which is the first of them. */
const CANDIDATES_COLUMN = 'candidates';
const LANGUAGE_COLUMN = /^language$/i;

/** A record of a file, before its columns are interpreted. */
export interface TableRecord {
  /** Where it stands in the file: `line 3`. */
  at: string;
  /** With the names of their columns, of which two may be the same. */
  fields: readonly (readonly [column: string, value: unknown])[];
}

/** A picture with captions and, where the table has such columns, its split and the captions' language. */
export interface TableRow {
  /** Where it stands in the file: `line 3`. */
  at: string;
  name: string;
  captions: string[];
  split: Split | undefined;
  /** By its tag; said by all rows of a table, or by none. */
  language: string | undefined;
}

/**
 * The rows of a table. A record that is not a picture with its caption is skipped and counted.
 *
 * @throws InputError that names the first such record, where at least half of them are so, or a column that is not there
 */
export function rowsOf(records: readonly TableRecord[], path: string, reading: DatasetReading): TableRow[] {
  const columns = chosenColumns(records, path, reading.columns);
  const rows = reading.oddities.readItems(records, 'rows', (record) => rowOf(record, path, columns));
  const unsaid = rows.find(({ language }) => language === undefined);
  if (unsaid && rows.some(({ language }) => language !== undefined)) {
    throw wrongRecord(path, unsaid.at, 'no language', `${LANGUAGE_TAG}, as other lines have one`);
  }
  return rows;
}

/** Whether these are names of columns, with one of pictures and one of captions. */
export function isHeader(names: readonly string[]): boolean {
  return [PICTURE_COLUMNS, CAPTION_COLUMNS].every((columns) =>
    columns.some((column) => names.some((name) => column.test(name.trim()))),
  );
}

/** Whether a column of this name holds captions. */
export function isCaptionColumn(name: string): boolean {
  return CAPTION_COLUMNS.some((column) => column.test(name));
}

/** What two fields are that have no names: a picture and its caption, or the other way round; undefined for neither. */
export function pairOfFields([first = '', second = '']: readonly string[]): string[] | undefined {
  if (isPictureReference(first)) return ['file_name', 'text'];
  return isPictureReference(second) ? ['text', 'file_name'] : undefined;
}

/** Whether a text is a picture's name, or an address. */
export function isPictureReference(text: string): boolean {
  const name = withoutNumber(text.trim());
  return isPictureName(basename(name)) || /^https?:\/\/\S+$/.test(name);
}

/** A picture's name without the number of its caption, which Flickr8k's lists put behind it: `p1.jpg#0`. */
function withoutNumber(name: string): string {
  const [, picture = ''] = /^(.*)#\w*#?\d+$/s.exec(name) ?? [];
  return isPictureName(basename(picture)) ? picture : name;
}

/** The pictures of rows, each with all its captions, of which equal ones are counted and kept once. */
export function groupByPicture(rows: readonly TableRow[], oddities: Oddities): ListedPicture[] {
  const pictures = new Map<string, { picture: ListedPicture; known: Set<string> }>();
  for (const { name, captions, language } of rows) {
    const found = pictures.get(name) ?? {
      picture: { id: name, name, captions: [], ...(language && { languages: [] }) },
      known: new Set(),
    };
    pictures.set(name, found);
    for (const caption of captions) {
      const key = `${language ?? ''}\n${caption}`; // two languages may say the same
      if (found.known.has(key)) {
        oddities.add('captions repeated for the same picture, kept once', name);
        continue;
      }
      found.known.add(key);
      found.picture.captions.push(caption);
      if (language) found.picture.languages!.push(language);
    }
  }
  return [...pictures.values()].map(({ picture }) => picture);
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

const candidatesField = v.array(v.object({ caption: v.string() }));

function rowOf({ at, fields }: TableRecord, path: string, columns: Columns): TableRow {
  const of = (column: RegExp) => fields.filter(([name]) => column.test(name));
  const several = of(columns.picture).find(([, value]) => Array.isArray(value) && value.length > 1);
  if (several) throw wrongRecord(path, at, `several pictures in ${several[0]}`, 'one');
  const names = of(columns.picture).map(([, value]) => withoutNumber(String(value ?? '').trim())); // null is no name
  const name = names.find((one) => isPictureName(basename(one))) ?? names.find((one) => one !== '');
  if (name === undefined) throw wrongRecord(path, at, 'no file name', 'file_name and text');
  const split = splitOf(of(SPLIT_COLUMN)[0]?.[1], path, at);
  const language = languageOf(of(LANGUAGE_COLUMN)[0]?.[1], path, at);
  const written = of(columns.caption);
  if (written.length === 0) throw wrongRecord(path, at, 'no text', 'file_name and text');
  const candidates = v.safeParse(candidatesField, fields.find(([column]) => column === CANDIDATES_COLUMN)?.[1]);
  if (candidates.success) {
    return { at, name, captions: candidates.output.map(({ caption }) => caption), split, language };
  }
  const captions = written.flatMap(([column, value]) => {
    if (value === '' && written.length > 1) return []; // other pictures have more captions
    const texts = captionsOf(value);
    if (texts) return texts;
    throw wrongRecord(path, at, `${column}: ${JSON.stringify(value)}`, 'a text, or a list of texts');
  });
  return { at, name, captions, split, language };
}

const captionObject = v.pipe(
  v.union([
    v.object({ raw: v.string() }),
    v.object({ caption: v.string() }),
    v.object({ text: v.union([v.string(), v.array(v.string())]) }),
  ]),
  v.transform((object) => Object.values(object).flat()),
);

/**
 * The captions that a value stands for: a text, a list of texts, also as it is printed into a field of a table, an object
 * with a text, none for null; undefined where it is something else.
 */
export function captionsOf(value: unknown): string[] | undefined {
  if (value === null) return [];
  if (typeof value === 'string') return printedList(value) ?? [value];
  if (!Array.isArray(value)) {
    const object = v.safeParse(captionObject, value);
    return object.success ? object.output : undefined;
  }
  const lists = value.map((one) =>
    typeof one === 'string' ? [one] : Array.isArray(one) ? undefined : captionsOf(one),
  );
  return lists.includes(undefined) ? undefined : (lists as string[][]).flat();
}

/** A list of texts as JSON or Python prints it, and the commas that NumPy leaves out. */
const PRINTED_TEXT = /\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*,?/sy;

/** The texts of a list that a program has printed: `['a dog', "a dog's tail"]`; undefined where it is none. */
function printedList(text: string): string[] | undefined {
  if (!/^\s*\[\s*['"]/.test(text)) return undefined;
  const inside = /\[(.*)\]\s*$/s.exec(text)?.[1]?.trim() ?? '';
  const texts: string[] = [];
  for (let end = 0; end < inside.length; end = PRINTED_TEXT.lastIndex) {
    PRINTED_TEXT.lastIndex = end;
    const found = PRINTED_TEXT.exec(inside);
    if (!found) return undefined;
    texts.push((found[1] ?? found[2]!).replace(/\\(["'\\/])/g, '$1').replace(/\\[nrt]/g, ' '));
  }
  return texts.length > 0 ? texts : undefined;
}

function splitOf(value: unknown, path: string, at: string): Split | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const split = SPLIT_NAMES.get(String(value).trim().toLowerCase());
  if (split) return split;
  throw wrongRecord(path, at, `the split ${JSON.stringify(value)}`, [...SPLIT_NAMES.keys()].join(', '));
}

function languageOf(value: unknown, path: string, at: string): string | undefined {
  const text = String(value ?? '').trim();
  if (text === '') return undefined;
  const language = languageTag(text);
  if (language) return language;
  throw wrongRecord(path, at, `the language ${JSON.stringify(value)}`, LANGUAGE_TAG);
}

function wrongRecord(path: string, at: string, found: string, expected: string): InputError {
  return new InputError(`${path} ${at} is not a picture with its caption`, { found, expected });
}
