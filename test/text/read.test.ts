import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ByteSource } from '../../src/base/byte-source.ts';
import { Random } from '../../src/base/random.ts';
import { type FileReadOptions, hashFiles, linesOfTokens, tokenizeFiles } from '../../src/text/read.ts';
import { LEVELS, type Level, tokenizers } from '../../src/text/tokenizer.ts';
import { expectInputError } from '../input-error.ts';
import { temporaryFolder } from '../training/small-training.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

let files = 0;
async function file(content: string | Uint8Array): Promise<string> {
  const path = join(root, `text${files++}.txt`);
  await writeFile(path, content);
  return path;
}

async function tokensIn(
  paths: readonly (string | ByteSource)[],
  level: Level = 'char',
  options: FileReadOptions = {},
): Promise<string[]> {
  const tokens: string[][] = [];
  for await (const piece of tokenizeFiles(paths, tokenizers[level], options)) tokens.push(piece);
  return tokens.flat();
}

/** A text of 580 kB or more, so that it is read in several blocks; with and without lines. */
function longText(parts: readonly string[]): string {
  const random = new Random(1);
  return Array.from({ length: 180_000 }, () => parts[random.integer(parts.length)]).join('');
}

describe.each(LEVELS)('tokenizeFiles of %s', (level) => {
  it.each([
    { name: 'lines', parts: ['ab', 'é', '日本', '👩‍🚀', ' ', "'", '\n', '\r\n'] },
    { name: 'one line', parts: ['ab', 'é', '日', '👩‍🚀', ' ', "don't", 'e\u0301'] },
  ])('gives those of the whole text, though it reads $name block by block', async ({ parts }) => {
    const text = longText(parts);
    const tokens = await tokensIn([await file(text)], level);
    expect(tokens.join('\0') === tokenizers[level].split(text).join('\0')).toBe(true);
  });

  it('reads files one after another, and empty ones', async () => {
    const paths = [await file('ab'), await file(''), await file('c\n')];
    expect(await tokensIn(paths, level)).toEqual(level === 'word' ? ['ab', 'c', '\n'] : ['a', 'b', 'c', '\n']);
  });
});

describe('tokenizeFiles', () => {
  it('leaves out a byte order mark, but from bytes', async () => {
    const path = await file('\ufeffa');
    expect(await tokensIn([path])).toEqual(['a']);
    expect(await tokensIn([path], 'byte')).toEqual(['\xef', '\xbb', '\xbf', 'a']);
  });

  it('reads any bytes as bytes', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    expect((await tokensIn([await file(bytes)], 'byte')).map((token) => token.charCodeAt(0))).toEqual([...bytes]);
  });

  it('says how much it has read, and stops when it is told to', async () => {
    const path = await file('x'.repeat(600_000));
    let read = 0;
    const onRead = (bytes: number) => {
      read += bytes;
    };
    await tokensIn([path], 'char', { onRead });
    expect(read).toBe(600_000);
    const reason = new Error('enough');
    await expect(tokensIn([path], 'char', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('refuses what is not there, or is a folder', async () => {
    const folder = join(root, 'folder');
    await mkdir(folder);
    await expectInputError(
      tokensIn([join(root, 'none')]),
      `cannot read the text ${join(root, 'none')}: found no such file`,
    );
    await expectInputError(tokensIn([folder]), /^cannot read the text .*folder: found a folder, not a file/);
  });

  it('refuses what is not UTF-8 and names the first byte', async () => {
    const latin1 = (text: string) => file(Buffer.from(text, 'latin1'));
    await expectInputError(
      tokensIn([await latin1('un\ncaf\xe9\nau lait')]),
      /text\d+\.txt is not UTF-8 text: found the byte 0xe9 at position 6, in line 2, expected UTF-8\. Convert it/,
    );
    await expectInputError(tokensIn([await file(Uint8Array.of(0x61, 0xff))]), /byte 0xff at position 1, in line 1,/);
    await expectInputError(tokensIn([await file(Uint8Array.of(0x80))]), /byte 0x80 at position 0, in line 1,/);
    await expectInputError(
      tokensIn([await file(Buffer.from('a\n\nb€').subarray(0, 6))]),
      /0xe2 at position 4, in line 3,/,
    );
    // Far behind the first block, and behind characters of several bytes.
    await expectInputError(
      tokensIn([await latin1(`${'x\n'.repeat(500_000)}\xe9`)]),
      /position 1000000, in line 500001,/,
    );
    const euros = Buffer.concat([Buffer.from('€'.repeat(300_000)), Uint8Array.of(0xc3), Buffer.from('a')]);
    await expectInputError(tokensIn([await file(euros)]), /byte 0xc3 at position 900000, in line 1,/);
  });

  it('reads characters that a block ends within', async () => {
    for (const shift of ['', 'a', 'ab', 'abc']) {
      const text = shift + '😀'.repeat(140_000);
      const tokens = await tokensIn([await file(text)]);
      expect(tokens.length).toBe(140_000 + shift.length);
      expect(tokens.every((token) => token === '😀' || shift.includes(token))).toBe(true);
    }
  });

  it('reads bytes that come from elsewhere, block by block, characters that are cut among them', async () => {
    async function* blocks() {
      for (const byte of Buffer.from('é\nabé')) yield Buffer.from([byte]);
    }
    expect(await tokensIn([{ name: '-', blocks: blocks() }])).toEqual(['é', '\n', 'a', 'b', 'é']);
  });
});

describe('linesOfTokens', () => {
  it('gives lines without their ends, the last also where it has none', async () => {
    const linesOf = async (text: string) => {
      const lines: string[] = [];
      for await (const line of linesOfTokens(tokenizeFiles([await file(text)], tokenizers.char)))
        lines.push(line.join('|'));
      return lines;
    };
    expect(await linesOf('ab\n\nb\r\nxa')).toEqual(['a|b', '', 'b', 'x|a']);
    expect(await linesOf('ab\n')).toEqual(['a|b']);
    expect(await linesOf('')).toEqual([]);
  });
});

describe('hashFiles', () => {
  it('tells contents apart, not names or how they are cut into files', async () => {
    const [one, same, other] = [await file('abc'), await file('abc'), await file('abd')];
    expect(await hashFiles([one])).toBe(await hashFiles([same]));
    expect(await hashFiles([one])).not.toBe(await hashFiles([other]));
    expect(await hashFiles([await file('a'), await file('bc')])).toBe(await hashFiles([one]));
  });
});
