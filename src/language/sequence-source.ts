/** What sequences of their own stand in files: their lines, the texts of a column, or each file. It knows no model. */
import { type ByteSource, nameOfSource } from '../base/byte-source.ts';
import { InputError } from '../base/errors.ts';
import { readColumn } from '../datasets/column.ts';
import { Oddities, type Oddity } from '../datasets/oddities.ts';
import { tableKind } from '../datasets/table-rows.ts';
import { type FileReadOptions, linesOfTokens, tokenizeFiles } from '../text/read.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import type { SequenceKind } from './config.ts';

export interface SequenceFileReading extends FileReadOptions {
  /** Whether blank lines, rows without a text and empty files are sequences too. Default: false */
  blank?: boolean | undefined;
  /** Called with what is odd in tables. */
  onOddity?: ((oddity: Oddity) => void) | undefined;
}

/**
 * The tokens of each sequence in files, without END. Where the sequences are rows of tables, a file that is no table by its
 * name holds one in each line.
 *
 * @throws InputError when a file can't be read, or is a table of which the column is not said
 */
export async function* sequencesIn(
  files: readonly (string | ByteSource)[],
  tokenizer: Tokenizer,
  kind: SequenceKind,
  { blank = false, ...options }: SequenceFileReading = {},
): AsyncGenerator<readonly string[]> {
  for (const file of files) {
    for await (const tokens of sequencesOf(file, tokenizer, kind, options))
      if (blank || !tokens.every(isBlank)) yield tokens;
  }
}

async function* sequencesOf(
  file: string | ByteSource,
  tokenizer: Tokenizer,
  kind: SequenceKind,
  { onOddity, ...options }: SequenceFileReading,
): AsyncGenerator<readonly string[]> {
  const isTable = tableKind(nameOfSource(file)) !== undefined;
  if (kind.are === 'documents') {
    const document: string[] = [];
    for await (const tokens of tokenizeFiles([file], tokenizer, options))
      for (const token of tokens) document.push(token);
    yield document;
  } else if (kind.are === 'rows' && isTable) {
    const oddities = new Oddities();
    const texts = await readColumn(file, kind.column, { ...options, oddities });
    for (const oddity of oddities.list()) onOddity?.(oddity);
    for (const text of texts) yield tokenizer.split(text);
  } else if (isTable) {
    throw new InputError(`${nameOfSource(file)} is a table`, {
      expected: 'a text with a sequence in each line',
      advice: 'Models of rows read tables: train one by column, in place of lines.',
      settings: ['column', 'lines'],
    });
  } else {
    for await (const line of linesOfTokens(tokenizeFiles([file], tokenizer, options))) {
      yield line.at(-1) === '\r' ? line.slice(0, -1) : line; // a line end of Windows is two bytes
    }
  }
}

function isBlank(token: string): boolean {
  return token.trim() === '';
}
