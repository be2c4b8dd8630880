/**
 * Sequences of token ids in one piece of memory, each followed by an id that ends it: a million of them take as many bytes as
 * their tokens do. It knows no tokens.
 *
 *     ids     e m m a . o l i v i a . a v a .          begins 0 5 12 16
 */

export class SequenceList {
  /** All tokens, the ends among them. */
  readonly ids: Uint16Array | Uint32Array;
  /** Where each sequence begins, and behind the last where the ids end. */
  readonly begins: Uint32Array;

  constructor(ids: SequenceList['ids'], begins: Uint32Array) {
    this.ids = ids;
    this.begins = begins;
  }

  /** How many sequences there are. */
  get count(): number {
    return this.begins.length - 1;
  }

  /** The tokens of a sequence, its end among them. */
  lengthOf(i: number): number {
    return this.begins[i + 1]! - this.begins[i]!;
  }

  /** The ids of a sequence, its end among them. */
  at(i: number): SequenceList['ids'] {
    return this.ids.subarray(this.begins[i], this.begins[i + 1]);
  }

  /** How often each of V tokens comes, [V]. */
  counts(V: number): Uint32Array {
    const counts = new Uint32Array(V);
    for (const id of this.ids) counts[id]! += 1;
    return counts;
  }
}

/** Collects sequences one after another. */
export class SequenceCollector {
  #ids: Uint16Array | Uint32Array;
  #length = 0;
  readonly #begins = [0];

  /** @param V ids are below it */
  constructor(V: number) {
    this.#ids = V <= 1 << 16 ? new Uint16Array(1 << 12) : new Uint32Array(1 << 12);
  }

  /** Takes a sequence. @param end the id that ends it */
  add(ids: ArrayLike<number>, end: number): void {
    const needed = this.#length + ids.length + 1;
    if (needed > this.#ids.length) {
      const larger = new (this.#ids.constructor as Uint32ArrayConstructor)(Math.max(needed, 2 * this.#ids.length));
      larger.set(this.#ids);
      this.#ids = larger;
    }
    this.#ids.set(ids, this.#length);
    this.#ids[needed - 1] = end;
    this.#length = needed;
    this.#begins.push(needed);
  }

  list(): SequenceList {
    return new SequenceList(this.#ids.slice(0, this.#length), Uint32Array.from(this.#begins));
  }
}
