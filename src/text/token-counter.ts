/**
 * Counts the tokens of a text as they come, from the first to the last: how often each comes, and how early. It knows no
 * files.
 */
export class TokenCounter {
  /** Tokens that came so far. */
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

  /** The token that came first, if any did. */
  get first(): string | undefined {
    return this.#numbers.keys().next().value;
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
   * The tokens that were frequent among the first `length` tokens already: so a training part, whose length is known only
   * when the whole text was read, has its own frequent tokens. Most frequent first, those that come equally often in the
   * order of their characters.
   */
  frequent(length: number): string[] {
    const found = [...this.#numbers].filter(([, number]) => (this.#reached[number] ?? length) < length);
    const countOf = (number: number) => this.#counts[number]!;
    return found.sort(([a, i], [b, j]) => countOf(j) - countOf(i) || (a < b ? -1 : 1)).map(([token]) => token);
  }
}
