/** Text files as streams of tokens: read and checked block by block, so that they may be larger than memory. */
import { createHash } from 'node:crypto';
import { type ByteSource, readBlocks } from '../base/byte-source.ts';
import { readTextPieces, type TextReading } from '../base/text-file.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Characters without a line end after which a piece ends elsewhere. */
const LONGEST_LINE = 1 << 20;
/** Tokens at such an end that what follows may still change; one that is longer than a line itself is cut. */
const UNCERTAIN = 4;

/** How the files of a text are read. */
export type FileReadOptions = Pick<TextReading, 'encoding' | 'onRead' | 'signal'>;

/**
 * The tokens of files, read as one text in their order; a token never reaches from one into the next.
 *
 * @throws InputError when a file can't be read, or holds bytes that stand for no text where it should be text: with the
 *   position of the first
 */
export async function* tokenizeFiles(
  files: readonly (string | ByteSource)[],
  { encoding, splitPiece }: Tokenizer,
  options: FileReadOptions = {},
): AsyncGenerator<string[]> {
  for (const file of files) {
    const pieces =
      encoding === 'utf8'
        ? readTextPieces(file, { ...options, what: 'text', advice: 'or read it as bytes' })
        : bytesAsText(readBlocks(file, { ...options, what: 'text' }));
    let rest = '';
    for await (const text of pieces) {
      rest += text;
      const end = rest.lastIndexOf('\n') + 1;
      if (end > 0) {
        yield splitPiece(rest.slice(0, end));
        rest = rest.slice(end);
      } else if (rest.length > LONGEST_LINE) {
        const tokens = splitPiece(rest);
        const uncertain = tokens.slice(-UNCERTAIN).join('');
        rest = uncertain.length > LONGEST_LINE ? '' : uncertain;
        yield rest === '' ? tokens : tokens.slice(0, -UNCERTAIN);
      }
    }
    if (rest !== '') yield splitPiece(rest);
  }
}

/** The lines of a text that comes as tokens, without their ends: of each its tokens. */
export async function* linesOfTokens(pieces: AsyncIterable<readonly string[]>): AsyncGenerator<string[]> {
  let line: string[] = [];
  for await (const tokens of pieces) {
    for (const token of tokens) {
      if (token === '\n' || token === '\r\n') {
        yield line;
        line = [];
      } else line.push(token);
    }
  }
  if (line.length > 0) yield line;
}

/** A hash of what is in files. @throws InputError when one can't be read */
export async function hashFiles(files: readonly string[], options: FileReadOptions = {}): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) {
    for await (const block of readBlocks(file, { ...options, what: 'text' })) hash.update(block);
  }
  return hash.digest('hex').slice(0, 16);
}

/** Each byte as the character of its number. */
async function* bytesAsText(blocks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  for await (const block of blocks) yield block.toString('latin1');
}
