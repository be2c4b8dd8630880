import { readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import type { ByteSource } from '../../src/base/byte-source.ts';
import { UsageError } from '../../src/base/errors.ts';
import { readLines, readText, readTextPieces } from '../../src/base/text-file.ts';
import { expectInputError } from '../input-error.ts';
import { temporaryFolder } from '../training/small-training.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

/** Bytes that come one by one, as a slow pipe gives them. */
function drops(bytes: Uint8Array): ByteSource {
  return {
    name: 'drops',
    blocks: (async function* () {
      for (const byte of bytes) yield Uint8Array.of(byte);
    })(),
  };
}

const TEXT = 'été 狗\n🇩🇪 end';
const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16();

describe('readText', () => {
  it.each<[string, Uint8Array]>([
    ['UTF-8', Buffer.from(TEXT)],
    ['UTF-8 with its mark', Buffer.from(`\ufeff${TEXT}`)],
    ['UTF-16 from Windows', Buffer.from(`\ufeff${TEXT}`, 'utf16le')],
    ['UTF-16, big-endian', utf16be(`\ufeff${TEXT}`)],
    ['UTF-32', Buffer.concat([...`\ufeff${TEXT}`].map((c) => Buffer.from(Uint32Array.of(c.codePointAt(0)!).buffer)))],
    ['gzip', gzipSync(TEXT)],
    ['gzip in two parts', Buffer.concat([gzipSync(TEXT.slice(0, 4)), gzipSync(TEXT.slice(4))])],
    ['UTF-16, packed', gzipSync(Buffer.from(`\ufeff${TEXT}`, 'utf16le'))],
  ])('reads %s, from a file and from a pipe', async (name, bytes) => {
    const path = join(root, `${name}.txt`);
    await writeFile(path, bytes);
    expect(await readText(path)).toBe(TEXT);
    expect(await readText(drops(bytes))).toBe(TEXT);
  });

  it.each([
    ['plain', (text: string) => Buffer.from(text)],
    ['gzip', (text: string) => gzipSync(text)],
  ])('closes a file of which only the beginning is wanted: %s', async (name, bytesOf) => {
    const path = join(root, `long-${name}.txt`);
    await writeFile(path, bytesOf(Array.from({ length: 300_000 }, (_, i) => `${i}\n`).join('')));
    for await (const piece of readTextPieces(path)) {
      expect(piece.startsWith('0\n1\n')).toBe(true);
      break;
    }
    if (process.platform !== 'linux') return;
    const open = await Promise.all(
      (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
    );
    expect(open).not.toContain(path);
  });

  it('reads an empty source', async () => {
    expect(await readText(drops(new Uint8Array()))).toBe('');
  });

  it.each([
    ['windows-1252', [0x63, 0x80, 0xe9, 0x92], 'c€é’'],
    ['shift_jis', [0x8c, 0xa2], '犬'],
    ['gb18030', [0xb9, 0xb7], '狗'],
    ['utf-16le', [0x61, 0x00, 0xe9, 0x00], 'aé'],
  ])('reads %s where that is said', async (encoding, bytes, text) => {
    expect(await readText(drops(Uint8Array.from(bytes)), { encoding })).toBe(text);
  });

  it('goes by the mark, whatever is said', async () => {
    expect(await readText(drops(Buffer.from('\ufeffé')), { encoding: 'windows-1252' })).toBe('é');
  });

  it.each<[string, Uint8Array, RegExp]>([
    [
      'other bytes',
      Buffer.from('a\nb\xe9c', 'latin1'),
      /^drops is not UTF-8 text: found the byte 0xe9 at position 3, in line 2, .*`iconv -f windows-1252 -t utf-8 drops > utf8.txt`, or read it by encoding windows-1252/,
    ],
    [
      'a text of another script',
      Uint8Array.from([0xb9, 0xb7, 0xb9, 0xb7]),
      /name what it is in by encoding, gb18030 for one/,
    ],
    [
      'UTF-16 without its mark',
      Buffer.from('file_name,text', 'utf16le'),
      /UTF-16 without a byte order mark.*encoding utf-16le/,
    ],
    ['a torn end', Buffer.from('é').subarray(0, 1), /the byte 0xc3 at position 0/],
    ['music', Buffer.from('MThd\0\0\0\u0006\xffa', 'latin1'), /is not a text: found a MIDI file/],
    [
      'other bytes with zeros',
      Buffer.from('a\0\0\xffa', 'latin1'),
      /is not a text: found binary data, expected text in UTF-8$/,
    ],
    ['an archive', Buffer.from('PK\u0003\u0004\xff\xff', 'latin1'), /is not a text: found a ZIP archive/],
    [
      'torn gzip',
      gzipSync(TEXT.repeat(100)).subarray(0, 30),
      /^cannot unpack drops: found damaged gzip data: unexpected end/,
    ],
    ['half a pair in UTF-16', Buffer.from('\ufeffa\ud83d', 'utf16le'), /is not text in utf-16le: .* in line 1/],
  ])('refuses %s', async (_, bytes, message) => {
    await expectInputError(readText(drops(bytes)), message);
  });

  it('refuses bytes that stand for nothing in the encoding that is said, and one that is not known', async () => {
    await expectInputError(
      readText(drops(Uint8Array.from([0x61, 0x0a, 0xff, 0xff])), { encoding: 'shift_jis' }),
      /not text in shift_jis: .*in line 2/,
    );
    await expect(readText(drops(Buffer.from('a')), { encoding: 'klingon' })).rejects.toThrow(UsageError);
  });
});

it.each([
  ['a\nb\n', ['a', 'b']],
  ['a\r\n\r\nb', ['a', '', 'b']],
  ['a\rb\r', ['a', 'b']],
  ['a\rb\nc', ['a\rb', 'c']],
  ['', []],
])('the lines of %j', async (text, lines) => {
  expect((await readLines(drops(Buffer.from(text)))).map((line) => line.text)).toEqual(lines);
});
