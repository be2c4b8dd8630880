/**
 * Feature vectors on disk, found by the content of the picture they came from. One file for each CNN, preprocessing and
 * view (plain or mirrored), to which records of equal size are appended:
 *
 *     marker, 8 bytes │ hash of the picture's bytes, 16 │ features, 4·D │ checksum of hash and features, 4
 *
 * Any number of processes may read and append at once: a record is written by one append, and one that was torn (by a
 * full disk, a kill, a network drive that appends carelessly) is recognised by its marker or checksum and counts as
 * absent. Knows no CNN and no pixels.
 */
import { createHash } from 'node:crypto';
import { readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InputError, reasonOf } from '../base/errors.ts';
import { makeFolder } from '../base/files.ts';
import type { Cnn } from './cnn.ts';
import { preprocessingKey } from './pixels.ts';

/** A picture as it is, its mirror image, or one of its random views. */
export type View = 'plain' | 'mirrored' | `augmented-${number}`;

/** The file in `folder` that holds a CNN's features of one view. */
export function featureCachePath(folder: string, cnn: Pick<Cnn, 'key' | 'preprocessing'>, view: View): string {
  return join(folder, cnn.key, `${preprocessingKey(cnn.preprocessing)}-${view}.features`);
}

/** What a picture's features are found by: 128 bits of the SHA-256 of its bytes, in hexadecimal. */
export function contentHash(bytes: Uint8Array): string {
  return createHash('sha256')
    .update(bytes)
    .digest('hex')
    .slice(0, 2 * HASH);
}

export class FeatureCache {
  readonly #file: FileHandle;
  readonly #path: string;
  /** Where each picture's latest record starts. */
  readonly #places = new Map<string, number>();
  /** One record: its bytes, and the features among them. */
  readonly #record: Buffer;
  readonly #features: Float32Array;
  /** The file was looked through up to this byte. */
  #scanned = 0;
  /** The last call of `add`: the next one waits for it. */
  #adding: Promise<unknown> = Promise.resolve();

  private constructor(file: FileHandle, path: string, featureSize: number) {
    this.#file = file;
    this.#path = path;
    this.#record = Buffer.from(new ArrayBuffer(MARKER.length + HASH + 4 * featureSize + 4));
    this.#features = new Float32Array(this.#record.buffer, MARKER.length + HASH, featureSize);
    MARKER.copy(this.#record);
  }

  /** Opens a cache file, or starts an empty one, for feature vectors of `featureSize` floats. */
  static async open(path: string, featureSize: number): Promise<FeatureCache> {
    try {
      await makeFolder(dirname(path));
      const cache = new FeatureCache(await open(path, 'a+'), path, featureSize);
      await cache.#scan();
      return cache;
    } catch (error) {
      throw failure('open', path, error);
    }
  }

  /** The number of pictures whose features are there. */
  get size(): number {
    return this.#places.size;
  }

  /** The features of the picture whose `contentHash` this is, if they are there. */
  get(hash: string): Float32Array | undefined {
    const place = this.#places.get(hash);
    if (place === undefined) return undefined;
    // Synchronous: the record was read a moment ago, by #scan, and comes from memory in microseconds.
    const length = readSync(this.#file.fd, this.#record, 0, this.#record.length, place);
    return length === this.#record.length ? this.#features.slice() : undefined;
  }

  /** Appends the features of pictures; they are on their way to the disk when this returns, and `get` finds them. */
  async add(entries: Iterable<readonly [hash: string, features: Float32Array]>): Promise<void> {
    const records: Buffer[] = [];
    for (const [hash, features] of entries) {
      MARKER.copy(this.#record);
      this.#record.write(hash, MARKER.length, HASH, 'hex');
      this.#features.set(features);
      this.#record.writeInt32LE(checksum(this.#record), this.#record.length - 4);
      records.push(Buffer.from(this.#record));
    }
    const adding = this.#adding.then(() => this.#append(records));
    this.#adding = adding.catch(() => {}); // thrown to the caller of this `add`, not of the next
    await adding;
  }

  async #append(records: readonly Buffer[]): Promise<void> {
    try {
      await this.#file.appendFile(Buffer.concat(records));
      await this.#scan();
    } catch (error) {
      throw failure('write', this.#path, error);
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** Finds the records since the last scan, other processes' included, and passes over what is torn. */
  async #scan(): Promise<void> {
    const record = this.#record;
    const { size } = await this.#file.stat();
    const chunk = Buffer.alloc(Math.max(record.length, Math.min(size - this.#scanned, CHUNK)));
    let filled = 0; // bytes of the chunk that were read; they start at #scanned in the file
    for (;;) {
      const { bytesRead } = await this.#file.read(chunk, filled, chunk.length - filled, this.#scanned + filled);
      filled += bytesRead;
      let place = 0;
      while (place + record.length <= filled) {
        chunk.copy(record, 0, place); // to where words are aligned
        if (isWhole(record)) {
          this.#places.set(record.toString('hex', MARKER.length, MARKER.length + HASH), this.#scanned + place);
          place += record.length;
        } else {
          const next = chunk.subarray(0, filled).indexOf(MARKER, place + 1);
          place = next === -1 ? filled - MARKER.length + 1 : next;
        }
      }
      if (bytesRead === 0) return;
      chunk.copyWithin(0, place, filled);
      this.#scanned += place;
      filled -= place;
    }
  }
}

/**
 * What a record begins with. As floats these bytes are out of any feature's range, so that a record's start is not found
 * inside another record.
 */
const MARKER = Buffer.from('\xff\xffFEAT\xff\xff', 'latin1');
/** Bytes of a hash, and bytes that are looked through at once. */
const HASH = 16;
const CHUNK = 2 ** 20;

function isWhole(record: Buffer): boolean {
  return record.indexOf(MARKER) === 0 && record.readInt32LE(record.length - 4) === checksum(record);
}

/** FNV-1a (Fowler, Noll and Vo) over the 32-bit words between marker and checksum; notices any single changed word. */
function checksum(record: Buffer): number {
  const words = new Int32Array(record.buffer, record.byteOffset, record.length / 4);
  let sum = 0x811c9dc5;
  for (let i = MARKER.length / 4; i < words.length - 1; i++) sum = Math.imul(sum ^ words[i]!, 0x01000193);
  return sum | 0;
}

function failure(verb: string, path: string, error: unknown): InputError {
  return new InputError(`cannot ${verb} the feature cache ${path}`, {
    found: reasonOf(error),
    advice: 'Make room or set CAPTION_LM_CACHE to a folder that can be written; what it holds stays usable',
    cause: error,
  });
}
