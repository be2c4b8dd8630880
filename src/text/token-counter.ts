/** Counts the tokens of a text as they come, from the first to the last. */
export class TokenCounter {
  /** Tokens so far. */
  tokens = 0;
  readonly #minCount: number;
  readonly #numbers = new Map<string, number>();
  readonly #counts: number[] = [];
  /** Where each token came for the `minCount`-th time. */
  readonly #reached: number[] = [];

  /** @param minCount how often a token must come to be frequent */
  constructor(minCount: number) {
    this.#minCount = minCount;
  }

  /** How many different tokens came. */
  get different(): number {
    return this.#numbers.size;
  }

  add(tokens: readonly string[]): void {
    for (const token of tokens) {
      let number = this.#numbers.get(token);
      if (number === undefined) {
        number = this.#counts.push(0) - 1;
        this.#numbers.set(token, number);
      }
      const count = this.#counts[number]! + 1;
      this.#counts[number] = count;
      if (count === this.#minCount) this.#reached[number] = this.tokens;
      this.tokens++;
    }
  }

  /**
   * The tokens that were frequent among the first `length` already: those of a training part whose length is known
   * only when the whole text was read. Most frequent first, those that come equally often in the order of their
   * characters.
   */
  frequent(length: number): string[] {
    const found = [...this.#numbers].filter(([, number]) => (this.#reached[number] ?? length) < length);
    const countOf = (number: number) => this.#counts[number] ?? 0;
    return found.sort(([a, i], [b, j]) => countOf(j) - countOf(i) || (a < b ? -1 : 1)).map(([token]) => token);
  }
}
