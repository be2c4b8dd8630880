/**
 * Documents in which alternative texts are put so that every other byte stays what it was, whatever encoding and line ends
 * they have. Knows no pictures' content.
 */
import { isUtf8 } from 'node:buffer';
import { access, constants, readFile, realpath, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { InputError, reasonOf } from '../../base/errors.ts';
import { writeFileAtomically } from '../../base/files.ts';
import type { FoundPicture, PicturesInMarkup } from './found-picture.ts';
import { picturesInHtml } from './html.ts';
import { picturesInMarkdown } from './markdown.ts';

const SYNTAXES: Readonly<Record<string, (text: string) => PicturesInMarkup>> = {
  html: picturesInHtml,
  htm: picturesInHtml,
  xhtml: picturesInHtml,
  md: picturesInMarkdown,
  markdown: picturesInMarkdown,
};

/** The endings of documents. */
export const DOCUMENT_ENDINGS = Object.keys(SYNTAXES);

/** A document as it was read. */
export interface Document extends PicturesInMarkup {
  path: string;
  bytes: Buffer;
  text: string;
  /** Undoes what has made the text of bytes, with what was put into it. */
  encode: (text: string) => Buffer;
  /** Whether the bytes can say any letter; else those beyond ASCII must be told by their numbers. */
  isUnicode: boolean;
}

/** Reads a document and finds its pictures that lack a text. @throws InputError when it can't be read, or is no such */
export async function readDocument(path: string): Promise<Document> {
  const find = SYNTAXES[extname(path).slice(1).toLowerCase()];
  if (!find) {
    throw new InputError(`${path} is no document whose pictures can be found`, {
      expected: `a name that ends in ${DOCUMENT_ENDINGS.join(', ')}`,
    });
  }
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new InputError(`cannot read ${path}`, { found: reasonOf(error), cause: error });
  }
  const { mark = '', text, encode, decode, isUnicode } = decoded(bytes);
  const { pictures, base } = find(text);
  const named = decode ? pictures.map((picture) => ({ ...picture, address: decode(picture.address) })) : pictures;
  return { path, bytes, text, encode: (changed) => encode(mark + changed), isUnicode, pictures: named, base };
}

interface Decoded {
  /** A byte order mark. */
  mark?: string;
  text: string;
  encode: (text: string) => Buffer;
  /** Where signs of the text are bytes: what a name in it is. */
  decode?: (name: string) => string;
  isUnicode: boolean;
}

/** Text whose encoding gives back the same bytes; where the encoding is not known to, a sign for each byte. */
function decoded(bytes: Buffer): Decoded {
  const unicode = (text: string, encode: Decoded['encode']): Decoded | undefined => {
    if (!encode(text).equals(bytes)) return undefined;
    const mark = text.startsWith('\ufeff') ? '\ufeff' : '';
    return { mark, text: text.slice(mark.length), encode, isUnicode: true };
  };
  const isLittleEndian = bytes[0] === 0xff && bytes[1] === 0xfe;
  const isBigEndian = bytes[0] === 0xfe && bytes[1] === 0xff;
  const utf16 = (text: string) => Buffer.from(text, 'utf16le');
  const known =
    (isLittleEndian && unicode(bytes.toString('utf16le'), utf16)) ||
    (isBigEndian &&
      bytes.length % 2 === 0 &&
      unicode(Buffer.from(bytes).swap16().toString('utf16le'), (text) => utf16(text).swap16())) ||
    (isUtf8(bytes) && unicode(bytes.toString(), (text) => Buffer.from(text)));
  if (known) return known;
  const text = bytes.toString('latin1');
  const charset = /<meta[^>]+charset\s*=\s*["']?([\w-]+)/i.exec(text.slice(0, 1024))?.[1] ?? 'windows-1252';
  return {
    text,
    encode: (changed) => Buffer.from(changed, 'latin1'),
    decode: (name) => decoderFor(charset).decode(Buffer.from(name, 'latin1')),
    isUnicode: false,
  };
}

function decoderFor(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder('windows-1252');
  }
}

/** The line in which a place is, from 1. Lines end with LF, CR LF or CR. */
export function lineAt(text: string, place: number): number {
  return text.slice(0, place).split(/\r\n|\n|\r/).length;
}

/** A document's bytes with these texts; those of pictures without a text stay as they are. */
export function withTexts({ text, encode, isUnicode }: Document, texts: ReadonlyMap<FoundPicture, string>): Buffer {
  let changed = '';
  let end = 0;
  for (const [{ from, to, write }, content] of [...texts].sort(([a], [b]) => a.from - b.from)) {
    const written = write(content.replace(/\s+/g, ' ').trim());
    changed += text.slice(end, from) + (isUnicode ? written : inAscii(written));
    end = to;
  }
  return encode(changed + text.slice(end));
}

/** Letters beyond ASCII as character references, which both syntaxes have. */
function inAscii(text: string): string {
  return text.replace(/[^\0-\x7f]/gu, (letter) => `&#${letter.codePointAt(0)!};`);
}

/**
 * Writes a document with these texts; it keeps its permissions.
 *
 * @throws InputError when it can't be written, or has changed since it was read; it stays as it is then
 */
export async function writeDocument(document: Document, texts: ReadonlyMap<FoundPicture, string>): Promise<void> {
  const { path } = document;
  try {
    await access(path, constants.W_OK); // it would be replaced, whatever its permissions are
    if (!(await readFile(path)).equals(document.bytes)) {
      throw new InputError(`${path} has changed since it was read`, { advice: 'Start the command again.' });
    }
    const { mode } = await stat(path);
    await writeFileAtomically(await realpath(path), withTexts(document, texts), { mode });
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new InputError(`cannot write ${path}`, { found: reasonOf(error), cause: error });
  }
}
