/** Counts what is odd in a dataset, by kind, and keeps the first examples: a thousand oddities of a kind make one line. */

import { InputError } from '../base/errors.ts';

export interface Oddity {
  /** What was found and what was done about it. */
  what: string;
  count: number;
  /** The first few cases: picture names, ids, file names. */
  examples: string[];
}

const EXAMPLES_KEPT = 3;

/** So many items more that can't be read than that can, and a file is of something else. */
const ENOUGH = 100_000;

/** Characters of an example that are printed. */
const LONGEST = 300;

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

  /**
   * What `read` makes of each item of a file. An item that can't be read is skipped and counted, with what is wrong with the
   * first of them, where such items are fewer than the others; else the file holds something else.
   *
   * @param what the items are, in the plural: 'rows'
   * @throws InputError about the first such item, when at least half of the items are so, or far more than
   *   the others by then
   */
  readItems<Item, Result>(items: readonly Item[], what: string, read: (item: Item, i: number) => Result): Result[] {
    const results: Result[] = [];
    const messages: string[] = []; // not the errors, whose stacks would fill the memory for a file of something else
    let first: InputError | undefined;
    for (const [i, item] of items.entries()) {
      try {
        results.push(read(item, i));
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        first ??= error;
        messages.push(error.message);
        if (messages.length >= items.length / 2 || messages.length - results.length >= ENOUGH) throw first;
      }
    }
    for (const message of messages) this.add(`${what} that can't be read, skipped`, message);
    return results;
  }

  list(): Oddity[] {
    return [...this.#byKind.values()];
  }
}

/** An oddity in one line: `empty captions skipped: 12 (a.jpg, b.jpg, c.jpg, …)`. */
export function describeOddity({ what, count, examples }: Oddity): string {
  const more = count > examples.length ? ', …' : '';
  const listed = examples.map((example) => (example.length > LONGEST ? `${example.slice(0, LONGEST)}…` : example));
  return `${what}: ${count.toLocaleString('en')} (${listed.join(', ')}${more})`;
}
