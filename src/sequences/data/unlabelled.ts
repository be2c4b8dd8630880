/** Reads what is to be labelled or translated: texts, or tokens, whatever else stands beside them. */
import * as v from 'valibot';
import { type ByteSource, nameOfSource } from '../../base/byte-source.ts';
import { InputError } from '../../base/errors.ts';
import { parseJson } from '../../base/json.ts';
import { linesOf, readLines, readText } from '../../base/text-file.ts';
import { columnsOf, textsOfColumn } from '../../datasets/column.ts';
import { jsonValues } from '../../datasets/json-text.ts';
import type { OddLines } from '../../datasets/odd-lines.ts';
import { describeOddity, Oddities } from '../../datasets/oddities.ts';
import { tableKind } from '../../datasets/table-rows.ts';
import { textColumnOf } from './records.ts';
import { tokensOfLines } from './tags.ts';

/**
 * The texts of a file: its lines; of a .csv or .jsonl, and of a .tsv that names its columns, the column of texts. Rows that
 * can't be read are left out, and told.
 *
 * @throws InputError when the file can't be read, or a table has no column of texts
 */
export async function readUnlabelledTexts(source: string | ByteSource, reading: OddLines): Promise<string[]> {
  const name = nameOfSource(source);
  const kind = tableKind(name);
  const text = await readText(source, reading);
  const names = kind ? columnsOf(text, name) : [];
  const column = textColumnOf(names);
  if (column === undefined && (kind === 'json' || kind === 'csv')) {
    throw new InputError(`${name} has no column of texts`, {
      found: names.join(', ') || 'no columns',
      expected: 'one of the name text, sentence or review',
      advice: 'Rename the column, or give a file with a text in each line.',
    });
  }
  if (column === undefined) return linesOf(text).map((line) => line.text);
  const oddities = new Oddities();
  const texts = textsOfColumn(text, name, column, { oddities });
  tell(oddities, name, reading);
  return texts;
}

const tokensRecord = v.object({ tokens: v.array(v.string()) });

/**
 * The tokens of each sequence in a file, as written: of lines as `seq train --task tag` reads them, or of a .jsonl, of which
 * lines that can't be read are left out, and told.
 *
 * @throws InputError when the file can't be read
 */
export async function readUnlabelledTokens(source: string | ByteSource, reading: OddLines): Promise<string[][]> {
  const name = nameOfSource(source);
  if (tableKind(name) !== 'json') return tokensOfLines(await readLines(source, reading));
  const oddities = new Oddities();
  const values = jsonValues(await readText(source, reading));
  const sequences = oddities.readItems(
    values,
    'lines',
    ({ line, text }) => parseJson(text, tokensRecord, `${name} line ${line}`).tokens,
  );
  tell(oddities, name, reading);
  return sequences;
}

function tell(oddities: Oddities, name: string, { onOdd }: OddLines): void {
  for (const oddity of oddities.list()) onOdd?.(`${name}: ${describeOddity(oddity)}`);
}
