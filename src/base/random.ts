/**
 * A seeded source of randomness that is passed in, never global. Its state can be saved and restored, which is what
 * makes a resumed training equal to an uninterrupted one.
 */
export class Random {
  readonly #state = new Uint32Array(4);

  /** @param seed any number; equal seeds give equal sequences */
  constructor(seed: number) {
    // splitmix32 spreads the seed over the 128 bits of state (Blackman and Vigna 2021, section 5.1).
    let z = seed >>> 0;
    for (let i = 0; i < 4; i++) {
      z = (z + 0x9e3779b9) >>> 0;
      let mixed = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
      this.#state[i] = mixed ^ (mixed >>> 15);
    }
  }

  /** The next 32 random bits, by xoshiro128** (Blackman and Vigna 2021). */
  bits(): number {
    const s = this.#state as unknown as [number, number, number, number];
    const result = Math.imul(rotateLeft(Math.imul(s[1], 5), 7), 9) >>> 0;
    const shifted = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotateLeft(s[3], 11);
    return result;
  }

  /** A number from [0, 1) with 53 random bits. */
  uniform(): number {
    return ((this.bits() >>> 5) * 2 ** 26 + (this.bits() >>> 6)) / 2 ** 53;
  }

  /** An integer from 0 to `bound` - 1. */
  integer(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  /** A number from N(0, 1), by Box and Muller (1958). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Puts the items in random order, in place (Fisher and Yates). */
  shuffle<List extends { length: number; [index: number]: unknown }>(items: List): List {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [items[i], items[j]] = [items[j], items[i]];
    }
    return items;
  }

  /** The whole state, to be saved beside what it produced. */
  get state(): number[] {
    return [...this.#state];
  }

  set state(words: readonly number[]) {
    if (words.length !== 4) throw new RangeError(`random state: expected 4 words, found ${words.length}`);
    this.#state.set(words);
  }
}

function rotateLeft(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}
