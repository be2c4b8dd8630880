/** The tokens that a model knows, by number. It knows no text and no model. */
import * as v from 'valibot';
import { mapSteps, runAtOnce, type Steps } from '../base/steps.ts';

/** Tokens by number and numbers by token. */
export class Vocabulary {
  readonly tokens: readonly string[];
  readonly #ids: ReadonlyMap<string, number>;

  /** @throws RangeError when a token is there twice */
  constructor(tokens: readonly string[]) {
    this.tokens = tokens;
    this.#ids = new Map(tokens.map((token, id) => [token, id]));
    if (this.#ids.size !== tokens.length) throw new RangeError('a vocabulary with the same token twice');
  }

  /** V */
  get size(): number {
    return this.tokens.length;
  }

  /** The number of a token; undefined where the vocabulary does not have it. */
  idOf(token: string): number | undefined {
    return this.#ids.get(token);
  }

  /** A vocabulary with further tokens at its end; those it has already keep their numbers. */
  extendedBy(tokens: readonly string[]): Vocabulary {
    const added = tokens.filter((token) => !this.#ids.has(token));
    return added.length === 0 ? this : new Vocabulary([...this.tokens, ...added]);
  }

  /** @throws RangeError when there is no such number */
  tokenOf(id: number): string {
    const token = this.tokens[id];
    if (token === undefined) throw new RangeError(`token ${id} of a vocabulary of ${this.size}`);
    return token;
  }
}

/** How vocabularies are stored: the tokens in the order of their numbers. */
export const vocabularySchema = v.pipe(
  v.array(v.string()),
  v.nonEmpty('no tokens'),
  v.check((tokens) => new Set(tokens).size === tokens.length, 'a token is there twice'),
);

/** How often each token comes, most frequent first; tokens that come equally often in the order of their characters. */
export function countTokens(tokens: Iterable<string>): [token: string, count: number][] {
  return runAtOnce(countTokensSteps([tokens], (all) => all));
}

/** `countTokens` of many items, item by item. */
export function* countTokensSteps<Item>(
  items: readonly Item[],
  tokensOf: (item: Item) => Iterable<string>,
): Steps<[token: string, count: number][]> {
  const counts = new Map<string, number>();
  yield* mapSteps(items, (item) => {
    for (const token of tokensOf(item)) counts.set(token, (counts.get(token) ?? 0) + 1);
  });
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}
