/** Counts what is odd in a dataset, by kind, and keeps the first examples: a thousand oddities of a kind make one line. */

export interface Oddity {
  /** What was found and what was done about it. */
  what: string;
  count: number;
  /** The first few cases: picture names, ids, file names. */
  examples: string[];
}

const EXAMPLES_KEPT = 3;

/** The oddities of a dataset that is being read. */
export class Oddities {
  readonly #byKind = new Map<string, Oddity>();

  /** Counts one case of the kind `what`, which must not name the example: cases are grouped by it. */
  add(what: string, example: string): void {
    let oddity = this.#byKind.get(what);
    if (!oddity) {
      oddity = { what, count: 0, examples: [] };
      this.#byKind.set(what, oddity);
    }
    oddity.count++;
    if (oddity.examples.length < EXAMPLES_KEPT) oddity.examples.push(example);
  }

  list(): Oddity[] {
    return [...this.#byKind.values()];
  }
}

/** An oddity in one line: `empty captions skipped: 12 (a.jpg, b.jpg, c.jpg, …)`. */
export function describeOddity({ what, count, examples }: Oddity): string {
  const more = count > examples.length ? ', …' : '';
  return `${what}: ${count.toLocaleString('en')} (${examples.join(', ')}${more})`;
}
