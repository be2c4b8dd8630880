/** Bytes of files and of standard input, block by block, unpacked where they are gzip's. Knows no text. */
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { isatty } from 'node:tty';
import { createGunzip } from 'node:zlib';
import { InputError, reasonOf } from './errors.ts';
import { isDevice } from './files.ts';

/** Bytes that are read at once. */
const BLOCK = 1 << 18;

/** Bytes that come from elsewhere than a file: standard input. */
export interface ByteSource {
  name: string;
  blocks: AsyncIterable<Uint8Array>;
}

export interface ByteReading {
  /** What the file is, for the error. Default: file */
  what?: string | undefined;
  /** Called now and then with the bytes that were read since the last time. */
  onRead?: ((bytes: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** What a source is called. */
export function nameOfSource(source: string | ByteSource): string {
  return typeof source === 'string' ? source : source.name;
}

/**
 * The bytes of a file or another source as they are.
 *
 * @throws InputError when they can't be read; the signal's reason
 */
export async function* readBlocks(
  source: string | ByteSource,
  { what = 'file', onRead, signal }: ByteReading = {},
): AsyncGenerator<Buffer> {
  if (typeof source !== 'string') {
    for await (const block of source.blocks) yield asBuffer(block);
    return;
  }
  let handle: FileHandle | undefined;
  try {
    handle = await open(source);
    const isEndless = isDevice(await handle.stat()) && !isatty(handle.fd);
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(BLOCK), 0, BLOCK);
      if (bytesRead === 0) return;
      if (isEndless)
        throw new InputError(`cannot read the ${what} ${source}`, { found: 'a device', expected: 'a file' });
      onRead?.(bytesRead);
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new InputError(`cannot read the ${what} ${source}`, { found: reasonOf(error), cause: error });
  } finally {
    await handle?.close();
  }
}

/**
 * The bytes of a source, unpacked where they begin as gzip's do, whatever the source is called.
 *
 * @throws InputError as `readBlocks` does, and when what is packed is torn or damaged
 */
export async function* readUnpacked(source: string | ByteSource, reading: ByteReading = {}): AsyncGenerator<Buffer> {
  const blocks = fromStart(readBlocks(source, reading), 2);
  try {
    const first = await blocks.next();
    if (first.done) return;
    const whole = prepend(first.value, blocks);
    if (first.value[0] === 0x1f && first.value[1] === 0x8b) yield* unpack(whole, nameOfSource(source));
    else yield* whole;
  } finally {
    await blocks.return(undefined); // closes the file where not all of it was wanted
  }
}

/** Blocks of which the first has at least `count` bytes, where there are so many: a pipe may give them one by one. */
export async function* fromStart(blocks: AsyncIterable<Buffer>, count: number): AsyncGenerator<Buffer, void, void> {
  let start: Buffer | undefined = Buffer.alloc(0);
  for await (const block of blocks) {
    if (!start) {
      yield block;
      continue;
    }
    start = Buffer.concat([start, block]);
    if (start.length < count) continue;
    yield start;
    start = undefined;
  }
  if (start && start.length > 0) yield start;
}

async function* prepend(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

async function* unpack(blocks: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  const unpacked = pipeline(Readable.from(blocks), createGunzip(), () => {}); // errors reach the loop below
  try {
    for await (const block of unpacked) yield block as Buffer;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))) throw error;
    throw new InputError(`cannot unpack ${name}`, {
      found: `damaged gzip data: ${reasonOf(error)}`,
      advice: 'Fetch or pack it again.',
      cause: error,
    });
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
