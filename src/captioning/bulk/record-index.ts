/**
 * Which pictures a file of captions holds: found by their names, and by their content. About 150 bytes a picture, whatever
 * its name and its captions. Knows no format.
 */
import { createHash } from 'node:crypto';
import type { PictureIdentity, StoredRecord } from './record.ts';

/** In place of a number that is not there, and of the content of a picture that has no captions. */
const NONE = -1;

export class RecordIndex {
  /** The last record of each name, and the first with captions of each content: both by 128 bits of a hash. */
  readonly #byName = new Map<string, number>();
  readonly #byHash = new Map<string, number>();
  readonly #offsets = new Numbers();
  readonly #sizes = new Numbers();
  readonly #times = new Numbers();
  /** The number of the first record with the same content; NONE of one that failed. */
  readonly #contents = new Numbers();

  /** How many pictures have captions, and for how many names there is none but a reason. */
  get described(): number {
    return this.#offsets.length - this.failed;
  }

  failed = 0;

  /** @param offset the byte of the file at which the record begins */
  add({ file, hash, bytes = NONE, modified = NONE, failed }: Omit<StoredRecord, 'by'>, offset: number): void {
    const number = this.#offsets.length;
    this.#offsets.push(offset);
    this.#sizes.push(bytes);
    this.#times.push(modified);
    if (failed) this.failed++;
    let content = failed ? NONE : number;
    if (!failed && hash !== undefined) {
      const key = hashKey(hash);
      content = this.#byHash.get(key) ?? number;
      if (content === number) this.#byHash.set(key, number);
    }
    this.#contents.push(content);
    this.#byName.set(nameKey(file), number);
  }

  /**
   * What the last record of a name says, if the file that has the name now is still as large and as old as it was then.
   */
  stateOf({ file, bytes = NONE, modified = NONE }: PictureIdentity): 'described' | 'failed' | undefined {
    const number = this.#byName.get(nameKey(file));
    if (number === undefined || this.#sizes.at(number) !== bytes || this.#times.at(number) !== modified) {
      return undefined;
    }
    return this.#contents.at(number) === NONE ? 'failed' : 'described';
  }

  /** Whether the last record of a name is of this content. */
  holds(file: string, hash: string): boolean {
    const number = this.#byName.get(nameKey(file));
    return number !== undefined && this.#contents.at(number) === this.#byHash.get(hashKey(hash));
  }

  /** Where the first record with captions of this content begins. */
  offsetOf(hash: string): number | undefined {
    const number = this.#byHash.get(hashKey(hash));
    return number === undefined ? undefined : this.#offsets.at(number);
  }
}

/** Sixteen bytes as a string of sixteen signs, the most compact key that a Map takes. */
function hashKey(hash: string): string {
  return Buffer.from(hash, 'hex').toString('latin1');
}

function nameKey(name: string): string {
  return createHash('sha256').update(name).digest().toString('latin1', 0, 16);
}

/** A list of numbers that takes eight bytes each. */
class Numbers {
  #values = new Float64Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.#values.length) {
      const larger = new Float64Array(2 * this.length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.length++] = value;
  }

  at(index: number): number {
    return this.#values[index]!;
  }
}
