/** Text files as streams of tokens: read and checked block by block, so that they may be larger than memory. */
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { InputError, reasonOf } from '../base/errors.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Bytes that are read at once. */
const BLOCK = 1 << 18;
/** Characters without a line end after which a piece ends elsewhere. */
const LONGEST_LINE = 1 << 20;
/** Tokens at such an end that what follows may still change. */
const UNCERTAIN = 2;

export interface FileReadOptions {
  /** Called now and then with the bytes that were read since the last time. */
  onRead?: ((bytes: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Bytes that come from elsewhere than a file: standard input. */
export interface ByteSource {
  name: string;
  blocks: AsyncIterable<Buffer>;
}

/**
 * The tokens of files, read as one text in their order; a token never reaches from one into the next.
 *
 * @throws InputError when a file can't be read, or is not UTF-8 where it should be: with the position of the first byte
 *   that is not
 */
export async function* tokenizeFiles(
  files: readonly (string | ByteSource)[],
  { encoding, splitPiece }: Tokenizer,
  options: FileReadOptions = {},
): AsyncGenerator<string[]> {
  for (const file of files) {
    const { name, blocks } = typeof file === 'string' ? { name: file, blocks: readBlocks(file, options) } : file;
    let rest = '';
    for await (const text of encoding === 'utf8' ? decodeUtf8(blocks, name) : decodeLatin1(blocks)) {
      rest += text;
      const end = rest.lastIndexOf('\n') + 1;
      if (end > 0) {
        yield splitPiece(rest.slice(0, end));
        rest = rest.slice(end);
      } else if (rest.length > LONGEST_LINE) {
        const tokens = splitPiece(rest);
        rest = tokens.splice(-UNCERTAIN).join('');
        yield tokens;
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
  for (const file of files) for await (const block of readBlocks(file, options)) hash.update(block);
  return hash.digest('hex').slice(0, 16);
}

async function* readBlocks(file: string, { onRead, signal }: FileReadOptions): AsyncGenerator<Buffer> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file);
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(BLOCK), 0, BLOCK);
      if (bytesRead === 0) return;
      onRead?.(bytesRead);
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new InputError(`cannot read the text ${file}`, { found: reasonOf(error), cause: error });
  } finally {
    await handle?.close();
  }
}

async function* decodeLatin1(blocks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  for await (const block of blocks) yield block.toString('latin1');
}

/** Leaves out a byte order mark. */
async function* decodeUtf8(blocks: AsyncIterable<Buffer>, file: string): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest: Buffer = Buffer.alloc(0);
  let [position, line] = [0, 1];
  for await (const block of blocks) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, block]) : block;
    const end = endOfCharacters(bytes);
    const whole = bytes.subarray(0, end);
    if (!isUtf8(whole)) throw notUtf8(file, whole, position, line);
    yield decoder.decode(whole, { stream: true });
    rest = bytes.subarray(end);
    position += end;
    line += linesIn(whole);
  }
  if (rest.length > 0) throw notUtf8(file, rest, position, line);
}

/** Where the last character ends that is whole; one of up to four bytes may go on in the next block. */
function endOfCharacters(bytes: Buffer): number {
  for (let start = bytes.length - 1; start >= Math.max(0, bytes.length - 3); start--) {
    const byte = bytes[start]!;
    if (byte >= 0xc0) return start + bytesOfCharacter(byte) > bytes.length ? start : bytes.length;
    if (byte < 0x80) break;
  }
  return bytes.length;
}

function notUtf8(file: string, bytes: Buffer, position: number, line: number): InputError {
  let at = 0;
  for (;;) {
    const length = bytesOfCharacter(bytes[at]!);
    if (at + length > bytes.length || !isUtf8(bytes.subarray(at, at + length))) break;
    at += length;
  }
  const byte = `0x${bytes[at]!.toString(16)}`;
  return new InputError(`${file} is not UTF-8 text`, {
    found: `the byte ${byte} at position ${position + at}, in line ${line + linesIn(bytes.subarray(0, at))}`,
    expected: 'UTF-8',
    advice: 'Convert it, for example by `iconv -f latin1 -t utf8`, or read it as bytes.',
  });
}

/** By its first byte. */
function bytesOfCharacter(first: number): number {
  if (first < 0xc0) return 1;
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

function linesIn(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) lines++;
  return lines;
}
