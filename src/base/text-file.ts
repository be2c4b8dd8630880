/** Text files, as all parts of the program read them: of any encoding, packed or not. Knows no format. */
import { type ByteReading, type ByteSource, nameOfSource, readUnpacked } from './byte-source.ts';
import { InputError } from './errors.ts';
import { type DecodingSettings, decodeTextBlocks } from './text-decoding.ts';

/** How a text file is read. */
export type TextReading = ByteReading & Pick<DecodingSettings, 'encoding' | 'advice'>;

/**
 * The text of a file or another source in pieces, unpacked (gzip) and decoded; without its mark. Pieces end between code
 * points, so that files may be larger than memory.
 *
 * @throws InputError when the source can't be read, or holds bytes that stand for no text; the signal's reason
 */
export function readTextPieces(source: string | ByteSource, reading: TextReading = {}): AsyncGenerator<string> {
  const { encoding, advice } = reading;
  return decodeTextBlocks(readUnpacked(source, reading), { name: nameOfSource(source), encoding, advice });
}

/** The text of a file or another source. @throws InputError as `readTextPieces` does, and when it is too large */
export async function readText(source: string | ByteSource, reading: TextReading = {}): Promise<string> {
  const pieces: string[] = [];
  for await (const piece of readTextPieces(source, reading)) pieces.push(piece);
  try {
    return pieces.join('');
  } catch (cause) {
    const advice = 'Part it into several files.';
    throw new InputError(`${nameOfSource(source)} is too large`, { expected: 'at most 512 MB', advice, cause });
  }
}

/** A line of a text file. */
export interface NumberedLine {
  /** Its number, from 1. */
  line: number;
  text: string;
}

/**
 * The lines of a text, without their ends: LF, CR LF, or CR where the text has no LF at all, as old Macs and some
 * spreadsheets write it.
 */
export function linesOf(text: string): NumberedLine[] {
  const lines = text.split(text.includes('\n') ? /\r?\n/ : '\r').map((line, i) => ({ line: i + 1, text: line }));
  if (lines.at(-1)?.text === '') lines.pop();
  return lines;
}

/** The lines of a text that are not blank. */
export function filledLinesOf(text: string): NumberedLine[] {
  return linesOf(text).filter((line) => line.text.trim() !== '');
}

/** The lines of a text file. @throws InputError as `readText` does */
export async function readLines(source: string | ByteSource, reading?: TextReading): Promise<NumberedLine[]> {
  return linesOf(await readText(source, reading));
}

/** The lines of a text file that are not blank. @throws InputError as `readText` does */
export async function readFilledLines(source: string | ByteSource, reading?: TextReading): Promise<NumberedLine[]> {
  return filledLinesOf(await readText(source, reading));
}
