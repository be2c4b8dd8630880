/**
 * The sequences that a model has learned from, as hashes in its folder: enough to tell whether what it writes stands in its
 * training data, of which nothing can be read there. It knows no model.
 */
import { InputError } from '../base/errors.ts';
import { fileIn, readBytes, writeFileAtomically } from '../base/files.ts';

/** In a model's folder. */
export const SEQUENCES_FILE = 'training-sequences.bin';

/**
 * A hash of 32 bits of the tokens of a sequence: FNV-1a over UTF-16 units (Fowler, Noll and Vo), then the finaliser of
 * MurmurHash3, by which all bits depend on all of them.
 */
export function hashOfSequence(tokens: readonly string[]): number {
  let hash = 0x811c9dc5;
  for (const token of tokens) {
    for (let i = 0; i < token.length; i++) hash = Math.imul(hash ^ token.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A set of sequences by their hashes, four bytes for each. */
export class KnownSequences {
  /** Rising. */
  readonly #hashes: Uint32Array;

  /** @param hashes of the sequences, in any order, the same ones any number of times */
  constructor(hashes: Uint32Array) {
    this.#hashes = hashes.toSorted().filter((hash, i, sorted) => hash !== sorted[i - 1]);
  }

  /**
   * Reads those of a model's folder.
   *
   * @returns undefined when the folder has none
   * @throws InputError when they are damaged
   */
  static async read(folder: string): Promise<KnownSequences | undefined> {
    const file = fileIn(folder, SEQUENCES_FILE);
    const bytes = await readBytes(file).catch(() => undefined);
    if (!bytes) return undefined;
    if (bytes.length % 4 === 0) return new KnownSequences(new Uint32Array(new Uint8Array(bytes).buffer));
    throw new InputError(`${file} is damaged`, {
      found: `${bytes.length} bytes`,
      expected: 'four for each sequence',
      advice: 'Copy all files of the model from the same place; without this one the model still writes.',
    });
  }

  /** How many there are; those of equal hashes count once. */
  get size(): number {
    return this.#hashes.length;
  }

  /** Whether a sequence is one of them: one that is not is taken for one with a probability of `size` / 2³². */
  has(tokens: readonly string[]): boolean {
    const hash = hashOfSequence(tokens);
    let [from, to] = [0, this.#hashes.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (this.#hashes[middle]! < hash) from = middle + 1;
      else to = middle;
    }
    return this.#hashes[from] === hash;
  }

  /** These and others, where there are any. */
  with(others: KnownSequences | undefined): KnownSequences {
    if (!others) return this;
    const all = new Uint32Array(this.size + others.size);
    all.set(this.#hashes);
    all.set(others.#hashes, this.size);
    return new KnownSequences(all);
  }

  /** Writes them into a model's folder. @throws InputError when the file can't be written */
  async save(folder: string): Promise<void> {
    await writeFileAtomically(fileIn(folder, SEQUENCES_FILE), new Uint8Array(this.#hashes.buffer));
  }
}
