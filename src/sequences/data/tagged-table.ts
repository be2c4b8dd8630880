/**
 * Reads tagged sequences from a table with a token in each row:
 *
 *     Sentence #,Word,POS,Tag
 *     Sentence: 1,Thousands,NNS,O
 *     ,of,IN,O
 */
import { readText } from '../../base/text-file.ts';
import { type DelimitedRecord, firstLineOf, parseDelimited } from '../../datasets/delimited.ts';
import { OddLine, type OddLines, parseItems } from '../../datasets/odd-lines.ts';
import type { Examples, SequenceExample } from './example.ts';
import { delimiterOf } from './records.ts';

const TOKEN_COLUMN = /^(token|word|form)$/i;
/** The first kind that there is: a table of names of things has parts of speech too. */
const TAG_COLUMNS = [/^(tag|label|ner)$/i, /^u?pos$/i];
const SEQUENCE_COLUMN = /^(sentence|sent|sequence)([_ ]?(#|id|no|number))?$/i;

/** The places of tokens, tags and sequences among the names of columns; undefined where these do not name all of them. */
function findColumns(names: readonly string[]): { token: number; tag: number; sequence: number } | undefined {
  const placeOf = (column: RegExp) => names.findIndex((name) => column.test(name.trim()));
  const [token, sequence] = [placeOf(TOKEN_COLUMN), placeOf(SEQUENCE_COLUMN)];
  const tag = TAG_COLUMNS.map(placeOf).find((place) => place >= 0) ?? -1;
  return Math.min(token, tag, sequence) < 0 ? undefined : { token, tag, sequence };
}

/**
 * Reads the sequences of a table of tokens, their tags, and the sequence that each is of, which may be said where one
 * begins alone.
 *
 * @returns undefined where the first line names no such columns
 * @throws InputError that names the odd rows
 */
export async function readTaggedTable(path: string, odd: OddLines): Promise<Examples | undefined> {
  const text = await readText(path, odd);
  const [first, ...records] = parseDelimited(text, path, delimiterOf(firstLineOf(text)));
  const columns = first && findColumns(first.fields);
  if (!columns) return undefined;
  const sequences: { line: number; rows: DelimitedRecord[] }[] = [];
  let open: string | undefined;
  for (const row of records) {
    const sequence = row.fields[columns.sequence]?.trim() || open;
    if (sequences.length === 0 || sequence !== open) sequences.push({ line: row.line, rows: [] });
    sequences.at(-1)!.rows.push(row);
    open = sequence;
  }
  const parse = ({ rows }: { rows: DelimitedRecord[] }): SequenceExample => {
    const column = (name: 'token' | 'tag') =>
      rows.map(({ fields, line }) => {
        const field = fields[columns[name]]?.trim() ?? '';
        if (field === '') throw new OddLine(`no ${name}`, line);
        return field;
      });
    return { inputs: column('token').map((token) => token.toLowerCase()), labels: column('tag') };
  };
  return {
    D: 0,
    examples: await parseItems(path, sequences, parse, 'a token, its tag and its sequence in each row', odd),
  };
}
