/** Reads sequences from files with named fields: a JSON object a line, or comma-separated values. */

import * as v from 'valibot';
import { counted } from '../../base/counted.ts';
import { InputError } from '../../base/errors.ts';
import { number } from '../../base/schema.ts';
import { readText } from '../../base/text-file.ts';
import { type DelimitedRecord, firstLineOf, parseDelimited } from '../../datasets/delimited.ts';
import { jsonValues } from '../../datasets/json-text.ts';
import { OddLine, type OddLines, parseItems } from '../../datasets/odd-lines.ts';
import type { Examples, SequenceExample } from './example.ts';
import { exampleOf } from './texts.ts';

const name = v.pipe(v.union([v.string(), number, v.boolean()]), v.transform(String));
/** Whether a value is a number in the precision in which it is computed with, where 1e39 is infinite. */
const isFloat = (value: number): boolean => Number.isFinite(Math.fround(value));
const vector = v.pipe(v.array(v.pipe(number, v.check(isFloat))), v.nonEmpty());
/** A record; its label may be missing, since a model may be asked for it. */
const recordSchema = v.union([
  v.object({ text: v.string(), label: v.optional(name) }),
  v.object({ tokens: v.pipe(v.array(v.string()), v.nonEmpty()), tags: v.optional(v.array(name)) }),
  v.object({ vector, label: v.optional(name) }),
  v.object({
    vectors: v.pipe(v.array(vector), v.nonEmpty()),
    label: v.optional(name),
    labels: v.optional(v.array(name)),
  }),
]);

/** Fields of what is read that is no text. */
const OTHER_INPUTS = ['tokens', 'vector', 'vectors'];

/** Characters of what a field holds that an error shows. */
const LONGEST = 20;

const RECORDS =
  'a JSON object a line: {"text", "label"}, {"tokens", "tags"}, {"vector", "label"}, or {"vectors"} with "label" or "labels"';

/** Reads the sequences of a JSON Lines file. @throws InputError that names the odd lines */
export async function readRecords(path: string, odd: OddLines): Promise<Examples> {
  const values = jsonValues(await readText(path, odd));
  let D: number | undefined;
  /** Vectors [T, D] in one piece. @throws OddLine when D is not that of the vectors before */
  const sized = (vectors: readonly number[][]) => {
    D ??= vectors[0]!.length;
    const other = vectors.find(({ length }) => length !== D);
    if (other) throw new OddLine(`a vector of ${counted(other.length, 'number')} after one of ${D}`);
    return Float32Array.from(vectors.flat());
  };
  const examples = await parseItems(path, values, ({ text }) => exampleOfRecord(recordOf(text), sized), RECORDS, odd);
  return { D: D ?? 0, examples };
}

function recordOf(line: string): v.InferOutput<typeof recordSchema> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new OddLine('no valid JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new OddLine('no object');
  const fields = Object.entries(value);
  const parsed = v.safeParse(recordSchema, { ...textRecord(fields), ...Object.fromEntries(fields) });
  if (parsed.success) return parsed.output;
  throw new OddLine(`{${fields.map(fieldInWords).join(', ')}}`);
}

/** A field as an error shows it: its name, and what it holds unless that is a text. */
function fieldInWords([name, value]: readonly [name: string, value: unknown]): string {
  const quoted = JSON.stringify(name);
  if (typeof value === 'string') return quoted;
  const written = JSON.stringify(value);
  return `${quoted}: ${written.length > LONGEST ? `${written.slice(0, LONGEST)}…` : written}`;
}

/** The text and the label of a record whose fields are called as columns of a table may be: `sentence`, `sentiment`. */
function textRecord(fields: readonly [name: string, value: unknown][]): object {
  const names = fields.map(([field]) => field);
  const columns = names.some((field) => OTHER_INPUTS.includes(field)) ? undefined : findColumns(names);
  return columns ? { text: fields[columns.text]![1], label: fields[columns.label]![1] } : {};
}

function exampleOfRecord(
  record: v.InferOutput<typeof recordSchema>,
  sized: (vectors: readonly number[][]) => Float32Array,
): SequenceExample {
  if ('text' in record) return exampleOf(record.text, record.label);
  if ('tokens' in record) {
    const inputs = record.tokens.map((token) => token.toLowerCase());
    return { inputs, labels: inStep(record.tags, inputs.length) };
  }
  const label = record.label === undefined ? [] : [record.label];
  if ('vector' in record) return { inputs: sized([record.vector]), labels: label };
  const { vectors, labels } = record;
  return { inputs: sized(vectors), labels: labels ? inStep(labels, vectors.length) : label };
}

/** The labels of a sequence: none, or one for each step. */
function inStep(labels: readonly string[] = [], steps: number): readonly string[] {
  if (labels.length === 0 || labels.length === steps) return labels;
  throw new OddLine(`${counted(labels.length, 'label')} for ${counted(steps, 'step')}`);
}

const TEXT_COLUMN = /^(text|sentence|review|phrase|comment|content|message|tweet)$/i;
/** Names of the column of labels; those of a further kind count where no column has one before, and one is of texts. */
const LABEL_COLUMN = /^(label|class)$/i;
const OTHER_LABEL_COLUMN = /^(sentiment|category|target|polarity|rating|stars|tag)$/i;
const LABEL_OF_SOMETHING = /[_ ](label|class|sentiment|category|polarity|rating)$/i;
const LABEL_COLUMNS = [LABEL_COLUMN, OTHER_LABEL_COLUMN, LABEL_OF_SOMETHING];

/** What a table's fields may be separated by. */
const DELIMITERS = [',', ';', '\t'];

/** What a table's fields are separated by: what its first line has most of. */
export function delimiterOf(start: string): string {
  const signs = DELIMITERS.map((sign) => start.split(sign).length);
  return DELIMITERS[signs.reduce((best, count, i) => (count > signs[best]! ? i : best), 0)]!;
}

/**
 * Reads the sequences of a table: columns of texts and labels, as `text,label` or `review,sentiment`; or numbers, one
 * vector a row, with the label in the column of that name, or else in the last one. Fields are separated by commas,
 * semicolons or tabs; numbers between semicolons may have a decimal comma.
 *
 * @throws InputError that names the odd rows
 */
export async function readCsv(path: string, odd: OddLines): Promise<Examples> {
  const text = await readText(path, odd);
  const delimiter = delimiterOf(firstLineOf(text));
  const records = parseDelimited(text, path, delimiter);
  const first = (records[0]?.fields ?? []).map((field) => field.trim()); // an empty file has none, which `parseItems` refuses
  if (first.length === 1) throw new InputError(`${path} has a single column`, { expected: 'numbers, and a label' });
  const columns = findColumns(first);
  const named = columns?.label ?? first.findIndex((field) => LABEL_COLUMN.test(field));
  const decimal = (field: string) => (delimiter === ';' ? field.replace(',', '.') : field);
  if (named >= 0 || isHeader(records, decimal)) records.shift();
  const labelAt = named >= 0 ? named : first.length - 1;
  const textAt = columns?.text ?? -1;
  const examples = await parseItems(
    path,
    records,
    ({ fields }) => {
      if (fields.length !== first.length)
        throw new OddLine(`${counted(fields.length, 'column')} instead of ${first.length}`);
      const label = fields[labelAt]!.trim();
      if (textAt >= 0) return exampleOf(fields[textAt]!, label);
      if (label === '') throw new OddLine('no label');
      return { inputs: numbersOf(fields.filter((_, i) => i !== labelAt).map(decimal)), labels: [label] };
    },
    'numbers and a label in each row, or the columns text and label',
    odd,
  );
  return { D: textAt >= 0 ? 0 : first.length - 1, examples };
}

/** The places of texts and labels among the names of columns; undefined where these name none of both. */
export function findColumns(names: readonly string[]): { text: number; label: number } | undefined {
  const text = placeOf(TEXT_COLUMN, names);
  const label = LABEL_COLUMNS.map((column) => placeOf(column, names)).find((place) => place >= 0);
  return text < 0 || label === undefined ? undefined : { text, label };
}

/** The first name of a column of texts; undefined where there is none. */
export function textColumnOf(names: readonly string[]): string | undefined {
  return names[placeOf(TEXT_COLUMN, names)];
}

/** Whether names of columns are of texts and of no labels. */
export function hasTextsAlone(names: readonly string[]): boolean {
  return placeOf(TEXT_COLUMN, names) >= 0 && findColumns(names) === undefined;
}

function placeOf(column: RegExp, names: readonly string[]): number {
  return names.findIndex((name) => column.test(name.trim().replace(/^"(.*)"$/, '$1')));
}

/** Whether the first of rows of numbers with a label in the last column names the columns: none of it is a number. */
function isHeader([first, second]: readonly DelimitedRecord[], decimal: (field: string) => string): boolean {
  const isNumber = (field: string) => field.trim() !== '' && Number.isFinite(Number(decimal(field)));
  const numbersIn = (record: DelimitedRecord | undefined) => record?.fields.slice(0, -1).filter(isNumber).length ?? 0;
  return numbersIn(first) === 0 && numbersIn(second) > 0;
}

function numbersOf(fields: readonly string[]): Float32Array {
  return Float32Array.from(fields, (field) => {
    const value = Number(field);
    if (field.trim() === '' || !isFloat(value)) throw new OddLine(`${JSON.stringify(field)} for a number`);
    return value;
  });
}
