/**
 * Bytes become text: by the mark at their beginning (UTF-8, UTF-16, UTF-32), else by the encoding that is named, else as
 * UTF-8. Bytes that stand for no text are refused with their place, never replaced. Knows no files.
 */
import { isUtf8 } from 'node:buffer';
import { fromStart } from './byte-source.ts';
import { InputError, UsageError } from './errors.ts';

export interface DecodingSettings {
  /** What the bytes are of, for errors. */
  name: string;
  /** What bytes without a mark stand for: `windows-1252`, `shift_jis` or any other that iconv-lite knows. Default: UTF-8 */
  encoding?: string | undefined;
  /** What else can be done with bytes that are not UTF-8, for the error: 'or read it as bytes'. */
  advice?: string | undefined;
}

/** Takes the bytes of a text block by block. */
interface Decoder {
  /** @throws InputError when the bytes stand for no text */
  write(bytes: Buffer): string;
  /** What is left of the text at its end. @throws InputError when it ends within a character */
  end(): string;
}

/** Bytes that are enough to tell what a file is. */
export const TELLING_BYTES = 512;

/** The marks at the beginning of texts, the longer before the shorter ones that they begin with. */
const MARKS: readonly { bytes: Buffer; encoding: string }[] = [
  { bytes: Buffer.from([0xff, 0xfe, 0, 0]), encoding: 'utf-32le' },
  { bytes: Buffer.from([0, 0, 0xfe, 0xff]), encoding: 'utf-32be' },
  { bytes: Buffer.from([0xef, 0xbb, 0xbf]), encoding: 'utf-8' },
  { bytes: Buffer.from([0xff, 0xfe]), encoding: 'utf-16le' },
  { bytes: Buffer.from([0xfe, 0xff]), encoding: 'utf-16be' },
];

/** How files begin that hold no text: by what stands at a place, 0 by default, in Latin-1. */
const NO_TEXT: readonly { start: string; at?: number; what: string }[] = [
  { start: 'PK\u0003\u0004', what: 'a ZIP archive (an Excel or Word file is one, too)' },
  { start: 'BZh', what: 'a bzip2 archive' },
  { start: '\u00fd7zXZ', what: 'an xz archive' },
  { start: '(\u00b5/\u00fd', what: 'a zstd archive' },
  { start: '7z\u00bc\u00af', what: 'a 7z archive' },
  { start: '\u00d0\u00cf\u0011\u00e0', what: 'an old Excel or Word file' },
  { start: '%PDF-', what: 'a PDF file' },
  { start: 'PAR1', what: 'a Parquet file' },
  { start: '\u00ff\u00d8\u00ff', what: 'a picture' },
  { start: '\u0089PNG', what: 'a picture' },
  { start: 'GIF8', what: 'a picture' },
  { start: 'WEBP', at: 8, what: 'a picture' },
  { start: 'ftyp', at: 4, what: 'a picture or video' },
  { start: 'II*\0', what: 'a picture' },
  { start: 'MM\0*', what: 'a picture' },
  { start: '\u007fELF', what: 'a program' },
  { start: 'MThd', what: 'a MIDI file' },
  { start: 'WAVE', at: 8, what: 'a sound' },
  { start: 'OggS', what: 'a sound' },
  { start: 'fLaC', what: 'a sound' },
  { start: 'ID3\u0003', what: 'a sound' },
  { start: 'ID3\u0004', what: 'a sound' },
  { start: 'Rar!', what: 'a RAR archive' },
  { start: 'SQLite format 3\0', what: 'an SQLite database' },
  { start: '\u0089HDF', what: 'an HDF5 file' },
  { start: '\u0093NUMPY', what: 'a NumPy file' },
];

/**
 * The text of bytes, without its mark, in pieces that end between code points.
 *
 * @throws InputError where bytes stand for no text; UsageError when the encoding is not known
 */
export async function* decodeTextBlocks(
  blocks: AsyncIterable<Buffer>,
  settings: DecodingSettings,
): AsyncGenerator<string> {
  let decoder: Decoder | undefined;
  for await (const block of fromStart(blocks, TELLING_BYTES)) {
    let bytes = block;
    if (!decoder) {
      const mark = MARKS.find((one) => block.subarray(0, one.bytes.length).equals(one.bytes));
      if (mark) bytes = block.subarray(mark.bytes.length);
      decoder = await decoderFor(mark?.encoding ?? settings.encoding, block, settings);
    }
    yield decoder.write(bytes);
  }
  yield decoder?.end() ?? '';
}

/** What a file is that holds no text, by its first bytes; undefined where it may. */
export function kindOfBinary(start: Buffer): string | undefined {
  const text = start.subarray(0, 16).toString('latin1');
  const known = NO_TEXT.find((kind) => text.startsWith(kind.start, kind.at))?.what;
  if (known !== undefined) return known;
  const marked = MARKS.some(({ bytes }) => start.subarray(0, bytes.length).equals(bytes));
  return !marked && start.subarray(0, TELLING_BYTES).includes(0) ? 'binary data' : undefined;
}

async function decoderFor(encoding: string | undefined, start: Buffer, settings: DecodingSettings): Promise<Decoder> {
  if (encoding === undefined) refuseUnmarked(start, settings);
  if (encoding === undefined || /^utf-?8$/i.test(encoding)) return new Utf8Decoder(settings);
  const { default: iconv } = await import('iconv-lite');
  if (!iconv.encodingExists(encoding)) {
    throw new UsageError(`the encoding ${JSON.stringify(encoding)} is not known`, {
      expected: 'one such as windows-1252, windows-1251, iso-8859-2, shift_jis, gb18030, big5, euc-kr or utf-16le',
    });
  }
  return new NamedDecoder(iconv.getDecoder(encoding, { stripBOM: false }), encoding, settings);
}

/** @throws InputError when every other byte is zero: UTF-16 without a mark would pass for UTF-8 */
function refuseUnmarked(bytes: Buffer, { name }: DecodingSettings): void {
  const zeros = [0, 0];
  const looked = bytes.subarray(0, TELLING_BYTES);
  for (const [i, byte] of looked.entries()) if (byte === 0) zeros[i % 2]! += 1;
  const [even, odd] = zeros.map((count) => count / looked.length) as [number, number];
  if (Math.max(even, odd) < 0.3 || Math.min(even, odd) > 0.05) return;
  const encoding = odd > even ? 'utf-16le' : 'utf-16be';
  throw new InputError(`${name} is not UTF-8 text`, {
    found: 'UTF-16 without a byte order mark',
    advice: `Read it by encoding ${encoding}, or convert it: \`${conversion(encoding, name)}\`.`,
    settings: ['encoding'],
  });
}

function conversion(from: string, name: string): string {
  return `iconv -f ${from} -t utf-8 ${/[^\w./-]/.test(name) ? JSON.stringify(name) : name} > utf8.txt`;
}

/** What a decoder puts for bytes that stand for nothing, and halves of pairs. */
const NO_CHARACTER = /[\ud800-\udfff]|\ufffd/u;

/** Text by a library's decoder, which puts U+FFFD where bytes stand for nothing. */
class NamedDecoder implements Decoder {
  readonly #decoder: { write(bytes: Buffer): string; end(): string | undefined };
  readonly #encoding: string;
  readonly #name: string;
  #line = 1;
  /** The first half of a pair that the last piece ended with. */
  #half = '';

  constructor(
    decoder: { write(bytes: Buffer): string; end(): string | undefined },
    encoding: string,
    { name }: DecodingSettings,
  ) {
    this.#decoder = decoder;
    this.#encoding = encoding;
    this.#name = name;
  }

  write(bytes: Buffer): string {
    const text = this.#half + this.#decoder.write(bytes);
    const halved = /[\ud800-\udbff]$/.test(text.slice(-1));
    this.#half = halved ? text.slice(-1) : '';
    return this.#checked(halved ? text.slice(0, -1) : text);
  }

  end(): string {
    return this.#checked(this.#half + (this.#decoder.end() ?? ''));
  }

  #checked(text: string): string {
    const at = text.search(NO_CHARACTER);
    const before = at === -1 ? text : text.slice(0, at);
    this.#line += before.split('\n').length - 1;
    if (at === -1) return text;
    throw new InputError(`${this.#name} is not text in ${this.#encoding}`, {
      found: `bytes that stand for nothing, in line ${this.#line} after ${JSON.stringify(before.slice(-20))}`,
      advice: 'Name what it is in by encoding.',
      settings: ['encoding'],
    });
  }
}

/** UTF-8, checked. */
class Utf8Decoder implements Decoder {
  readonly #settings: DecodingSettings;
  #rest: Buffer = Buffer.alloc(0);
  #position = 0;
  #line = 1;

  constructor(settings: DecodingSettings) {
    this.#settings = settings;
  }

  write(block: Buffer): string {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, block]) : block;
    const end = endOfCharacters(bytes);
    const whole = bytes.subarray(0, end);
    if (!isUtf8(whole)) throw this.#refused(whole);
    this.#rest = bytes.subarray(end);
    this.#position += end;
    this.#line += linesIn(whole);
    return whole.toString('utf8');
  }

  end(): string {
    if (this.#rest.length > 0) throw this.#refused(this.#rest);
    return '';
  }

  #refused(bytes: Buffer): InputError {
    const { name, advice } = this.#settings;
    const kind = this.#position === 0 ? kindOfBinary(bytes) : undefined;
    if (kind) {
      const asBytes = kind === 'binary data' && advice ? `${advice[0]!.toUpperCase()}${advice.slice(1)}.` : undefined;
      return new InputError(`${name} is not a text`, { found: kind, expected: 'text in UTF-8', advice: asBytes });
    }
    let at = 0;
    for (;;) {
      const length = bytesOfCharacter(bytes[at]!);
      if (at + length > bytes.length || !isUtf8(bytes.subarray(at, at + length))) break;
      at += length;
    }
    const isLatin = !comeTogether(bytes);
    const read = isLatin ? 'read it by encoding windows-1252' : 'name what it is in by encoding, gb18030 for one';
    return new InputError(`${name} is not UTF-8 text`, {
      found: `the byte 0x${bytes[at]!.toString(16)} at position ${this.#position + at}, in line ${
        this.#line + linesIn(bytes.subarray(0, at))
      }`,
      expected: 'UTF-8',
      advice: `Convert it, as by \`${conversion(isLatin ? 'windows-1252' : 'gb18030', name)}\`, or ${read}${advice ? `, ${advice}` : ''}.`,
      settings: ['encoding'],
    });
  }
}

/** Whether bytes that are not ASCII mostly stand side by side: they do in all scripts but the Latin one. */
function comeTogether(bytes: Buffer): boolean {
  let [above, beside] = [0, 0];
  for (const [i, byte] of bytes.entries()) {
    if (byte < 0x80) continue;
    above++;
    if (bytes[i - 1]! >= 0x80 || bytes[i + 1]! >= 0x80) beside++;
  }
  return beside > above / 2;
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
