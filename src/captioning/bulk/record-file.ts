/**
 * A file of captions to which records are appended, so that whatever ends the program, all that was done is there: it can
 * be killed at any moment and opened again. Knows no captioner and, of records, only their format.
 */
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InputError, reasonOf } from '../../base/errors.ts';
import { makeFolder, writeFileAtomically } from '../../base/files.ts';
import { lockFile, type Release } from '../../base/lock.ts';
import type { CaptionRecord, PictureIdentity, RecordFormat, StoredRecord } from './record.ts';
import { RecordIndex } from './record-index.ts';

export interface RecordFileOptions {
  format: RecordFormat;
  /** The `fingerprint` that all records must bear. */
  by: string;
  /** Drops the reasons why pictures have no captions, of the pictures of these names, so that they are tried again. */
  retry?: ReadonlySet<string> | undefined;
}

/** A file of captions, kept from other processes of this machine while it is open. */
export class RecordFile {
  readonly path: string;
  readonly index = new RecordIndex();
  /** Whether its last record was torn, and is gone. */
  repaired = false;
  readonly #format: RecordFormat;
  readonly #handle: FileHandle;
  #length = 0;
  #release: Release = async () => {};

  private constructor(path: string, format: RecordFormat, handle: FileHandle) {
    this.path = path;
    this.#format = format;
    this.#handle = handle;
  }

  /**
   * Opens a file of captions, or begins one; its folder is made where there is none.
   *
   * @throws InputError when it holds anything else, was begun by another captioner or with other options, is open in
   *   another process or can't be written; it stays as it was then
   */
  static async open(path: string, options: RecordFileOptions): Promise<RecordFile> {
    let release: Release | undefined;
    try {
      await makeFolder(dirname(path));
      const real = await realpath(path).catch(() => path); // a link stays one when the file is written anew
      release = await lockFile(real);
      if (!release) throw new InputError(`another process is writing ${path}`, { advice: 'Wait for it, or stop it.' });
      let file = await RecordFile.#read(path, real, options);
      if (options.retry && file.index.failed > 0) {
        const { retry, format } = options;
        await writeFileAtomically(
          real,
          file.#recordsWithout((record) => record.failed && retry.has(record.file)),
        );
        await file.#handle.close();
        file = await RecordFile.#read(path, real, { by: options.by, format });
      }
      file.#release = release;
      return file;
    } catch (error) {
      await release?.();
      throw failure('open', path, error);
    }
  }

  static async #read(path: string, real: string, { format, by }: RecordFileOptions): Promise<RecordFile> {
    const file = new RecordFile(path, format, await open(real, 'a+'));
    try {
      const tail = await file.#readRecords(by);
      await file.#mend(tail, by);
      return file;
    } catch (error) {
      await file.#handle.close();
      throw error;
    }
  }

  /** Reads whole records into the index. @returns what stands after the last of them */
  async #readRecords(by: string): Promise<string> {
    const { header, quoted } = this.#format;
    for await (const { text, offset, end, isWhole } of recordsOf(this.#handle, quoted)) {
      if (!isWhole) return text;
      if (offset > 0 || header === '') {
        const record = this.#format.parse(text);
        if (!record) throw foreign(this.path, text);
        refuseOther(this.path, record, by);
        this.index.add(record, offset);
      } else if (`${text}\n` !== header) throw foreign(this.path, text);
      this.#length = end;
    }
    return '';
  }

  /** Makes the file end with a whole record. @param tail what stands after the last record that has a line end */
  async #mend(tail: string, by: string): Promise<void> {
    const { header } = this.#format;
    const begin = header || JSON_BEGIN;
    const record = this.#format.parse(tail); // one that was cut in its last field bears another fingerprint
    if (record?.by === by && this.#length >= header.length) {
      this.index.add(record, this.#length);
      this.#length += Buffer.byteLength(tail);
      await this.#write('\n');
    } else if (tail !== '') {
      const isTorn = this.#length > 0 || begin.startsWith(tail) || (tail.startsWith(begin) && !record);
      if (!isTorn) throw foreign(this.path, tail);
      await this.#handle.truncate(this.#length);
      this.repaired = true;
    }
    if (this.#length === 0 && header !== '') await this.#write(header);
  }

  async *#recordsWithout(isDropped: (record: StoredRecord) => boolean): AsyncGenerator<Buffer> {
    const { quoted, header } = this.#format;
    for await (const { text, offset } of recordsOf(this.#handle, quoted)) {
      const isHeader = offset === 0 && header !== '';
      if (isHeader || !isDropped(this.#format.parse(text)!)) yield Buffer.from(`${text}\n`);
    }
  }

  /**
   * Appends records: all of them or, where there is no room, none.
   *
   * @throws InputError when they can't be written
   */
  async append(records: readonly CaptionRecord[]): Promise<void> {
    if (records.length === 0) return;
    let offset = this.#length;
    const lines = records.map((record) => this.#format.format(record));
    await this.#write(lines.join(''));
    for (const [i, record] of records.entries()) {
      this.index.add({ ...record, failed: 'error' in record }, offset);
      offset += Buffer.byteLength(lines[i]!);
    }
  }

  /**
   * Appends a record of a picture that has the captions of another one with the same content.
   *
   * @returns whether there is one
   * @throws InputError when it can't be written
   */
  async appendCopy(picture: PictureIdentity): Promise<boolean> {
    const from = this.index.offsetOf(picture.hash!);
    if (from === undefined) return false;
    const offset = this.#length;
    await this.#write(this.#format.rename(await this.#recordAt(from), picture));
    this.index.add({ ...picture, failed: false }, offset);
    return true;
  }

  async #recordAt(offset: number): Promise<string> {
    for await (const { text } of recordsOf(this.#handle, this.#format.quoted, offset)) return text;
    throw new RangeError(`no record at ${offset}`);
  }

  async #write(lines: string): Promise<void> {
    const bytes = Buffer.from(lines);
    try {
      await this.#handle.appendFile(bytes);
    } catch (error) {
      await this.#handle.truncate(this.#length).catch(() => {}); // what is left is mended when the file is opened again
      throw failure('write', this.path, error);
    }
    this.#length += bytes.length;
  }

  /** Closes the file, whose records are on the disk then. */
  async close(): Promise<void> {
    try {
      await this.#handle.sync();
      await this.#handle.close();
    } catch (error) {
      throw failure('write', this.path, error);
    } finally {
      await this.#release();
    }
  }
}

/** What a first record in JSON begins with. */
const JSON_BEGIN = '{"file":';
const [LINE_END, QUOTE] = [0x0a, 0x22];
/** Bytes that are read at once: all of a file, or one record. */
const [BLOCK, RECORD] = [1 << 20, 1 << 12];

interface FoundRecord {
  /** Without its line end. */
  text: string;
  /** The byte at which it begins, and the one at which the next begins. */
  offset: number;
  end: number;
  /** Whether it has a line end: else it is what stands at the end of the file. */
  isWhole: boolean;
}

/**
 * The records of a file.
 *
 * @param quoted whether a line end between quotes ends no record
 * @param from the byte at which the first of them begins
 */
async function* recordsOf(handle: FileHandle, quoted: boolean, from?: number): AsyncGenerator<FoundRecord> {
  const block = Buffer.allocUnsafe(from === undefined ? BLOCK : RECORD);
  let offset = from ?? 0;
  let rest: Buffer = Buffer.alloc(0); // of a record that began before the block
  let isQuoted = false;
  for (;;) {
    const { bytesRead } = await handle.read(block, 0, block.length, offset + rest.length);
    if (bytesRead === 0) break;
    let begin = 0;
    for (let i = 0; i < bytesRead; i++) {
      if (block[i] === QUOTE && quoted) isQuoted = !isQuoted;
      if (block[i] !== LINE_END || isQuoted) continue;
      const part = block.subarray(begin, i);
      const bytes = rest.length > 0 ? Buffer.concat([rest, part]) : part;
      const text = bytes.toString();
      const end = offset + bytes.length + 1;
      rest = Buffer.alloc(0);
      begin = i + 1;
      yield { text, offset, end, isWhole: true };
      offset = end;
    }
    rest = Buffer.concat([rest, block.subarray(begin, bytesRead)]);
  }
  if (rest.length > 0) yield { text: rest.toString(), offset, end: offset + rest.length, isWhole: false };
}

function refuseOther(path: string, record: StoredRecord, by: string): void {
  if (record.by === by) return;
  const [model, options] = by.split('-');
  const [otherModel, otherOptions] = record.by.split('-');
  const what = model === otherModel ? 'with other options' : 'by another model';
  throw new InputError(`${path} was begun ${what}`, {
    found: model === otherModel ? otherOptions : otherModel,
    expected: model === otherModel ? options : model,
    advice: 'Give the model and the options that it was begun with, or name another file.',
  });
}

function foreign(path: string, text: string): InputError {
  return new InputError(`${path} is no file of captions that can be added to`, {
    found: JSON.stringify(text.slice(0, 60)),
    expected: 'what `caption describe --out` has written with the same --top and ending',
    advice: 'Name another file.',
  });
}

/** An error of the system as one that names the file; any other as it is. */
function failure(verb: string, path: string, error: unknown): unknown {
  if (!(error instanceof Error && 'syscall' in error)) return error;
  return new InputError(`cannot ${verb} ${path}`, {
    found: reasonOf(error),
    advice: 'What was written before is whole: once this is mended, the same command goes on.',
    cause: error,
  });
}
